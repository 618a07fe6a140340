// Written by `npm run rules` from the rule families. Do not edit.
import { hit, type Fired } from '../../rewrite/matcher.js'
import type { UOp } from '../../uop.js'
import { float } from '../float.js'
import { folding } from '../folding.js'

const foldUnary = folding[1]
const unaryOfChoice = folding[7]
const oneLane = folding[11]
const truncTrunc = float[13]
const truncOfInteger = float[14]
const truncInteger = float[15]

export function matchTrunc(u: UOp, fired?: Fired): UOp | undefined {
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
  if (s0.op === 'trunc') {
    const s0_0 = s0.src[0]
    if (s0_0.dtype.kind === 'float') {
      const b = { t: s0, x: s0_0 }
      const result = truncTrunc.replace(b)
      if (result !== undefined && result !== u) return hit(fired, truncTrunc, result)
    }
  }
  if (s0.op === 'cast' && s0.dtype.kind === 'float') {
    const s0_0 = s0.src[0]
    if (s0_0.dtype.kind === 'bool' || s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint') {
      const b = { t: s0, x: s0_0 }
      const result = truncOfInteger.replace(b)
      if (result !== undefined && result !== u) return hit(fired, truncOfInteger, result)
    }
  }
  if (s0.dtype.kind === 'int' || s0.dtype.kind === 'uint') {
    const b = { x: s0 }
    const result = truncInteger.replace(b)
    if (result !== undefined && result !== u) return hit(fired, truncInteger, result)
  }
  return undefined
}
