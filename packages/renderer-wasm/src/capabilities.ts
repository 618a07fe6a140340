import type { AluOp, ScalarName } from '@petagrad/ir/graph'
import type { Capabilities, DotUnit, DTypeSupport, MachineModel } from '@petagrad/renderer'

export interface WasmTarget {
  /** Use relaxed SIMD's multiply-add, which hosts may round once or twice. */
  readonly relaxedSimd: boolean
  readonly threads: number
  readonly machine?: Partial<MachineModel>
}

const native: readonly ScalarName[] = ['bool', 'i8', 'u8', 'i16', 'u16', 'i32', 'u32', 'i64', 'u64', 'f32', 'f64']
const shared: readonly AluOp[] = ['where', 'lt', 'eq', 'ne', 'cast']
const boolOps: readonly AluOp[] = [...shared, 'and', 'or', 'xor', 'max']
const integerOps: readonly AluOp[] = [
  ...shared, 'bitcast', 'neg', 'trunc', 'add', 'sub', 'mul', 'div', 'mod', 'floordiv', 'floormod', 'max', 'shl', 'shr', 'and', 'or', 'xor', 'mulacc',
]
const floatOps: readonly AluOp[] = [
  ...shared, 'bitcast', 'neg', 'reciprocal', 'sqrt', 'trunc', 'add', 'sub', 'mul', 'div', 'mod', 'max', 'mulacc',
]

const support = (ops: readonly AluOp[], lanes: readonly number[]): DTypeSupport => ({ storage: true, ops, castsTo: native, lanes })

/** Vectors are 128 bits, of any element. What has no vector instruction is computed lane by lane. */
const dtypes: Capabilities['dtypes'] = {
  bool: support(boolOps, [2, 4, 8, 16]),
  i8: support(integerOps, [16]),
  u8: support(integerOps, [16]),
  i16: support(integerOps, [8]),
  u16: support(integerOps, [8]),
  i32: support(integerOps, [4]),
  u32: support(integerOps, [4]),
  i64: support(integerOps, [2]),
  u64: support(integerOps, [2]),
  f32: support(floatOps, [4]),
  f64: support(floatOps, [2]),
}

/** i32x4.dot_i16x8_s: its products and sums wrap, and only four times -32768 does. Its sum has to be added. */
const words: DotUnit = { a: 'i16', b: 'i16', sum: 'i32', terms: 2, lanes: [4], instructions: 2 }

/**
 * A desktop core as seen through a WebAssembly engine: two multiplications and two additions a cycle; of 16 registers
 * the engine keeps one, and a product needs another before it is added. V8 up to version 12 collects the loads of a body
 * at its beginning (6×2 vectors with four steps written out: 21 GFLOPS, 4×2 with one: 30 to 54).
 */
const machine: Omit<MachineModel, 'cores'> = {
  vectorRegisters: 14,
  loadsFirst: true,
  vectorBytes: 16,
  fmaPerCycle: 2,
  cacheLine: 64,
  l1: 32 << 10,
  l2: 1 << 20,
  l3: 16 << 20,
  forkNanoseconds: 20_000,
}

export const capabilitiesOf = (target: WasmTarget): Capabilities => ({
  dtypes,
  fma: target.relaxedSimd,
  dots: [words],
  widening: [{ from: 'i8', to: 'i16', lanes: [8] }, { from: 'u8', to: 'i16', lanes: [8] }],
  maskedVectors: false,
  grid: { dimensions: 1, maxExtent: 2 ** 31 - 1 },
  maxThreads: 1,
  scratch: { private: 16 << 20, shared: 0 },
  barriers: false,
  machine: { ...machine, cores: target.threads, ...target.machine },
})
