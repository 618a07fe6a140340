// Written by `npm run rules` from the rule families. Do not edit.
import { hit, type Fired } from '../../rewrite/matcher.js'
import type { UOp } from '../../uop.js'
import { folding } from '../folding.js'

const constantExact = folding[0]

export function matchConst(u: UOp, fired?: Fired): UOp | undefined {
  if (u.dtype.kind !== 'index' && u.dtype.kind !== 'void') {
    const b = { c: u }
    const result = constantExact.replace(b)
    if (result !== undefined && result !== u) return hit(fired, constantExact, result)
  }
  return undefined
}
