import type { UOp } from './uop.js'

const NONE: ReadonlySet<UOp> = new Set()
const known = new WeakMap<UOp, ReadonlySet<UOp>>()

/**
 * The loops that a kernel-level value stands in: `range` nodes it depends on, through loads as well, less those that a
 * `reduce` or `end` below it has closed.
 */
export function openRanges(u: UOp): ReadonlySet<UOp> {
  const cached = known.get(u)
  if (cached !== undefined) return cached
  const stack = [u]
  while (stack.length > 0) {
    const top = stack[stack.length - 1]
    if (known.has(top)) {
      stack.pop()
      continue
    }
    const waiting = top.src.filter(s => !known.has(s))
    if (waiting.length > 0) stack.push(...waiting)
    else {
      known.set(top, collect(top))
      stack.pop()
    }
  }
  return known.get(u) ?? NONE
}

function collect(u: UOp): ReadonlySet<UOp> {
  if (u.src.length === 0) return NONE
  let union: ReadonlySet<UOp> = NONE
  let owned = false // most nodes share the set of one source: copy only when a second one adds to it
  for (const s of u.src) {
    for (const r of known.get(s) ?? NONE) {
      if (union.has(r)) continue
      if (!owned) {
        if (union.size === 0) { union = known.get(s) ?? NONE; break }
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
