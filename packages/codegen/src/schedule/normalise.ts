import { is } from '@petagrad/ir'
import { accessesOf, axesUsedAsValues, gateMoves, strideOf } from '../access.js'
import { extentOf, type Axis, type Nest } from '../nest.js'
import type { NestBuilder } from './builder.js'
import { loopTogether } from '../transform.js'

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
  if (!loopTogether(nest, outer, inner)) return false
  const n = extentOf(inner)
  return accessesOf(nest).every(a => {
    if (gateMoves(a, outer) || gateMoves(a, inner)) return false
    const x = strideOf(a, outer)
    const y = strideOf(a, inner)
    return x !== undefined && y !== undefined && x === y * n
  })
}

