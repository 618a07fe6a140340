// Written by `npm run rules` from the rule families. Do not edit.
import { hit, type Fired } from '../../rewrite/matcher.js'
import type { UOp } from '../../uop.js'
import { movement } from '../movement.js'

const shearNothing = movement[14]

export function matchShear(u: UOp, fired?: Fired): UOp | undefined {
  const s0 = u.src[0]
  {
    const b = { u, x: s0 }
    const result = shearNothing.guards[0](b) ? shearNothing.replace(b) : undefined
    if (result !== undefined && result !== u) return hit(fired, shearNothing, result)
  }
  return undefined
}
