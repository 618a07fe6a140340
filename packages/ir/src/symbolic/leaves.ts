import { is, type UOp } from '../uop.js'
import { linearOf } from './canonical.js'
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
      const waiting = top.src.filter(s => factsOf(s).leaves === undefined)
      if (waiting.length > 0) {
        stack.push(...waiting)
        continue
      }
      facts.leaves = collect(top)
    }
    stack.pop()
  }
  return leavesOf(u)
}

/** Most nodes have the leaves of one of their sources, and share its set. */
function collect(u: UOp): ReadonlySet<UOp> {
  let widest = NONE
  for (const s of u.src) {
    const of = factsOf(s).leaves ?? NONE
    if (of.size > widest.size) widest = of
  }
  let union: Set<UOp> | undefined
  for (const s of u.src) {
    for (const leaf of factsOf(s).leaves ?? NONE) if (!widest.has(leaf)) (union ??= new Set(widest)).add(leaf)
  }
  if (is(u, 'range') || is(u, 'special') || is(u, 'variable')) return (union ?? new Set(widest)).add(u)
  return union ?? widest
}

/** u = constant + Σ coefficient·term, with the terms in order. */
export interface LinearForm {
  readonly terms: ReadonlyMap<UOp, number>
  readonly constant: number
}

export function linearForm(u: UOp): LinearForm {
  const { atoms, coefs, constant } = linearOf(u)
  return { terms: new Map(atoms.map((a, i) => [a.node, coefs[i]])), constant }
}

/** How much u grows as `leaf` grows by one; undefined where that is not a constant. */
export function coefficientOf(u: UOp, leaf: UOp): number | undefined {
  const sum = linearOf(u)
  if (sum.atoms.some(a => a.node !== leaf && leavesOf(a.node).has(leaf))) return undefined
  return coefOf(sum, factsOf(leaf))
}
