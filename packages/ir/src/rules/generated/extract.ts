// Written by `npm run rules` from the rule families. Do not edit.
import { hit, type Fired } from '../../rewrite/matcher.js'
import type { UOp } from '../../uop.js'
import { vectors } from '../vectors.js'

const extractAll = vectors[0]
const extractVectorize = vectors[1]
const extractConstant = vectors[2]
const extractExtract = vectors[3]

export function matchExtract(u: UOp, fired?: Fired): UOp | undefined {
  const s0 = u.src[0]
  {
    const b = { u, x: s0 }
    const result = extractAll.guards[0](b) ? extractAll.replace(b) : undefined
    if (result !== undefined && result !== u) return hit(fired, extractAll, result)
  }
  if (s0.op === 'vectorize') {
    const b = { u, v: s0 }
    const result = extractVectorize.replace(b)
    if (result !== undefined && result !== u) return hit(fired, extractVectorize, result)
  }
  if (s0.op === 'const') {
    const b = { u, c: s0 }
    const result = extractConstant.replace(b)
    if (result !== undefined && result !== u) return hit(fired, extractConstant, result)
  }
  if (s0.op === 'extract') {
    const s0_0 = s0.src[0]
    const b = { u, v: s0, x: s0_0 }
    const result = extractExtract.replace(b)
    if (result !== undefined && result !== u) return hit(fired, extractExtract, result)
  }
  return undefined
}
