// Written by `npm run rules` from the rule families. Do not edit.
import { hit, type Fired } from '../../rewrite/matcher.js'
import { holds } from '../../rewrite/pattern.js'
import type { UOp } from '../../uop.js'
import { arithmetic } from '../arithmetic.js'
import { float } from '../float.js'
import { folding } from '../folding.js'

const foldBinary = folding[3]
const binaryOfChoice = folding[9]
const binaryWithChoice = folding[10]
const oneLane = folding[11]
const divOne = arithmetic[43]
const divMinusOne = arithmetic[44]
const divZero = arithmetic[45]
const zeroDiv = arithmetic[46]
const divConstants = arithmetic[47]
const divShifted = arithmetic[48]
const divPowerOfTwo = arithmetic[49]
const oneDiv = float[4]
const minusOneDiv = float[5]
const divFloatPowerOfTwo = float[7]
const divNegated = float[8]
const divNegatedByConstant = float[9]
const divConstantByNegated = float[10]

export function matchDiv(u: UOp, fired?: Fired): UOp | undefined {
  const s0 = u.src[0]
  const s1 = u.src[1]
  if (s0.op === 'const' && s1.op === 'const' && s0.dtype.kind !== 'index' && s0.dtype.kind !== 'void') {
    const b = { u, a: s0, b: s1 }
    const result = foldBinary.replace(b)
    if (result !== undefined && result !== u) return hit(fired, foldBinary, result)
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
      const result = divOne.replace(b)
      if (result !== undefined && result !== u) return hit(fired, divOne, result)
    }
    if (holds(s1, -1) && (s0.dtype.kind === 'int' || s0.dtype.kind === 'uint' || s0.dtype.kind === 'float')) {
      const b = { x: s0 }
      const result = divMinusOne.replace(b)
      if (result !== undefined && result !== u) return hit(fired, divMinusOne, result)
    }
    if (holds(s1, 0) && (s0.dtype.kind === 'int' || s0.dtype.kind === 'uint')) {
      const b = { x: s0 }
      const result = divZero.replace(b)
      if (result !== undefined && result !== u) return hit(fired, divZero, result)
    }
  }
  if (s0.op === 'const' && holds(s0, 0) && (s1.dtype.kind === 'int' || s1.dtype.kind === 'uint')) {
    const b = { x: s1 }
    const result = zeroDiv.replace(b)
    if (result !== undefined && result !== u) return hit(fired, zeroDiv, result)
  }
  if (s0.op === 'div' && s1.op === 'const') {
    const s0_1 = s0.src[1]
    const s0_0 = s0.src[0]
    if (s0_1.op === 'const' && (s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint')) {
      const b = { b: s1, x: s0_0, a: s0_1 }
      const result = divConstants.replace(b)
      if (result !== undefined && result !== u) return hit(fired, divConstants, result)
    }
  }
  if (s0.op === 'shr' && s1.op === 'const') {
    const s0_1 = s0.src[1]
    const s0_0 = s0.src[0]
    if (s0_1.op === 'const' && s0_0.dtype.kind === 'uint') {
      const b = { b: s1, x: s0_0, a: s0_1 }
      const result = divShifted.replace(b)
      if (result !== undefined && result !== u) return hit(fired, divShifted, result)
    }
  }
  if (s1.op === 'const' && s0.dtype.kind === 'uint') {
    const b = { x: s0, c: s1 }
    const result = divPowerOfTwo.replace(b)
    if (result !== undefined && result !== u) return hit(fired, divPowerOfTwo, result)
  }
  if (s0.op === 'const') {
    if (holds(s0, 1) && s1.dtype.kind === 'float') {
      const b = { x: s1 }
      const result = oneDiv.replace(b)
      if (result !== undefined && result !== u) return hit(fired, oneDiv, result)
    }
    if (holds(s0, -1) && s1.dtype.kind === 'float') {
      const b = { x: s1 }
      const result = minusOneDiv.replace(b)
      if (result !== undefined && result !== u) return hit(fired, minusOneDiv, result)
    }
  }
  if (s1.op === 'const' && s0.dtype.kind === 'float') {
    const b = { x: s0, c: s1 }
    const result = divFloatPowerOfTwo.replace(b)
    if (result !== undefined && result !== u) return hit(fired, divFloatPowerOfTwo, result)
  }
  if (s0.op === 'neg') {
    const s0_0 = s0.src[0]
    if (s1.op === 'neg' && s0_0.dtype.kind === 'float') {
      const s1_0 = s1.src[0]
      if (s1_0.dtype.kind === 'float') {
        const b = { x: s0_0, y: s1_0 }
        const result = divNegated.replace(b)
        if (result !== undefined && result !== u) return hit(fired, divNegated, result)
      }
    }
    if (s1.op === 'const' && s0_0.dtype.kind === 'float') {
      const b = { c: s1, x: s0_0 }
      const result = divNegatedByConstant.replace(b)
      if (result !== undefined && result !== u) return hit(fired, divNegatedByConstant, result)
    }
  }
  if (s0.op === 'const' && s1.op === 'neg') {
    const s1_0 = s1.src[0]
    if (s1_0.dtype.kind === 'float') {
      const b = { c: s0, x: s1_0 }
      const result = divConstantByNegated.replace(b)
      if (result !== undefined && result !== u) return hit(fired, divConstantByNegated, result)
    }
  }
  return undefined
}
