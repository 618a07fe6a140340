// Written by `npm run rules` from the rule families. Do not edit.
import { hit, type Fired } from '../../rewrite/matcher.js'
import type { UOp } from '../../uop.js'
import { movement } from '../movement.js'

const contiguousContiguous = movement[17]

export function matchContiguous(u: UOp, fired?: Fired): UOp | undefined {
  const s0 = u.src[0]
  if (s0.op === 'contiguous' || s0.op === 'buffer') {
    const b = { x: s0 }
    const result = contiguousContiguous.replace(b)
    if (result !== undefined && result !== u) return hit(fired, contiguousContiguous, result)
  }
  return undefined
}
