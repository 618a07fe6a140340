import { canonicalOf, isLeaf, linearOf, simplifyIndex, transformed } from './canonical.js'
import type { Knowledge } from './divide.js'
import { indexNumber, truth, type Facts, type Interval } from './facts.js'
import { intervalOf } from './bounds.js'
import { leavesOf } from './leaves.js'
import { coefOf, constantSum, intervalOfSum, plus, type Linear } from './linear.js'
import { boolAnd, boolNot, boundOf, conjuncts } from './logic.js'
import { is, type UOp } from '../uop.js'

interface Constraint {
  readonly sum: Linear
  readonly within: Interval
}

/** How many constraints are combined to bound one sum. */
const MOST_CONSTRAINTS = 2

/** What holds where some terms do: bounds, and the terms themselves. */
export class Given implements Knowledge {
  /** The terms and their negations with what they are, and indices that can have one value only. */
  readonly decided = new Map<UOp, UOp>()
  private readonly constraints: Constraint[] = []
  private readonly atoms = new Map<Facts, Interval>()

  constructor(terms: readonly UOp[]) {
    for (const c of terms) {
      this.decided.set(c, truth(true)).set(boolNot(c), truth(false))
      const bound = boundOf(c)
      if (bound === undefined) continue
      const always = intervalOf(bound.sum)
      let { min = always.min, max = always.max } = bound
      if (bound.except === min) min++
      if (bound.except === max) max--
      const sum = linearOf(bound.sum)
      const known = this.constraints.findIndex(x => x.sum === sum)
      const within = intersect(known < 0 ? always : this.constraints[known].within, { min, max })
      this.constraints.splice(known < 0 ? this.constraints.length : known, 1, { sum, within })
    }
    for (const c of this.constraints) this.narrow(c)
    for (const [atom, { min, max }] of this.atoms) if (min === max) this.decided.set(atom.node, indexNumber(min))
  }

  /** What a bound on a sum says of each of its terms, the others being anything. */
  private narrow({ sum, within }: Constraint): void {
    const whole = this.direct(sum)
    sum.atoms.forEach((atom, i) => {
      const coef = sum.coefs[i]
      const old = this.atoms.get(atom) ?? intervalOf(atom.node)
      const [low, high] = coef > 0 ? [coef * old.min, coef * old.max] : [coef * old.max, coef * old.min]
      const a = (within.min - (whole.max - high)) / coef
      const b = (within.max - (whole.min - low)) / coef
      this.atoms.set(atom, intersect(old, { min: Math.ceil(Math.min(a, b)), max: Math.floor(Math.max(a, b)) }))
    })
  }

  interval(sum: Linear): Interval {
    return this.within(sum, 0, MOST_CONSTRAINTS)
  }

  /** sum = q·constraint + rest, for each constraint from `first` on and the whole numbers q that rid the rest of a term. */
  private within(sum: Linear, first: number, most: number): Interval {
    let best = this.direct(sum)
    if (most === 0 || sum.atoms.length === 0) return best
    for (let i = first; i < this.constraints.length; i++) {
      const c = this.constraints[i]
      for (const q of ratios(sum, c.sum)) {
        const rest = this.within(plus(sum, c.sum, -q), i + 1, most - 1)
        const { min, max } = c.within
        best = intersect(best, { min: rest.min + q * (q > 0 ? min : max), max: rest.max + q * (q > 0 ? max : min) })
      }
    }
    return best
  }

  /** Bounds from those of the atoms. */
  private direct(sum: Linear): Interval {
    let { min, max } = constantInterval(sum)
    sum.atoms.forEach((atom, i) => {
      const of = this.atoms.get(atom) ?? intervalOf(atom.node)
      const coef = sum.coefs[i]
      min += coef * (coef > 0 ? of.min : of.max)
      max += coef * (coef > 0 ? of.max : of.min)
    })
    return { min, max }
  }
}

const constantInterval = (sum: Linear): Interval => intervalOfSum(constantSum(sum.constant))

/** The overlap; where there is none, nothing can be said and the first is kept. */
function intersect(a: Interval, b: Interval): Interval {
  const min = Math.max(a.min, b.min)
  const max = Math.min(a.max, b.max)
  return min <= max ? { min, max } : a
}

function ratios(x: Linear, y: Linear): readonly number[] {
  const found: number[] = []
  y.atoms.forEach((atom, i) => {
    const q = coefOf(x, atom) / y.coefs[i]
    if (q !== 0 && Number.isInteger(q) && !found.includes(q)) found.push(q)
  })
  return found
}

/**
 * An expression that equals u wherever `condition` holds, simplified by it. Elsewhere its value is arbitrary, so use it
 * behind that gate only.
 */
export function simplifyGiven(u: UOp, condition: UOp): UOp {
  const root = simplifyIndex(u)
  const facts = canonicalOf(condition)
  if (is(facts.node, 'const')) return root
  const given = (facts.given ??= new Given(conjuncts(facts.node)))
  const about = leavesOf(facts.node)
  // A load may be moved out from behind the condition: what keeps it within its memory must stay its own.
  return transformed(root, new Map(given.decided), x => x.op === 'load' || x.op === 'after' || isLeaf(x) || disjoint(leavesOf(x), about), given)
}

function disjoint(a: ReadonlySet<UOp>, b: ReadonlySet<UOp>): boolean {
  for (const x of a) if (b.has(x)) return false
  return true
}

/** The condition without the terms that its other terms imply. */
export function withoutImplied(condition: UOp): UOp {
  let terms = [...conjuncts(condition)]
  for (const t of [...terms]) {
    const others = terms.filter(x => x !== t)
    const rest = others.reduce(boolAnd, truth(true))
    const left = simplifyGiven(t, rest)
    if (is(left, 'const') && left.arg === false) return truth(false)
    if (is(left, 'const')) terms = others
  }
  return terms.reduce(boolAnd, truth(true))
}
