import { is, type UOp } from '../uop.js'
import { canonicalOf, linearOf } from './canonical.js'
import { factsOf } from './facts.js'
import { coefOf } from './linear.js'

const NONE: ReadonlySet<UOp> = new Set()

/**
 * The `range`, `special` and `variable` nodes anywhere under u, itself included: through loads, in the extents of
 * ranges, and those that a `reduce` closes. (`openRanges` is the notion that closes loops.)
 */
export const rangesOf = (u: UOp): ReadonlySet<UOp> => leavesOf(u)
export const dependsOn = (u: UOp, leaf: UOp): boolean => leavesOf(u).has(leaf)

export function leavesOf(u: UOp): ReadonlySet<UOp> {
  const known = factsOf(u).leaves
  if (known !== undefined) return known
  const stack = [u]
  while (stack.length > 0) {
    const top = stack[stack.length - 1]
    const facts = factsOf(top)
    if (facts.leaves === undefined) {
      const before = stack.length
      for (let i = 0; i < top.src.length; i++) if (factsOf(top.src[i]).leaves === undefined) stack.push(top.src[i])
      if (stack.length > before) continue
      facts.leaves = collect(top)
    }
    stack.pop()
  }
  return leavesOf(u)
}

/** Most nodes have the leaves of one of their sources, and share its set. */
function collect(u: UOp): ReadonlySet<UOp> {
  const { src } = u
  let union: ReadonlySet<UOp> = NONE
  let own: Set<UOp> | undefined
  for (let i = 0; i < src.length; i++) {
    const of = factsOf(src[i]).leaves ?? NONE
    if (of.size === 0 || of === union) continue
    if (union.size === 0) union = of
    else {
      for (const leaf of of) {
        if (union.has(leaf)) continue
        if (own === undefined) union = own = new Set(union)
        own.add(leaf)
      }
    }
  }
  return is(u, 'range') || is(u, 'special') || is(u, 'variable') ? new Set(union).add(u) : union
}

/** u = constant + Σ coefficient·term, with the terms in order. */
export interface LinearForm {
  readonly terms: ReadonlyMap<UOp, number>
  readonly constant: number
}

export function linearForm(u: UOp): LinearForm {
  const facts = canonicalOf(u)
  if (facts.form === undefined) {
    const { atoms, coefs, constant } = linearOf(u)
    const terms = new Map<UOp, number>()
    for (let i = 0; i < atoms.length; i++) terms.set(atoms[i].node, coefs[i])
    facts.form = { terms, constant }
  }
  return facts.form
}

/** How much u grows as `leaf` grows by one; undefined where that is not a constant. */
export function coefficientOf(u: UOp, leaf: UOp): number | undefined {
  const sum = linearOf(u)
  if (sum.atoms.some(a => a.node !== leaf && leavesOf(a.node).has(leaf))) return undefined
  return coefOf(sum, factsOf(leaf))
}
