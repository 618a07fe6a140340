// Written by `npm run rules` from the rule families. Do not edit.
import { hit, type Fired } from '../../rewrite/matcher.js'
import { holds } from '../../rewrite/pattern.js'
import type { UOp } from '../../uop.js'
import { memory } from '../memory.js'

const storeOpen = memory[2]

export function matchStore(u: UOp, fired?: Fired): UOp | undefined {
  const s2 = u.src[2]
  const s0 = u.src[0]
  const s1 = u.src[1]
  if (u.src.length === 3 && s2.op === 'const' && holds(s2, true)) {
    const b = { to: s0, value: s1 }
    const result = storeOpen.replace(b)
    if (result !== undefined && result !== u) return hit(fired, storeOpen, result)
  }
  return undefined
}
