// Written by `npm run rules` from the rule families. Do not edit.
import { hit, type Fired } from '../../rewrite/matcher.js'
import type { UOp } from '../../uop.js'
import { movement } from '../movement.js'

const padNothing = movement[6]
const padPad = movement[7]

export function matchPad(u: UOp, fired?: Fired): UOp | undefined {
  const s0 = u.src[0]
  {
    const b = { u, x: s0 }
    const result = padNothing.guards[0](b) ? padNothing.replace(b) : undefined
    if (result !== undefined && result !== u) return hit(fired, padNothing, result)
  }
  if (s0.op === 'pad') {
    const s0_0 = s0.src[0]
    const b = { u, v: s0, x: s0_0 }
    const result = padPad.replace(b)
    if (result !== undefined && result !== u) return hit(fired, padPad, result)
  }
  return undefined
}
