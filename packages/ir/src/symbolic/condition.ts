import { dtypes } from '../dtype.js'
import type { Dim } from '../op.js'
import { is, uop, withSrc, type UOp } from '../uop.js'
import { linearOf } from './canonical.js'
import { boolAnd, boolNot, boolOr } from './logic.js'
import { linearOfDim, unwrapped } from './construct.js'
import { ALWAYS, type Knowledge } from './divide.js'
import { canonicalFacts, indexNumber, isTruth, truth } from './facts.js'
import { coefGcd, constantDivisor, gcd, mapCoefs, nodeOfSum, plus, scaled, shifted, type Linear } from './linear.js'
import { isNegative } from './product.js'
import { recombine } from './recombine.js'

/*
 * A comparison has one of the forms sum < k, k < sum, sum == k and sum != k, where k is a constant and the sum has no
 * constant of its own, no common factor, and a positive coefficient first. So bounds on one quantity are bounds on one
 * node. Where the sum's own bounds allow, == and != are written as <.
 */

export const indexLt = (a: Dim, b: Dim): UOp => isBelowZero(plus(linearOfDim(a), linearOfDim(b), -1), ALWAYS)
export const indexGe = (a: Dim, b: Dim): UOp => indexLe(b, a)
export const indexLe = (a: Dim, b: Dim): UOp => isBelowZero(shifted(plus(linearOfDim(a), linearOfDim(b), -1), -1), ALWAYS)
export const indexGt = (a: Dim, b: Dim): UOp => indexLt(b, a)
export const indexEq = (a: Dim, b: Dim): UOp => isZero(plus(linearOfDim(a), linearOfDim(b), -1), ALWAYS)
export const indexNe = (a: Dim, b: Dim): UOp => boolNot(indexEq(a, b))

/** x < 0. */
export function isBelowZero(sum: Linear, known: Knowledge): UOp {
  const x = recombine(sum)
  const { min, max } = known.interval(x)
  if (max < 0 || isNegative(x)) return truth(true)
  if (min >= 0 || isNegative(shifted(scaled(x, -1), -1))) return truth(false)
  const g = coefGcd(x)
  // g·a + k < 0 → a + floor(k/g) < 0, where k/g is rounded down because a is whole
  if (g > 1) return isBelowZero(mapCoefs(x, c => c / g, Math.floor(x.constant / g)), known)
  const rest = withoutFraction(x, known) ?? multipliedOut(x)
  if (rest !== undefined) return isBelowZero(rest, known)
  const base = shifted(x, -x.constant)
  const flip = base.coefs[0] < 0
  const node = nodeOfSum(flip ? scaled(base, -1) : base).node
  return compare('lt', flip ? indexNumber(x.constant) : node, flip ? node : indexNumber(-x.constant))
}

/** x == 0. */
export function isZero(sum: Linear, known: Knowledge): UOp {
  const x = recombine(sum)
  const { min, max } = known.interval(x)
  if (min > 0 || max < 0 || isNegative(x) || isNegative(scaled(x, -1))) return truth(false)
  if (min === max) return truth(true)
  const g = coefGcd(x)
  if (x.constant % g !== 0) return truth(false)
  if (g > 1) return isZero(mapCoefs(x, c => c / g, x.constant / g), known)
  if (missesZero(x, known)) return truth(false)
  // x == 0 → x < 1 where x >= 0, and → -1 < x where x <= 0
  if (min === 0) return isBelowZero(shifted(x, -1), known)
  if (max === 0) return isBelowZero(shifted(scaled(x, -1), -1), known)
  const base = shifted(x, -x.constant)
  const flip = base.coefs[0] < 0
  return compare('eq', nodeOfSum(flip ? scaled(base, -1) : base).node, indexNumber(flip ? x.constant : -x.constant))
}

export const compare = (op: 'lt' | 'eq' | 'ne', a: UOp, b: UOp): UOp => canonicalFacts(uop(op, dtypes.bool, [a, b])).node

