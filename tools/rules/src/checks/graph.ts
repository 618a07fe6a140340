import {
  binary, binaryOps, cast, constant, dtypes, isComparison, load, mulacc, register, unary, unaryOps, vector, vectorize, where, extract,
  type BinaryOp, type DType, type UnaryOp, type UOp,
} from '../../../../packages/ir/src/index.js'
import type { Random } from './random.js'
import { randomValue } from './values.js'

const TYPES: readonly DType[] = [dtypes.bool, dtypes.i8, dtypes.u8, dtypes.i32, dtypes.u64, dtypes.f16, dtypes.f32]
const FLOAT_ONLY: readonly UnaryOp[] = ['reciprocal', 'exp2', 'log2', 'sin', 'sqrt']
const BITWISE: readonly BinaryOp[] = ['and', 'or', 'xor']
const INTEGER_BINARY = binaryOps.filter(op => !isComparison(op))
const FLOAT_BINARY: readonly BinaryOp[] = ['add', 'sub', 'mul', 'div', 'mod', 'max']
const COMPARISONS: readonly BinaryOp[] = ['lt', 'eq', 'ne']

/** A graph of about `size` element-wise operations over few operands and many constants, so that rules meet often. */
export function randomGraph(random: Random, size: number): UOp {
  const byType = new Map<DType, UOp[]>(TYPES.map((d, i) => [d, [load(register(2 * i, d)), load(register(2 * i + 1, d))]]))
  const pick = (d: DType): UOp => {
    const nodes = byType.get(d) ?? []
    if (random.chance(0.3)) return constant(random.chance(0.5) ? small(random, d) : randomValue(random, d), d)
    // Recent nodes make graphs deep.
    return random.chance(0.6) ? nodes[nodes.length - 1 - random.below(Math.min(3, nodes.length))] : random.pick(nodes)
  }
  for (let i = 0; i < size; i++) {
    const d = random.pick(TYPES)
    byType.get(d)?.push(randomNode(random, d, pick))
  }
  return vectorize([...byType.values()].map(nodes => cast('cast', nodes[nodes.length - 1], dtypes.f64)))
}

const small = (random: Random, d: DType): number | boolean | bigint =>
  d === dtypes.bool ? random.chance(0.5) : d.kind === 'int' || d.kind === 'float' ? random.below(4) - 1 : random.below(4)

function randomNode(random: Random, d: DType, pick: (d: DType) => UOp): UOp {
  const choice = random.next()
  if (choice < 0.12) return where(pick(dtypes.bool), pick(d), pick(d))
  if (choice < 0.22) return cast('cast', pick(random.pick(TYPES)), d)
  if (choice < 0.26) return extract(vectorize([pick(d), pick(d)]), [random.below(2)])
  if (choice < 0.3) {
    const lanes = [pick(d), pick(d)]
    const conditions = vectorize([pick(dtypes.bool), pick(dtypes.bool)])
    const wide = where(conditions, vectorize(lanes), constant(d === dtypes.bool ? false : 1, vector(d, 2)))
    return extract(wide, [random.below(2)])
  }
  if (d === dtypes.bool) {
    if (random.chance(0.5)) return binary(random.pick([...BITWISE, 'max'] as const), pick(d), pick(d))
    const compared = random.pick(TYPES)
    return binary(random.pick(COMPARISONS), pick(compared), pick(compared))
  }
  if (choice < 0.4) return unary(random.pick(unaryOps.filter(op => d.kind === 'float' || !FLOAT_ONLY.includes(op))), pick(d))
  if (choice < 0.45) return mulacc(pick(d), pick(d), pick(d))
  return binary(random.pick(d.kind === 'float' ? FLOAT_BINARY : INTEGER_BINARY), pick(d), pick(d))
}
