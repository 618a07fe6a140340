// Written by `npm run rules` from the rule families. Do not edit.
import { hit, type Fired } from '../../rewrite/matcher.js'
import type { UOp } from '../../uop.js'
import { movement } from '../movement.js'

const shrinkAll = movement[8]
const shrinkShrink = movement[9]
const shrinkPad = movement[10]

export function matchShrink(u: UOp, fired?: Fired): UOp | undefined {
  const s0 = u.src[0]
  {
    const b = { u, x: s0 }
    const result = shrinkAll.guards[0](b) ? shrinkAll.replace(b) : undefined
    if (result !== undefined && result !== u) return hit(fired, shrinkAll, result)
  }
  if (s0.op === 'shrink') {
    const s0_0 = s0.src[0]
    const b = { u, v: s0, x: s0_0 }
    const result = shrinkShrink.replace(b)
    if (result !== undefined && result !== u) return hit(fired, shrinkShrink, result)
  }
  if (s0.op === 'pad') {
    const s0_0 = s0.src[0]
    const b = { u, v: s0, x: s0_0 }
    const result = shrinkPad.guards[0](b) ? shrinkPad.replace(b) : undefined
    if (result !== undefined && result !== u) return hit(fired, shrinkPad, result)
  }
  return undefined
}
