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
const subZero = arithmetic[8]
const subSame = arithmetic[9]
const subConstant = arithmetic[10]
const subSelf = arithmetic[11]
const subNegated = arithmetic[12]
const subFromZero = arithmetic[13]
const subConstants = arithmetic[14]
const subTwice = arithmetic[15]
const subPart = arithmetic[16]
const subSum = arithmetic[17]
const subDifference = arithmetic[18]
const subFromNegativeZero = float[1]

export function matchSub(u: UOp, fired?: Fired): UOp | undefined {
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
  if (s1.op === 'const' && holds(s1, 0) && (s0.dtype.kind === 'int' || s0.dtype.kind === 'uint' || s0.dtype.kind === 'float')) {
    const b = { x: s0 }
    const result = subZero.replace(b)
    if (result !== undefined && result !== u) return hit(fired, subZero, result)
  }
  if (s1 === s0 && (s0.dtype.kind === 'int' || s0.dtype.kind === 'uint')) {
    const b = { x: s0 }
    const result = subSame.replace(b)
    if (result !== undefined && result !== u) return hit(fired, subSame, result)
  }
  if (s1.op === 'const' && (s0.dtype.kind === 'int' || s0.dtype.kind === 'uint' || s0.dtype.kind === 'float')) {
    const b = { x: s0, c: s1 }
    const result = subConstant.replace(b)
    if (result !== undefined && result !== u) return hit(fired, subConstant, result)
  }
  if (s0.op === 'sub') {
    const s0_0 = s0.src[0]
    const s0_1 = s0.src[1]
    if (s0_0 === s1 && (s1.dtype.kind === 'int' || s1.dtype.kind === 'uint') && (s0_1.dtype.kind === 'int' || s0_1.dtype.kind === 'uint')) {
      const b = { x: s1, y: s0_1 }
      const result = subSelf.replace(b)
      if (result !== undefined && result !== u) return hit(fired, subSelf, result)
    }
  }
  if (s1.op === 'neg' && (s0.dtype.kind === 'int' || s0.dtype.kind === 'uint' || s0.dtype.kind === 'float')) {
    const s1_0 = s1.src[0]
    if (s1_0.dtype.kind === 'int' || s1_0.dtype.kind === 'uint' || s1_0.dtype.kind === 'float') {
      const b = { x: s0, y: s1_0 }
      const result = subNegated.replace(b)
      if (result !== undefined && result !== u) return hit(fired, subNegated, result)
    }
  }
  if (s0.op === 'const') {
    if (holds(s0, 0) && (s1.dtype.kind === 'int' || s1.dtype.kind === 'uint')) {
      const b = { x: s1 }
      const result = subFromZero.replace(b)
      if (result !== undefined && result !== u) return hit(fired, subFromZero, result)
    }
    if (s1.op === 'add') {
      const s1_1 = s1.src[1]
      const s1_0 = s1.src[0]
      if (s1_1.op === 'const' && (s1_0.dtype.kind === 'int' || s1_0.dtype.kind === 'uint')) {
        const b = { a: s0, x: s1_0, b: s1_1 }
        const result = subConstants.replace(b)
        if (result !== undefined && result !== u) return hit(fired, subConstants, result)
      }
    }
    if (s1.op === 'sub') {
      const s1_0 = s1.src[0]
      const s1_1 = s1.src[1]
      if (s1_0.op === 'const' && (s1_1.dtype.kind === 'int' || s1_1.dtype.kind === 'uint')) {
        const b = { a: s0, b: s1_0, x: s1_1 }
        const result = subTwice.replace(b)
        if (result !== undefined && result !== u) return hit(fired, subTwice, result)
      }
    }
  }
  if (s0.op === 'add') {
    const s0_1 = s0.src[1]
    const s0_0 = s0.src[0]
    if (s0_1 === s1 && (s1.dtype.kind === 'int' || s1.dtype.kind === 'uint') && (s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint')) {
      const b = { y: s1, x: s0_0 }
      const result = subPart.replace(b)
      if (result !== undefined && result !== u) return hit(fired, subPart, result)
    }
    if (s0_0 === s1 && (s1.dtype.kind === 'int' || s1.dtype.kind === 'uint') && (s0_1.dtype.kind === 'int' || s0_1.dtype.kind === 'uint')) {
      const b = { y: s1, x: s0_1 }
      const result = subPart.replace(b)
      if (result !== undefined && result !== u) return hit(fired, subPart, result)
    }
  }
  if (s1.op === 'add') {
    const s1_0 = s1.src[0]
    const s1_1 = s1.src[1]
    if (s1_0 === s0 && (s0.dtype.kind === 'int' || s0.dtype.kind === 'uint') && (s1_1.dtype.kind === 'int' || s1_1.dtype.kind === 'uint')) {
      const b = { x: s0, y: s1_1 }
      const result = subSum.replace(b)
      if (result !== undefined && result !== u) return hit(fired, subSum, result)
    }
    if (s1_1 === s0 && (s0.dtype.kind === 'int' || s0.dtype.kind === 'uint') && (s1_0.dtype.kind === 'int' || s1_0.dtype.kind === 'uint')) {
      const b = { x: s0, y: s1_0 }
      const result = subSum.replace(b)
      if (result !== undefined && result !== u) return hit(fired, subSum, result)
    }
  }
  if (s1.op === 'sub') {
    const s1_0 = s1.src[0]
    const s1_1 = s1.src[1]
    if (s1_0 === s0 && (s0.dtype.kind === 'int' || s0.dtype.kind === 'uint') && (s1_1.dtype.kind === 'int' || s1_1.dtype.kind === 'uint')) {
      const b = { x: s0, y: s1_1 }
      const result = subDifference.replace(b)
      if (result !== undefined && result !== u) return hit(fired, subDifference, result)
    }
  }
  if (s0.op === 'const' && holds(s0, -0) && s1.dtype.kind === 'float') {
    const b = { x: s1 }
    const result = subFromNegativeZero.replace(b)
    if (result !== undefined && result !== u) return hit(fired, subFromNegativeZero, result)
  }
  return undefined
}