/** Common factors of some terms, largest first. */
function factors(x: Linear): number[] {
  const found = new Set<number>()
  for (const c of x.coefs) {
    for (const f of [...found]) found.add(gcd(f, c))
    found.add(Math.abs(c))
  }
  found.delete(1)
  return [...found].sort((a, b) => b - a)
}

/** x = d·a + b, with all multiples of d in a. */
function splitBy(x: Linear, d: number): { readonly a: Linear; readonly b: Linear } {
  return { a: mapCoefs(x, c => (c % d === 0 ? c / d : 0), 0), b: mapCoefs(x, c => (c % d === 0 ? 0 : c), x.constant) }
}

/** d·a + b < 0 → a + t < 0 where b lies in [d·t, d·t + d). */
function withoutFraction(x: Linear, known: Knowledge): Linear | undefined {
  for (const d of factors(x)) {
    const { a, b } = splitBy(x, d)
    const { min, max } = known.interval(b)
    const t = Math.floor(min / d)
    if (t === Math.floor(max / d)) return shifted(a, t)
  }
  return undefined
}

/** d·a + b is never 0 where no multiple of d is within b's bounds. */
function missesZero(x: Linear, known: Knowledge): boolean {
  return factors(x).some(d => {
    const { min, max } = known.interval(splitBy(x, d).b)
    return Math.ceil(min / d) > Math.floor(max / d)
  })
}

/** y + x//c < 0 → c·y + x < 0, and y - x//c < 0 → c·y - x + c - 1 < 0. */
function multipliedOut(x: Linear): Linear | undefined {
  for (let i = 0; i < x.atoms.length; i++) {
    const c = constantDivisor(x.atoms[i], 'floordiv')
    if (c === undefined || Math.abs(x.coefs[i]) !== 1) continue
    const inside = linearOf(x.atoms[i].node.src[0])
    const others = mapCoefs({ ...x, coefs: x.coefs.map((a, k) => (k === i ? 0 : a)) }, a => a, x.constant)
    return x.coefs[i] === 1 ? plus(inside, others, c) : shifted(plus(scaled(others, c), inside, -1), c - 1)
  }
  return undefined
}

/** A bool node with other sources, simplified. */
export function rebuildBool(u: UOp, src: readonly UOp[], known: Knowledge): UOp {
  const [a, b, c] = src
  switch (u.op) {
    case 'and': return boolAnd(a, b)
    case 'or': case 'max': return boolOr(a, b)
    case 'xor': case 'ne': case 'eq': case 'lt':
      return a.dtype === dtypes.bool ? rebuildBoolCompare(u, a, b) : rebuildCompare(u, a, b, known)
    case 'where':
      if (isTruth(a, true) || b === c) return b
      if (isTruth(a, false)) return c
      if (isTruth(b, true)) return boolOr(a, c)
      if (isTruth(b, false)) return boolAnd(boolNot(a), c)
      if (isTruth(c, true)) return boolOr(boolNot(a), b)
      if (isTruth(c, false)) return boolAnd(a, b)
  }
  return withSrc(u, src)
}

function rebuildBoolCompare(u: UOp, a: UOp, b: UOp): UOp {
  if (u.op === 'lt') return boolAnd(boolNot(a), b)
  const differs = u.op !== 'eq'
  if (a === b) return truth(!differs)
  for (const [x, y] of [[a, b], [b, a]]) {
    if (is(x, 'const')) return (x.arg === true) === differs ? boolNot(y) : y
  }
  return withSrc(u, [a, b])
}

function rebuildCompare(u: UOp, a: UOp, b: UOp, known: Knowledge): UOp {
  const x = a.dtype === dtypes.index ? linearOf(a) : unwrapped(a)
  const y = x && (b.dtype === dtypes.index ? linearOf(b) : unwrapped(b))
  if (x === undefined || y === undefined) return withSrc(u, [a, b])
  const difference = plus(x, y, -1)
  if (u.op === 'lt') return isBelowZero(difference, known)
  return u.op === 'eq' ? isZero(difference, known) : boolNot(isZero(difference, known))
}

