// Written by `npm run rules` from the rule families. Do not edit.
import { hit, type Fired } from '../../rewrite/matcher.js'
import type { UOp } from '../../uop.js'
import { movement } from '../movement.js'

const detachDetach = movement[18]

export function matchDetach(u: UOp, fired?: Fired): UOp | undefined {
  const s0 = u.src[0]
  if (s0.op === 'detach' || s0.op === 'const' || s0.op === 'iota') {
    const b = { x: s0 }
    const result = detachDetach.replace(b)
    if (result !== undefined && result !== u) return hit(fired, detachDetach, result)
  }
  return undefined
}
