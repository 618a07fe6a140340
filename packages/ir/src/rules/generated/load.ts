// Written by `npm run rules` from the rule families. Do not edit.
import { hit, type Fired } from '../../rewrite/matcher.js'
import { holds } from '../../rewrite/pattern.js'
import type { UOp } from '../../uop.js'
import { memory } from '../memory.js'

const loadOpen = memory[0]
const loadClosed = memory[1]

export function matchLoad(u: UOp, fired?: Fired): UOp | undefined {
  const s2 = u.src[2]
  const s0 = u.src[0]
  const s1 = u.src[1]
  if (u.src.length === 3 && s2.op === 'const') {
    if (holds(s2, true)) {
      const b = { u, from: s0, other: s1 }
      const result = loadOpen.replace(b)
      if (result !== undefined && result !== u) return hit(fired, loadOpen, result)
    }
    if (holds(s2, false)) {
      const b = { from: s0, other: s1 }
      const result = loadClosed.replace(b)
      if (result !== undefined && result !== u) return hit(fired, loadClosed, result)
    }
  }
  return undefined
}
