import type { DType } from '../dtype.js'
import { is, type UOp } from '../uop.js'
import { canonicalOf, linearOf } from './canonical.js'
import { factsOf, UNBOUNDED, type Interval } from './facts.js'
import { gcd, intervalOfSum } from './linear.js'

const ANYTHING: Interval = { min: -UNBOUNDED, max: UNBOUNDED }
const EITHER: Interval = { min: 0, max: 1 }

/**
 * Inclusive bounds of an index expression (over all values of its ranges and variables), of a bool (false is 0, true
 * is 1) or of an integer of a data dtype. What nothing is known of gets the bounds of its dtype, and at most ±(2^53 - 1).
 */
export const bounds = (u: UOp): Interval => intervalOf(u)

export function intervalOf(u: UOp): Interval {
  const facts = factsOf(u)
  if (facts.interval !== undefined) return facts.interval
  const canonical = canonicalOf(u)
  return (facts.interval = canonical === facts ? find(u) : intervalOf(canonical.node))
}

function find(u: UOp): Interval {
  if (is(u, 'const')) return { min: Number(u.arg), max: Number(u.arg) }
  if (u.dtype.kind === 'bool') return EITHER
  if (u.dtype.kind !== 'index') return intervalOfData(u)
  switch (u.op) {
    case 'range': case 'special': return { min: 0, max: Math.max(intervalOf(u.src[0]).max - 1, 0) }
    case 'add': return intervalOfSum(linearOf(u))
    case 'mul': return is(u.src[1], 'const') ? intervalOfSum(linearOf(u)) : product(intervalOf(u.src[0]), intervalOf(u.src[1]))
    case 'floordiv': return quotient(intervalOf(u.src[0]), intervalOf(u.src[1]))
    case 'floormod': return remainder(intervalOf(u.src[0]), intervalOf(u.src[1]))
    case 'max': {
      const [a, b] = [intervalOf(u.src[0]), intervalOf(u.src[1])]
      return { min: Math.max(a.min, b.min), max: Math.max(a.max, b.max) }
    }
    case 'where': {
      const [a, b] = [intervalOf(u.src[1]), intervalOf(u.src[2])]
      return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) }
    }
    case 'cast': return intervalOf(u.src[0])
    case 'after': return intervalOf(u.src[0])
  }
  return is(u, 'variable') ? { min: u.arg.min, max: u.arg.max } : ANYTHING
}

/** Bits picked by a mask, as they are or in another dtype that holds them: a digit. */
function intervalOfData(u: UOp): Interval {
  const whole = intervalOfDType(u.dtype)
  const picked = u.op === 'cast' ? u.src[0] : u
  const mask = picked.op === 'and' ? picked.src.find(s => is(s, 'const')) : undefined
  const max = mask !== undefined && is(mask, 'const') ? Number(mask.arg) : -1
  return max >= 0 && max <= whole.max ? { min: 0, max } : whole
}

/** The values a dtype can hold, cut to what an index can be. */
export function intervalOfDType(dtype: DType): Interval {
  if (dtype.kind === 'bool') return EITHER
  if (dtype.bits > 32 || (dtype.kind !== 'int' && dtype.kind !== 'uint')) return ANYTHING
  return dtype.kind === 'int'
    ? { min: -(2 ** (dtype.bits - 1)), max: 2 ** (dtype.bits - 1) - 1 }
    : { min: 0, max: 2 ** dtype.bits - 1 }
}

const hull = (values: readonly number[]): Interval => ({ min: Math.min(...values) + 0, max: Math.max(...values) + 0 })

const product = (a: Interval, b: Interval): Interval => hull([a.min * b.min, a.min * b.max, a.max * b.min, a.max * b.max])

function quotient(n: Interval, d: Interval): Interval {
  if (d.min > 0 || d.max < 0) return hull([n.min / d.min, n.min / d.max, n.max / d.min, n.max / d.max].map(Math.floor))
  const most = Math.max(Math.abs(n.min), Math.abs(n.max))
  return { min: -most, max: most }
}

/** Of n mod d, which has d's sign and is less in magnitude, or is 0 where d is 0. */
function remainder(n: Interval, d: Interval): Interval {
  if (d.min > 0 && n.min >= 0 && n.max < d.min) return n
  if (d.min > 0 && d.min === d.max && Math.floor(n.min / d.min) === Math.floor(n.max / d.min)) {
    const base = Math.floor(n.min / d.min) * d.min
    return { min: n.min - base, max: n.max - base }
  }
  const max = Math.max(d.max - 1, 0)
  return { min: Math.min(d.min + 1, 0), max: n.min >= 0 && d.min > 0 ? Math.min(max, n.max) : max }
}

/** The largest known constant that divides every value of an index expression; 0 for the constant 0. */
export function constantFactor(u: UOp): number {
  const facts = canonicalOf(u)
  return (facts.factor ??= factor(facts.node))
}

function factor(u: UOp): number {
  if (is(u, 'const')) return Math.abs(Number(u.arg))
  if (u.dtype.kind !== 'index') return 1
  switch (u.op) {
    case 'add': {
      const sum = linearOf(u)
      let g = Math.abs(sum.constant)
      sum.atoms.forEach((atom, i) => { g = gcd(g, sum.coefs[i] * constantFactor(atom.node)) })
      return g
    }
    case 'mul': return constantFactor(u.src[0]) * constantFactor(u.src[1])
    case 'floormod': case 'max': return gcd(constantFactor(u.src[0]), constantFactor(u.src[1]))
    case 'where': return gcd(constantFactor(u.src[1]), constantFactor(u.src[2]))
  }
  return 1
}
