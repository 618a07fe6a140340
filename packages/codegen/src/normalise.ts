import { is, openRanges, toposort } from '@petagrad/ir'
import { accessesOf, axesUsedAsValues, gateMoves, strideOf } from './access.js'
import { extentOf, type Axis, type Nest } from './nest.js'
import type { NestBuilder } from './builder.js'

/** Merges neighbouring axes that every access walks as one: fewer, longer loops. */
export function mergeAxes(nest: NestBuilder): void {
  for (let i = 0; i + 1 < nest.current.order.length;) {
    const outer = nest.current.order[i]
    const inner = nest.current.order[i + 1]
    if (mergeable(nest.current, outer, inner)) {
      nest.merge(outer.arg.axis, inner.arg.axis)
      i = Math.max(0, i - 1)
    } else i++
  }
}

function mergeable(nest: Nest, outer: Axis, inner: Axis): boolean {
  if (outer.arg.kind !== inner.arg.kind || !is(outer.src[0], 'const') || !is(inner.src[0], 'const')) return false
  const values = axesUsedAsValues(nest)
  if (values.has(outer) || values.has(inner)) return false
  for (const u of toposort(nest.stores)) {
    if (u.op === 'reduce' || u.op === 'end') {
      if (u.src.includes(outer) !== u.src.includes(inner)) return false
      const open = openRanges(u)
      if (open.has(outer) !== open.has(inner)) return false
    }
  }
  for (const s of nest.stores) if (openRanges(s).has(outer) !== openRanges(s).has(inner)) return false
  const n = extentOf(inner)
  return accessesOf(nest).every(a => {
    if (gateMoves(a, outer) || gateMoves(a, inner)) return false
    const x = strideOf(a, outer)
    const y = strideOf(a, inner)
    return x !== undefined && y !== undefined && x === y * n
  })
}

