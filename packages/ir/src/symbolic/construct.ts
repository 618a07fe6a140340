import { dtypes, type DType } from '../dtype.js'
import type { Dim } from '../op.js'
import { is, uop, type UOp } from '../uop.js'
import { intervalOf, intervalOfDType } from './bounds.js'
import { linearOf, simplifyIndex } from './canonical.js'
import { ALWAYS, divide, dividedBy, type Division, type Knowledge } from './divide.js'
import { canonicalFacts, factsOf, indexNode, isTruth } from './facts.js'
import { atomSum, constantSum, nodeOfSum, plus, scaled, shifted, type Linear } from './linear.js'
import { inOrder } from './order.js'
import { divideSymbolic, isNegative, times } from './product.js'

/*
 * The constructors of index arithmetic. Operands are numbers or uops of dtype index; the result is canonical: equal
 * expressions become the same node as far as linear algebra, bounds and divisibility can tell.
 */

export const linearOfDim = (d: Dim): Linear => (typeof d === 'number' ? constantSum(d) : linearOf(d))
const nodeOf = (sum: Linear): UOp => nodeOfSum(sum).node

export const indexAdd = (a: Dim, b: Dim): UOp => nodeOf(plus(linearOfDim(a), linearOfDim(b)))
export const indexSub = (a: Dim, b: Dim): UOp => nodeOf(plus(linearOfDim(a), linearOfDim(b), -1))
export const indexMul = (a: Dim, b: Dim): UOp => nodeOf(times(linearOfDim(a), linearOfDim(b)))
/** Rounds down; x // 0 is 0. */
export const indexFloorDiv = (a: Dim, b: Dim): UOp => nodeOf(division(linearOfDim(a), linearOfDim(b), ALWAYS, 'quotient'))
/** a - b·(a // b), which has the sign of b; x % 0 is 0. */
export const indexFloorMod = (a: Dim, b: Dim): UOp => nodeOf(division(linearOfDim(a), linearOfDim(b), ALWAYS, 'remainder'))
export const indexMax = (a: Dim, b: Dim): UOp => nodeOf(maximum(linearOfDim(a), linearOfDim(b), ALWAYS))
/** Written as -max(-a, -b). */
export const indexMin = (a: Dim, b: Dim): UOp =>
  nodeOf(scaled(maximum(scaled(linearOfDim(a), -1), scaled(linearOfDim(b), -1), ALWAYS), -1))

/** a where the bool `condition` holds, else b. */
export function indexWhere(condition: UOp, a: Dim, b: Dim): UOp {
  const x = nodeOf(linearOfDim(a))
  const y = nodeOf(linearOfDim(b))
  const gate = simplifyIndex(condition)
  if (x === y || isTruth(gate, true)) return x
  if (isTruth(gate, false)) return y
  return nodeOf(atomSum(canonicalFacts(uop('where', dtypes.index, [gate, x, y]))))
}

/** Quotient or remainder of n by d, where d may be any sum. */
export function division(n: Linear, d: Linear, known: Knowledge, part: keyof Division): Linear {
  if (d.atoms.length > 0) return symbolicDivision(n, d, part)
  const c = d.constant
  if (c === 0) return constantSum(0)
  // x // -c → -x // c and x % -c → -(-x % c)
  if (c < 0) return scaled(division(scaled(n, -1), constantSum(-c), known, part), part === 'quotient' ? 1 : -1)
  return (known === ALWAYS ? dividedBy(nodeOfSum(n), c) : divide(n, c, known))[part]
}

function symbolicDivision(n: Linear, d: Linear, part: keyof Division): Linear {
  const divisor = nodeOf(d)
  // (d·a + b) // d → a + b // d and (d·a + b) % d → b % d where d > 0; b // d → 0 and b % d → b where 0 <= b < d, by whole d's
  const { quotient, left } = intervalOf(divisor).min > 0 ? divideSymbolic(n, d) : { quotient: constantSum(0), left: n }
  for (const t of [0, -1, 1]) {
    const rest = plus(left, d, -t)
    if (isNegative(shifted(scaled(rest, -1), -1)) && isNegative(plus(rest, d, -1))) return part === 'quotient' ? shifted(quotient, t) : rest
  }
  const op = part === 'quotient' ? 'floordiv' : 'floormod'
  const atom = atomSum(factsOf(indexNode(op, nodeOf(left), divisor)))
  return part === 'quotient' ? plus(quotient, atom) : atom
}

export function maximum(a: Linear, b: Linear, known: Knowledge): Linear {
  const { min, max } = known.interval(plus(a, b, -1))
  if (min >= 0) return a
  if (max <= 0) return b
  const [x, y] = [nodeOf(a), nodeOf(b)].sort(inOrder)
  // max(max(x, y), y) → max(x, y)
  if (x.op === 'max' && x.src.includes(y)) return linearOf(x)
  if (y.op === 'max' && y.src.includes(x)) return linearOf(y)
  return atomSum(factsOf(indexNode('max', x, y)))
}

/** An integer of a data dtype, or a bool, as an index. Arithmetic that cannot wrap is done on the index instead. */
export function indexCast(x: UOp): UOp {
  const seen = unwrapped(x)
  return seen === undefined ? nodeOf(atomSum(canonicalFacts(uop('cast', dtypes.index, [simplifyIndex(x)])))) : nodeOf(seen)
}

const fits = (sum: Linear, dtype: DType): boolean => {
  const { min, max } = intervalOf(nodeOf(sum))
  const room = intervalOfDType(dtype)
  return min >= room.min && max <= room.max
}

/** Integer arithmetic on indices is seen through to this depth. */
const DEEPEST_CAST = 8

/** The index expression that a data integer equals, if it is made of index expressions and never wraps. */
export function unwrapped(x: UOp, depth = 0): Linear | undefined {
  if ((x.dtype.kind !== 'int' && x.dtype.kind !== 'uint') || x.dtype.lanes > 1 || depth > DEEPEST_CAST) return undefined
  const sum = unwrappedOp(x, depth + 1)
  return sum !== undefined && fits(sum, x.dtype) ? sum : undefined
}

function unwrappedOp(x: UOp, depth: number): Linear | undefined {
  if (is(x, 'const')) return Number.isSafeInteger(Number(x.arg)) ? constantSum(Number(x.arg)) : undefined
  if (x.op === 'cast') return x.src[0].dtype.kind === 'index' ? linearOf(x.src[0]) : unwrapped(x.src[0], depth)
  if (x.op !== 'add' && x.op !== 'sub' && x.op !== 'mul' && x.op !== 'floordiv' && x.op !== 'floormod' && x.op !== 'max') return undefined
  const a = unwrapped(x.src[0], depth)
  const b = a && unwrapped(x.src[1], depth)
  if (a === undefined || b === undefined) return undefined
  switch (x.op) {
    case 'add': return plus(a, b)
    case 'sub': return plus(a, b, -1)
    case 'mul': return times(a, b)
    case 'floordiv': return division(a, b, ALWAYS, 'quotient')
    case 'floormod': return division(a, b, ALWAYS, 'remainder')
    case 'max': return maximum(a, b, ALWAYS)
  }
}

