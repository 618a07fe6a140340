import type { UOp } from './uop.js'

const NONE: ReadonlySet<UOp> = new Set()
/** Kept in the node: it is asked for again and again. */
type Known = UOp & { open: ReadonlySet<UOp> | undefined }
const knownOf = (u: UOp): ReadonlySet<UOp> | undefined => (u as Known).open // every uop is a Node of uop.ts, which has this field

/**
 * The loops that a kernel-level value stands in: `range` nodes it depends on, through loads as well, less those that a
 * `reduce` or `end` below it has closed.
 */
export function openRanges(u: UOp): ReadonlySet<UOp> {
  const cached = knownOf(u)
  if (cached !== undefined) return cached
  const stack = [u]
  while (stack.length > 0) {
    const top = stack[stack.length - 1]
    const before = stack.length
    if (knownOf(top) === undefined) {
      const { src } = top
      for (let i = 0; i < src.length; i++) if (knownOf(src[i]) === undefined) stack.push(src[i])
      if (stack.length > before) continue
      const node = top as Known
      node.open = collect(top)
    }
    stack.pop()
  }
  return knownOf(u) ?? NONE
}

/** Most nodes share the set of one source: it is copied only when a second one adds to it. */
function collect(u: UOp): ReadonlySet<UOp> {
  const { src } = u
  let union: ReadonlySet<UOp> = NONE
  let own: Set<UOp> | undefined
  for (let i = 0; i < src.length; i++) {
    const open = knownOf(src[i]) ?? NONE
    if (open.size === 0 || open === union) continue
    if (union.size === 0) union = open
    else {
      for (const r of open) {
        if (union.has(r)) continue
        if (own === undefined) union = own = new Set(union)
        own.add(r)
      }
    }
  }
  if (u.op === 'range') return new Set(union).add(u)
  if (u.op !== 'reduce' && u.op !== 'end') return union
  const left = new Set(union)
  for (let i = 1; i < src.length; i++) left.delete(src[i])
  return left
}
