// Written by `npm run rules` from the rule families. Do not edit.
import { hit, type Fired } from '../../rewrite/matcher.js'
import type { UOp } from '../../uop.js'
import { movement } from '../movement.js'

const flipSingle = movement[11]
const flipNothing = movement[12]
const flipFlip = movement[13]

export function matchFlip(u: UOp, fired?: Fired): UOp | undefined {
  const s0 = u.src[0]
  {
    const b = { u, x: s0 }
    const result = flipSingle.replace(b)
    if (result !== undefined && result !== u) return hit(fired, flipSingle, result)
  }
  {
    const b = { u, x: s0 }
    const result = flipNothing.replace(b)
    if (result !== undefined && result !== u) return hit(fired, flipNothing, result)
  }
  if (s0.op === 'flip') {
    const s0_0 = s0.src[0]
    const b = { u, v: s0, x: s0_0 }
    const result = flipFlip.replace(b)
    if (result !== undefined && result !== u) return hit(fired, flipFlip, result)
  }
  return undefined
}
