// Written by `npm run rules` from the rule families. Do not edit.
import { hit, type Fired } from '../../rewrite/matcher.js'
import type { UOp } from '../../uop.js'
import { vectors } from '../vectors.js'

const vectorizeConstants = vectors[4]
const vectorizeExtracts = vectors[5]

export function matchVectorize(u: UOp, fired?: Fired): UOp | undefined {
  {
    const b = { v: u }
    const result = vectorizeConstants.replace(b)
    if (result !== undefined && result !== u) return hit(fired, vectorizeConstants, result)
  }
  {
    const b = { v: u }
    const result = vectorizeExtracts.replace(b)
    if (result !== undefined && result !== u) return hit(fired, vectorizeExtracts, result)
  }
  return undefined
}
