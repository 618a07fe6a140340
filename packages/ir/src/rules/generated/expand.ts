// Written by `npm run rules` from the rule families. Do not edit.
import { hit, type Fired } from '../../rewrite/matcher.js'
import type { UOp } from '../../uop.js'
import { movement } from '../movement.js'

const expandSame = movement[4]
const expandExpand = movement[5]

export function matchExpand(u: UOp, fired?: Fired): UOp | undefined {
  const s0 = u.src[0]
  {
    const b = { u, x: s0 }
    const result = expandSame.guards[0](b) ? expandSame.replace(b) : undefined
    if (result !== undefined && result !== u) return hit(fired, expandSame, result)
  }
  if (s0.op === 'expand') {
    const s0_0 = s0.src[0]
    const b = { u, x: s0_0 }
    const result = expandExpand.replace(b)
    if (result !== undefined && result !== u) return hit(fired, expandExpand, result)
  }
  return undefined
}
