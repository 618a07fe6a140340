// Written by `npm run rules` from the rule families. Do not edit.
import { hit, type Fired } from '../../rewrite/matcher.js'
import type { UOp } from '../../uop.js'
import { movement } from '../movement.js'

const reshapeSame = movement[0]
const reshapeReshape = movement[1]

export function matchReshape(u: UOp, fired?: Fired): UOp | undefined {
  const s0 = u.src[0]
  {
    const b = { u, x: s0 }
    const result = reshapeSame.guards[0](b) ? reshapeSame.replace(b) : undefined
    if (result !== undefined && result !== u) return hit(fired, reshapeSame, result)
  }
  if (s0.op === 'reshape') {
    const s0_0 = s0.src[0]
    const b = { u, x: s0_0 }
    const result = reshapeReshape.replace(b)
    if (result !== undefined && result !== u) return hit(fired, reshapeReshape, result)
  }
  return undefined
}
