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
    if (knownOf(top) !== undefined) {
      stack.pop()
      continue
    }
    const waiting = top.src.filter(s => knownOf(s) === undefined)
    if (waiting.length > 0) stack.push(...waiting)
    else {
      const node = top as Known
      node.open = collect(top)
      stack.pop()
    }
  }
  return knownOf(u) ?? NONE
}

function collect(u: UOp): ReadonlySet<UOp> {
  if (u.src.length === 0) return NONE
  let union: ReadonlySet<UOp> = NONE
  let owned = false // most nodes share the set of one source: copy only when a second one adds to it
  for (const s of u.src) {
    for (const r of knownOf(s) ?? NONE) {
      if (union.has(r)) continue
      if (!owned) {
        if (union.size === 0) { union = knownOf(s) ?? NONE; break }
        union = new Set(union)
        owned = true
      }
      ;(union as Set<UOp>).add(r) // owned: made just above
    }
  }
  if (u.op === 'range') return new Set(union).add(u)
  if (u.op === 'reduce' || u.op === 'end') {
    const closed = new Set(u.src.slice(1))
    return new Set([...union].filter(r => !closed.has(r)))
  }
  return union
}
