// Written by `npm run rules` from the rule families. Do not edit.
import { hit, type Fired } from '../../rewrite/matcher.js'
import type { UOp } from '../../uop.js'
import { arithmetic } from '../arithmetic.js'
import { folding } from '../folding.js'
import { logic } from '../logic.js'

const foldBinary = folding[3]
const constantRight = folding[5]
const binaryOfChoice = folding[9]
const binaryWithChoice = folding[10]
const oneLane = folding[11]
const maxSame = arithmetic[64]
const maxLowest = arithmetic[65]
const maxHighest = arithmetic[66]
const maxConstants = arithmetic[67]
const maxMax = arithmetic[68]
const maxBool = logic[39]

export function matchMax(u: UOp, fired?: Fired): UOp | undefined {
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
  if (s1 === s0 && s0.dtype.kind !== 'index' && s0.dtype.kind !== 'void') {
    const b = { x: s0 }
    const result = maxSame.replace(b)
    if (result !== undefined && result !== u) return hit(fired, maxSame, result)
  }
  if (s1.op === 'const') {
    if (s0.dtype.kind !== 'index' && s0.dtype.kind !== 'void') {
      const b = { x: s0, c: s1 }
      const result = maxLowest.guards[0](b) ? maxLowest.replace(b) : undefined
      if (result !== undefined && result !== u) return hit(fired, maxLowest, result)
    }
    if (s0.dtype.kind === 'int' || s0.dtype.kind === 'uint') {
      const b = { x: s0, c: s1 }
      const result = maxHighest.guards[0](b) ? maxHighest.replace(b) : undefined
      if (result !== undefined && result !== u) return hit(fired, maxHighest, result)
    }
  }
  if (s0.op === 'max') {
    const s0_1 = s0.src[1]
    const s0_0 = s0.src[0]
    if (s1.op === 'const' && s0_1.op === 'const' && (s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint' || s0_0.dtype.kind === 'float')) {
      const b = { b: s1, x: s0_0, a: s0_1 }
      const result = maxConstants.replace(b)
      if (result !== undefined && result !== u) return hit(fired, maxConstants, result)
    }
    if (s0_1 === s1 && (s1.dtype.kind === 'int' || s1.dtype.kind === 'uint' || s1.dtype.kind === 'float') && (s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint' || s0_0.dtype.kind === 'float')) {
      const b = { y: s1, x: s0_0 }
      const result = maxMax.replace(b)
      if (result !== undefined && result !== u) return hit(fired, maxMax, result)
    }
  }
  if (s1.op === 'max') {
    const s1_1 = s1.src[1]
    const s1_0 = s1.src[0]
    if (s1_1 === s0 && (s0.dtype.kind === 'int' || s0.dtype.kind === 'uint' || s0.dtype.kind === 'float') && (s1_0.dtype.kind === 'int' || s1_0.dtype.kind === 'uint' || s1_0.dtype.kind === 'float')) {
      const b = { y: s0, x: s1_0 }
      const result = maxMax.replace(b)
      if (result !== undefined && result !== u) return hit(fired, maxMax, result)
    }
  }
  if (s0.op === 'max') {
    const s0_0 = s0.src[0]
    const s0_1 = s0.src[1]
    if (s0_0 === s1 && (s1.dtype.kind === 'int' || s1.dtype.kind === 'uint' || s1.dtype.kind === 'float') && (s0_1.dtype.kind === 'int' || s0_1.dtype.kind === 'uint' || s0_1.dtype.kind === 'float')) {
      const b = { y: s1, x: s0_1 }
      const result = maxMax.replace(b)
      if (result !== undefined && result !== u) return hit(fired, maxMax, result)
    }
  }
  if (s1.op === 'max') {
    const s1_0 = s1.src[0]
    const s1_1 = s1.src[1]
    if (s1_0 === s0 && (s0.dtype.kind === 'int' || s0.dtype.kind === 'uint' || s0.dtype.kind === 'float') && (s1_1.dtype.kind === 'int' || s1_1.dtype.kind === 'uint' || s1_1.dtype.kind === 'float')) {
      const b = { y: s0, x: s1_1 }
      const result = maxMax.replace(b)
      if (result !== undefined && result !== u) return hit(fired, maxMax, result)
    }
  }
  if (s0.dtype.kind === 'bool' && s1.dtype.kind === 'bool') {
    {
      const b = { x: s0, y: s1 }
      const result = maxBool.replace(b)
      if (result !== undefined && result !== u) return hit(fired, maxBool, result)
    }
    {
      const b = { y: s0, x: s1 }
      const result = maxBool.replace(b)
      if (result !== undefined && result !== u) return hit(fired, maxBool, result)
    }
  }
  return undefined
}
