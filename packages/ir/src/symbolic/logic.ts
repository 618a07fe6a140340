import { dtypes } from '../dtype.js'
import { is, uop, type UOp } from '../uop.js'
import { intervalOf } from './bounds.js'
import { compare } from './condition.js'
import { canonicalFacts, indexNumber, isTruth, truth, type Interval } from './facts.js'
import { inOrder } from './order.js'
import { simplifyIndex } from './canonical.js'

/*
 * Conjunctions are flat, in order, without repeats, with the bounds on one sum merged; disjunctions are their
 * negation, term by term. Negation is pushed down to comparisons.
 */

/** Both hold. */
export function boolAnd(a: UOp, b: UOp): UOp {
  if (isTruth(a, true) || a === b) return simplifyIndex(b)
  if (isTruth(b, true)) return simplifyIndex(a)
  return allOf([a, b])
}

/** All hold. */
export function allOf(conditions: readonly UOp[]): UOp {
  const terms = conjunction(conditions.flatMap(conjuncts))
  return terms === undefined ? truth(false) : chain('and', terms)
}

/** One holds, or both. */
export function boolOr(a: UOp, b: UOp): UOp {
  if (isTruth(a, false) || a === b) return simplifyIndex(b)
  if (isTruth(b, false)) return simplifyIndex(a)
  return anyOf([a, b])
}

/** At least one holds. */
export function anyOf(conditions: readonly UOp[]): UOp {
  const terms = conjunction(conditions.flatMap(c => flat(c, 'or')).map(boolNot))
  return terms === undefined ? truth(true) : chain('or', terms.map(boolNot))
}

export function boolNot(condition: UOp): UOp {
  const u = simplifyIndex(condition)
  if (is(u, 'const')) return truth(u.arg !== true)
  if (u.op === 'and') return chain('or', flat(u, 'and').map(boolNot))
  if (u.op === 'or') return chain('and', flat(u, 'or').map(boolNot))
  if (u.op === 'xor' && isTruth(u.src[1], true)) return u.src[0]
  if (u.op === 'eq') return compare('ne', u.src[0], u.src[1])
  if (u.op === 'ne') return compare('eq', u.src[0], u.src[1])
  const limit = boundOf(u)
  if (limit?.max !== undefined) return compare('lt', indexNumber(limit.max), limit.sum)
  if (limit?.min !== undefined) return compare('lt', limit.sum, indexNumber(limit.min))
  return canonicalFacts(uop('xor', dtypes.bool, [u, truth(true)])).node
}

/** The terms of a conjunction; none for true. */
export const conjuncts = (condition: UOp): readonly UOp[] => flat(simplifyIndex(condition), 'and')

export function flat(condition: UOp, op: 'and' | 'or'): readonly UOp[] {
  const u = simplifyIndex(condition)
  if (isTruth(u, op === 'and')) return []
  const terms: UOp[] = []
  let rest = u
  while (rest.op === op) {
    terms.push(rest.src[1])
    rest = rest.src[0]
  }
  terms.push(rest)
  return terms.reverse()
}

const chain = (op: 'and' | 'or', terms: readonly UOp[]): UOp =>
  terms.length === 0 ? truth(op === 'and') : terms.reduce((all, t) => canonicalFacts(uop(op, dtypes.bool, [all, t])).node)

/** A canonical comparison as a bound on a sum. `except` is the value that the sum must not have. */
export interface Bound {
  readonly sum: UOp
  readonly min?: number
  readonly max?: number
  readonly except?: number
}

export function boundOf(u: UOp): Bound | undefined {
  if ((u.op !== 'lt' && u.op !== 'eq' && u.op !== 'ne') || u.src[0].dtype !== dtypes.index) return undefined
  const [a, b] = u.src
  if (is(b, 'const')) {
    const k = Number(b.arg)
    return u.op === 'lt' ? { sum: a, max: k - 1 } : u.op === 'eq' ? { sum: a, min: k, max: k } : { sum: a, except: k }
  }
  return u.op === 'lt' && is(a, 'const') ? { sum: b, min: Number(a.arg) + 1 } : undefined
}

interface Limits {
  min: number
  max: number
  readonly except: Set<number>
}

/** Terms that hold together, merged and in order; undefined if they cannot. */
export function conjunction(terms: readonly UOp[]): readonly UOp[] | undefined {
  const limits = new Map<UOp, Limits>()
  const others = new Set<UOp>()
  for (const t of terms) {
    const bound = boundOf(t)
    if (bound === undefined) {
      others.add(t)
      continue
    }
    let on = limits.get(bound.sum)
    if (on === undefined) limits.set(bound.sum, (on = { min: -Infinity, max: Infinity, except: new Set() }))
    if (bound.min !== undefined) on.min = Math.max(on.min, bound.min)
    if (bound.max !== undefined) on.max = Math.min(on.max, bound.max)
    if (bound.except !== undefined) on.except.add(bound.except)
  }
  const result: UOp[] = []
  for (const [sum, on] of limits) {
    const written = comparisons(sum, on, intervalOf(sum))
    if (written === undefined) return undefined
    result.push(...written)
  }
  for (const t of others) {
    if (isTruth(t, false) || others.has(boolNot(t))) return undefined
    if (isTruth(t, true)) continue
    if (t.op !== 'or') {
      result.push(t)
      continue
    }
    // a & (a | b) → a and a & (!a | b) → a & b
    const open = flat(t, 'or').filter(d => verdict(d, limits, others) !== false)
    if (open.some(d => verdict(d, limits, others) === true)) continue
    if (open.length === 0) return undefined
    if (open.length < flat(t, 'or').length) return conjunction([...terms.filter(x => x !== t), chain('or', open)].flatMap(conjuncts))
    result.push(t)
  }
  return result.sort(inOrder)
}

/** What a sum's limits come to, given the bounds it has anyway. */
function comparisons(sum: UOp, on: Limits, always: Interval): UOp[] | undefined {
  let min = Math.max(on.min, always.min)
  let max = Math.min(on.max, always.max)
  while (on.except.has(min)) min++
  while (on.except.has(max)) max--
  if (min > max) return undefined
  const result: UOp[] = []
  if (min === max && min > always.min && max < always.max) return [compare('eq', sum, indexNumber(min))]
  if (min > always.min) result.push(compare('lt', indexNumber(min - 1), sum))
  if (max < always.max) result.push(compare('lt', sum, indexNumber(max + 1)))
  for (const e of [...on.except].sort((a, b) => a - b)) if (e > min && e < max) result.push(compare('ne', sum, indexNumber(e)))
  return result
}

/** Whether the limits and terms decide t. */
function verdict(t: UOp, limits: ReadonlyMap<UOp, Limits>, terms: ReadonlySet<UOp>): boolean | undefined {
  if (terms.has(t)) return true
  const bound = boundOf(t)
  if (bound === undefined) return terms.has(boolNot(t)) ? false : undefined
  const on = limits.get(bound.sum)
  if (on === undefined) return undefined
  const { min = -Infinity, max = Infinity, except } = bound
  if (except !== undefined) return on.except.has(except) || on.min > except || on.max < except ? true : undefined
  if (on.min >= min && on.max <= max) return true
  return on.max < min || on.min > max ? false : undefined
}
