// Written by `npm run rules` from the rule families. Do not edit.
import { hit, type Fired } from '../../rewrite/matcher.js'
import type { UOp } from '../../uop.js'
import { memory } from '../memory.js'

const afterNothing = memory[3]

export function matchAfter(u: UOp, fired?: Fired): UOp | undefined {
  const s0 = u.src[0]
  if (u.src.length === 1) {
    const b = { x: s0 }
    const result = afterNothing.replace(b)
    if (result !== undefined && result !== u) return hit(fired, afterNothing, result)
  }
  return undefined
}
