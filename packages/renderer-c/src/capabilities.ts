import { binaryOps, dtypes, type AluOp, type ScalarName } from '@petagrad/ir/graph'
import type { Capabilities, DTypeSupport } from '@petagrad/renderer'
import { dotUnits } from './dot-units.js'
import { isaFacts, machineModel, type CTarget } from './target.js'

const CONVERTIBLE: readonly ScalarName[] = ['bool', 'i8', 'u8', 'i16', 'u16', 'i32', 'u32', 'i64', 'u64', 'f32', 'f64']
const COMPARE: readonly AluOp[] = ['lt', 'eq', 'ne']
const BOOL: readonly AluOp[] = ['and', 'or', 'xor', 'max', 'where', 'cast', ...COMPARE]
const INTEGER: readonly AluOp[] = ['neg', 'trunc', ...binaryOps, 'where', 'mulacc', 'cast', 'bitcast']
/** exp2, log2 and sin are left out: decomposed, they give the same bits on every target. */
const FLOAT: readonly AluOp[] = [
  'neg', 'reciprocal', 'sqrt', 'trunc', 'add', 'sub', 'mul', 'div', 'mod', 'max', 'where', 'mulacc', 'cast', 'bitcast', ...COMPARE,
]

/** What C on this target can do, as data. */
export function cCapabilities(target: CTarget): Capabilities {
  const { widest, fma } = isaFacts[target.isa]
  const support: Partial<Record<ScalarName, DTypeSupport>> = {}
  for (const name of CONVERTIBLE) {
    const ops = name === 'bool' ? BOOL : name === 'f32' || name === 'f64' ? FLOAT : INTEGER
    support[name] = { storage: true, ops, castsTo: CONVERTIBLE, lanes: lanesOf(dtypes[name].bits, widest) }
  }
  return {
    dtypes: support,
    fma,
    dots: dotUnits(target),
    widening: (['i8', 'u8'] as const).map(from => ({ from, to: 'i16', lanes: lanesOf(16, widest) })),
    maskedVectors: false,
    grid: { dimensions: 1, maxExtent: 2 ** 31 - 1 },
    maxThreads: 1,
    scratch: { private: 16 * 1024 * 1024, shared: 0 },
    barriers: false,
    machine: machineModel(target),
  }
}

/** From 4 lanes (2 for 64-bit elements, so that a 16-byte vector exists) to one full register. */
function lanesOf(bits: number, widest: number): number[] {
  const lanes: number[] = []
  for (let n = bits === 64 ? 2 : 4; (n * bits) / 8 <= widest; n *= 2) lanes.push(n)
  return lanes
}
