// Written by `npm run rules` from the rule families. Do not edit.
import { hit, type Fired } from '../../rewrite/matcher.js'
import type { UOp } from '../../uop.js'
import { movement } from '../movement.js'

const permuteSame = movement[2]
const permutePermute = movement[3]

export function matchPermute(u: UOp, fired?: Fired): UOp | undefined {
  const s0 = u.src[0]
  {
    const b = { u, x: s0 }
    const result = permuteSame.guards[0](b) ? permuteSame.replace(b) : undefined
    if (result !== undefined && result !== u) return hit(fired, permuteSame, result)
  }
  if (s0.op === 'permute') {
    const s0_0 = s0.src[0]
    const b = { u, v: s0, x: s0_0 }
    const result = permutePermute.replace(b)
    if (result !== undefined && result !== u) return hit(fired, permutePermute, result)
  }
  return undefined
}
