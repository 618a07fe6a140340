// Written by `npm run rules` from the rule families. Do not edit.
import { hit, type Fired } from '../../rewrite/matcher.js'
import type { UOp } from '../../uop.js'
import { arithmetic } from '../arithmetic.js'
import { float } from '../float.js'
import { folding } from '../folding.js'
import { logic } from '../logic.js'

const foldUnary = folding[1]
const unaryOfChoice = folding[7]
const oneLane = folding[11]
const negNeg = arithmetic[19]
const negSub = arithmetic[20]
const negAddConstant = arithmetic[21]
const negMulConstant = arithmetic[22]
const negTopBit = arithmetic[23]
const negTruth = arithmetic[24]
const negTruthFloat = float[3]
const negDivByConstant = float[11]
const negDivConstant = float[12]
const negOfNot = logic[38]

export function matchNeg(u: UOp, fired?: Fired): UOp | undefined {
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
    if (s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint' || s0_0.dtype.kind === 'float') {
      const b = { x: s0_0 }
      const result = negNeg.replace(b)
      if (result !== undefined && result !== u) return hit(fired, negNeg, result)
    }
  }
  if (s0.op === 'sub') {
    const s0_0 = s0.src[0]
    const s0_1 = s0.src[1]
    if ((s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint') && (s0_1.dtype.kind === 'int' || s0_1.dtype.kind === 'uint')) {
      const b = { x: s0_0, y: s0_1 }
      const result = negSub.replace(b)
      if (result !== undefined && result !== u) return hit(fired, negSub, result)
    }
  }
  if (s0.op === 'add') {
    const s0_1 = s0.src[1]
    const s0_0 = s0.src[0]
    if (s0_1.op === 'const' && (s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint')) {
      const b = { x: s0_0, c: s0_1 }
      const result = negAddConstant.replace(b)
      if (result !== undefined && result !== u) return hit(fired, negAddConstant, result)
    }
  }
  if (s0.op === 'mul') {
    const s0_1 = s0.src[1]
    const s0_0 = s0.src[0]
    if (s0_1.op === 'const' && (s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint' || s0_0.dtype.kind === 'float')) {
      const b = { x: s0_0, c: s0_1 }
      const result = negMulConstant.replace(b)
      if (result !== undefined && result !== u) return hit(fired, negMulConstant, result)
    }
  }
  if (s0.op === 'shl') {
    const s0_1 = s0.src[1]
    const s0_0 = s0.src[0]
    if (s0_1.op === 'const' && (s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint')) {
      const b = { u: s0, x: s0_0, c: s0_1 }
      const result = negTopBit.replace(b)
      if (result !== undefined && result !== u) return hit(fired, negTopBit, result)
    }
  }
  if (s0.op === 'cast') {
    const s0_0 = s0.src[0]
    if ((s0.dtype.kind === 'int' || s0.dtype.kind === 'uint') && s0_0.dtype.kind === 'bool') {
      const b = { u: s0, b: s0_0 }
      const result = negTruth.replace(b)
      if (result !== undefined && result !== u) return hit(fired, negTruth, result)
    }
    if (s0.dtype.kind === 'float' && s0_0.dtype.kind === 'bool') {
      const b = { u: s0, b: s0_0 }
      const result = negTruthFloat.replace(b)
      if (result !== undefined && result !== u) return hit(fired, negTruthFloat, result)
    }
  }
  if (s0.op === 'div') {
    const s0_1 = s0.src[1]
    const s0_0 = s0.src[0]
    if (s0_1.op === 'const' && s0_0.dtype.kind === 'float') {
      const b = { x: s0_0, c: s0_1 }
      const result = negDivByConstant.replace(b)
      if (result !== undefined && result !== u) return hit(fired, negDivByConstant, result)
    }
    if (s0_0.op === 'const' && s0_1.dtype.kind === 'float') {
      const b = { c: s0_0, x: s0_1 }
      const result = negDivConstant.replace(b)
      if (result !== undefined && result !== u) return hit(fired, negDivConstant, result)
    }
  }
  if (s0.op === 'xor') {
    const s0_1 = s0.src[1]
    const s0_0 = s0.src[0]
    if (s0_1.op === 'const' && (s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint')) {
      const b = { x: s0_0, c: s0_1 }
      const result = negOfNot.guards[0](b) ? negOfNot.replace(b) : undefined
      if (result !== undefined && result !== u) return hit(fired, negOfNot, result)
    }
  }
  return undefined
}
