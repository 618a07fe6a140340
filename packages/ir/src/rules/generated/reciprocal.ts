// Written by `npm run rules` from the rule families. Do not edit.
import { hit, type Fired } from '../../rewrite/matcher.js'
import type { UOp } from '../../uop.js'
import { float } from '../float.js'
import { folding } from '../folding.js'

const foldUnary = folding[1]
const unaryOfChoice = folding[7]
const oneLane = folding[11]
const reciprocalNeg = float[6]

export function matchReciprocal(u: UOp, fired?: Fired): UOp | undefined {
  const s0 = u.src[0]
  if (s0.op === 'const' && s0.dtype.kind !== 'index' && s0.dtype.kind !== 'void') {
    const b = { u, a: s0 }
    const result = foldUnary.replace(b)
    if (result !== undefined && result !== u) return hit(fired, foldUnary, result)
  }
  if (s0.op === 'where') {
    const s0_1 = s0.src[1]
    const s0_2 = s0.src[2]
    const s0_0 = s0.src[0]
    if (s0_1.op === 'const' && s0_2.op === 'const' && s0_1.dtype.kind !== 'index' && s0_1.dtype.kind !== 'void') {
      const b = { u, w: s0_0, a: s0_1, b: s0_2 }
      const result = unaryOfChoice.replace(b)
      if (result !== undefined && result !== u) return hit(fired, unaryOfChoice, result)
    }
  }
  {
    const b = { u }
    const result = oneLane.guards[0](b) ? oneLane.replace(b) : undefined
    if (result !== undefined && result !== u) return hit(fired, oneLane, result)
  }
  if (s0.op === 'neg') {
    const s0_0 = s0.src[0]
    if (s0_0.dtype.kind === 'float') {
      const b = { x: s0_0 }
      const result = reciprocalNeg.replace(b)
      if (result !== undefined && result !== u) return hit(fired, reciprocalNeg, result)
    }
  }
  return undefined
}
