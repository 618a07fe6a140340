// Written by `npm run rules` from the rule families. Do not edit.
import { hit, type Fired } from '../../rewrite/matcher.js'
import { holds } from '../../rewrite/pattern.js'
import type { UOp } from '../../uop.js'
import { arithmetic } from '../arithmetic.js'
import { folding } from '../folding.js'

const foldBinary = folding[3]
const constantRight = folding[5]
const binaryOfChoice = folding[9]
const binaryWithChoice = folding[10]
const oneLane = folding[11]
const mulOne = arithmetic[25]
const mulZero = arithmetic[26]
const mulMinusOne = arithmetic[27]
const mulConstants = arithmetic[28]
const mulShifted = arithmetic[29]
const mulNegated = arithmetic[30]
const mulNegatedConstant = arithmetic[31]
const mulTruth = arithmetic[32]
const mulPowerOfTwo = arithmetic[33]
const mulNegativePower = arithmetic[34]

export function matchMul(u: UOp, fired?: Fired): UOp | undefined {
  const s0 = u.src[0]
  const s1 = u.src[1]
  if (s0.op === 'const') {
    if (s1.op === 'const' && s0.dtype.kind !== 'index' && s0.dtype.kind !== 'void') {
      const b = { u, a: s0, b: s1 }
      const result = foldBinary.replace(b)
      if (result !== undefined && result !== u) return hit(fired, foldBinary, result)
    }
    if (s0.dtype.kind !== 'index' && s0.dtype.kind !== 'void') {
      const b = { u, c: s0, x: s1 }
      const result = constantRight.guards[0](b) ? constantRight.replace(b) : undefined
      if (result !== undefined && result !== u) return hit(fired, constantRight, result)
    }
  }
  if (s0.op === 'where' && s1.op === 'const') {
    const s0_1 = s0.src[1]
    const s0_2 = s0.src[2]
    const s0_0 = s0.src[0]
    if (s0_1.op === 'const' && s0_2.op === 'const' && s0_1.dtype.kind !== 'index' && s0_1.dtype.kind !== 'void') {
      const b = { u, c: s1, w: s0_0, a: s0_1, b: s0_2 }
      const result = binaryOfChoice.replace(b)
      if (result !== undefined && result !== u) return hit(fired, binaryOfChoice, result)
    }
  }
  if (s0.op === 'const' && s1.op === 'where') {
    const s1_1 = s1.src[1]
    const s1_2 = s1.src[2]
    const s1_0 = s1.src[0]
    if (s1_1.op === 'const' && s1_2.op === 'const' && s1_1.dtype.kind !== 'index' && s1_1.dtype.kind !== 'void') {
      const b = { u, c: s0, w: s1_0, a: s1_1, b: s1_2 }
      const result = binaryWithChoice.replace(b)
      if (result !== undefined && result !== u) return hit(fired, binaryWithChoice, result)
    }
  }
  {
    const b = { u }
    const result = oneLane.guards[0](b) ? oneLane.replace(b) : undefined
    if (result !== undefined && result !== u) return hit(fired, oneLane, result)
  }
  if (s1.op === 'const') {
    if (holds(s1, 1) && (s0.dtype.kind === 'int' || s0.dtype.kind === 'uint' || s0.dtype.kind === 'float')) {
      const b = { x: s0 }
      const result = mulOne.replace(b)
      if (result !== undefined && result !== u) return hit(fired, mulOne, result)
    }
    if (holds(s1, 0) && (s0.dtype.kind === 'int' || s0.dtype.kind === 'uint')) {
      const b = { x: s0 }
      const result = mulZero.replace(b)
      if (result !== undefined && result !== u) return hit(fired, mulZero, result)
    }
    if (holds(s1, -1) && (s0.dtype.kind === 'int' || s0.dtype.kind === 'uint' || s0.dtype.kind === 'float')) {
      const b = { x: s0 }
      const result = mulMinusOne.replace(b)
      if (result !== undefined && result !== u) return hit(fired, mulMinusOne, result)
    }
  }
  if (s0.op === 'mul' && s1.op === 'const') {
    const s0_1 = s0.src[1]
    const s0_0 = s0.src[0]
    if (s0_1.op === 'const' && (s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint')) {
      const b = { b: s1, x: s0_0, a: s0_1 }
      const result = mulConstants.replace(b)
      if (result !== undefined && result !== u) return hit(fired, mulConstants, result)
    }
  }
  if (s0.op === 'shl' && s1.op === 'const') {
    const s0_1 = s0.src[1]
    const s0_0 = s0.src[0]
    if (s0_1.op === 'const' && (s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint')) {
      const b = { b: s1, x: s0_0, a: s0_1 }
      const result = mulShifted.replace(b)
      if (result !== undefined && result !== u) return hit(fired, mulShifted, result)
    }
  }
  if (s0.op === 'neg') {
    const s0_0 = s0.src[0]
    if (s1.op === 'neg' && (s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint' || s0_0.dtype.kind === 'float')) {
      const s1_0 = s1.src[0]
      if (s1_0.dtype.kind === 'int' || s1_0.dtype.kind === 'uint' || s1_0.dtype.kind === 'float') {
        {
          const b = { x: s0_0, y: s1_0 }
          const result = mulNegated.replace(b)
          if (result !== undefined && result !== u) return hit(fired, mulNegated, result)
        }
        {
          const b = { y: s0_0, x: s1_0 }
          const result = mulNegated.replace(b)
          if (result !== undefined && result !== u) return hit(fired, mulNegated, result)
        }
      }
    }
    if (s1.op === 'const' && (s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint' || s0_0.dtype.kind === 'float')) {
      const b = { c: s1, x: s0_0 }
      const result = mulNegatedConstant.replace(b)
      if (result !== undefined && result !== u) return hit(fired, mulNegatedConstant, result)
    }
  }
  if (s1.op === 'cast' && (s0.dtype.kind === 'int' || s0.dtype.kind === 'uint')) {
    const s1_0 = s1.src[0]
    if (s1_0.dtype.kind === 'bool') {
      const b = { x: s0, b: s1_0 }
      const result = mulTruth.replace(b)
      if (result !== undefined && result !== u) return hit(fired, mulTruth, result)
    }
  }
  if (s0.op === 'cast' && (s1.dtype.kind === 'int' || s1.dtype.kind === 'uint')) {
    const s0_0 = s0.src[0]
    if (s0_0.dtype.kind === 'bool') {
      const b = { x: s1, b: s0_0 }
      const result = mulTruth.replace(b)
      if (result !== undefined && result !== u) return hit(fired, mulTruth, result)
    }
  }
  if (s1.op === 'const' && (s0.dtype.kind === 'int' || s0.dtype.kind === 'uint')) {
    {
      const b = { x: s0, c: s1 }
      const result = mulPowerOfTwo.replace(b)
      if (result !== undefined && result !== u) return hit(fired, mulPowerOfTwo, result)
    }
    {
      const b = { x: s0, c: s1 }
      const result = mulNegativePower.replace(b)
      if (result !== undefined && result !== u) return hit(fired, mulNegativePower, result)
    }
  }
  return undefined
}
