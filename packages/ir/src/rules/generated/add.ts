// Written by `npm run rules` from the rule families. Do not edit.
import { hit, type Fired } from '../../rewrite/matcher.js'
import { holds } from '../../rewrite/pattern.js'
import type { UOp } from '../../uop.js'
import { arithmetic } from '../arithmetic.js'
import { float } from '../float.js'
import { folding } from '../folding.js'

const foldBinary = folding[3]
const constantRight = folding[5]
const binaryOfChoice = folding[9]
const binaryWithChoice = folding[10]
const oneLane = folding[11]
const addZero = arithmetic[0]
const addConstants = arithmetic[1]
const addConstantLess = arithmetic[2]
const addDifference = arithmetic[3]
const addNegated = arithmetic[4]
const addInverse = arithmetic[5]
const addMultiple = arithmetic[6]
const addMultiples = arithmetic[7]
const addNegativeZero = float[0]

export function matchAdd(u: UOp, fired?: Fired): UOp | undefined {
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
  if (s1.op === 'const' && holds(s1, 0) && (s0.dtype.kind === 'int' || s0.dtype.kind === 'uint')) {
    const b = { x: s0 }
    const result = addZero.replace(b)
    if (result !== undefined && result !== u) return hit(fired, addZero, result)
  }
  if (s0.op === 'add' && s1.op === 'const') {
    const s0_1 = s0.src[1]
    const s0_0 = s0.src[0]
    if (s0_1.op === 'const' && (s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint')) {
      const b = { b: s1, x: s0_0, a: s0_1 }
      const result = addConstants.replace(b)
      if (result !== undefined && result !== u) return hit(fired, addConstants, result)
    }
  }
  if (s0.op === 'sub') {
    const s0_0 = s0.src[0]
    const s0_1 = s0.src[1]
    if (s1.op === 'const' && s0_0.op === 'const' && (s0_1.dtype.kind === 'int' || s0_1.dtype.kind === 'uint')) {
      const b = { b: s1, a: s0_0, x: s0_1 }
      const result = addConstantLess.replace(b)
      if (result !== undefined && result !== u) return hit(fired, addConstantLess, result)
    }
    if (s0_1 === s1 && (s1.dtype.kind === 'int' || s1.dtype.kind === 'uint') && (s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint')) {
      const b = { y: s1, x: s0_0 }
      const result = addDifference.replace(b)
      if (result !== undefined && result !== u) return hit(fired, addDifference, result)
    }
  }
  if (s1.op === 'sub') {
    const s1_1 = s1.src[1]
    const s1_0 = s1.src[0]
    if (s1_1 === s0 && (s0.dtype.kind === 'int' || s0.dtype.kind === 'uint') && (s1_0.dtype.kind === 'int' || s1_0.dtype.kind === 'uint')) {
      const b = { y: s0, x: s1_0 }
      const result = addDifference.replace(b)
      if (result !== undefined && result !== u) return hit(fired, addDifference, result)
    }
  }
  if (s1.op === 'neg' && (s0.dtype.kind === 'int' || s0.dtype.kind === 'uint' || s0.dtype.kind === 'float')) {
    const s1_0 = s1.src[0]
    if (s1_0.dtype.kind === 'int' || s1_0.dtype.kind === 'uint' || s1_0.dtype.kind === 'float') {
      const b = { x: s0, y: s1_0 }
      const result = addNegated.replace(b)
      if (result !== undefined && result !== u) return hit(fired, addNegated, result)
    }
  }
  if (s0.op === 'neg' && (s1.dtype.kind === 'int' || s1.dtype.kind === 'uint' || s1.dtype.kind === 'float')) {
    const s0_0 = s0.src[0]
    if (s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint' || s0_0.dtype.kind === 'float') {
      const b = { x: s1, y: s0_0 }
      const result = addNegated.replace(b)
      if (result !== undefined && result !== u) return hit(fired, addNegated, result)
    }
  }
  if (s1.op === 'xor') {
    const s1_1 = s1.src[1]
    const s1_0 = s1.src[0]
    if (s1_1.op === 'const' && s1_0 === s0 && (s0.dtype.kind === 'int' || s0.dtype.kind === 'uint')) {
      const b = { x: s0, c: s1_1 }
      const result = addInverse.guards[0](b) ? addInverse.replace(b) : undefined
      if (result !== undefined && result !== u) return hit(fired, addInverse, result)
    }
  }
  if (s0.op === 'xor') {
    const s0_1 = s0.src[1]
    const s0_0 = s0.src[0]
    if (s0_1.op === 'const' && s0_0 === s1 && (s1.dtype.kind === 'int' || s1.dtype.kind === 'uint')) {
      const b = { x: s1, c: s0_1 }
      const result = addInverse.guards[0](b) ? addInverse.replace(b) : undefined
      if (result !== undefined && result !== u) return hit(fired, addInverse, result)
    }
  }
  if (s0.op === 'mul') {
    const s0_1 = s0.src[1]
    const s0_0 = s0.src[0]
    if (s0_1.op === 'const' && s0_0 === s1 && (s1.dtype.kind === 'int' || s1.dtype.kind === 'uint')) {
      const b = { x: s1, c: s0_1 }
      const result = addMultiple.replace(b)
      if (result !== undefined && result !== u) return hit(fired, addMultiple, result)
    }
  }
  if (s1.op === 'mul') {
    const s1_1 = s1.src[1]
    const s1_0 = s1.src[0]
    if (s1_1.op === 'const' && s1_0 === s0 && (s0.dtype.kind === 'int' || s0.dtype.kind === 'uint')) {
      const b = { x: s0, c: s1_1 }
      const result = addMultiple.replace(b)
      if (result !== undefined && result !== u) return hit(fired, addMultiple, result)
    }
  }
  if (s0.op === 'mul' && s1.op === 'mul') {
    const s0_1 = s0.src[1]
    const s1_1 = s1.src[1]
    const s1_0 = s1.src[0]
    const s0_0 = s0.src[0]
    if (s0_1.op === 'const' && s1_1.op === 'const' && s1_0 === s0_0 && (s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint')) {
      {
        const b = { x: s0_0, a: s0_1, b: s1_1 }
        const result = addMultiples.replace(b)
        if (result !== undefined && result !== u) return hit(fired, addMultiples, result)
      }
      {
        const b = { x: s0_0, b: s0_1, a: s1_1 }
        const result = addMultiples.replace(b)
        if (result !== undefined && result !== u) return hit(fired, addMultiples, result)
      }
    }
  }
  if (s1.op === 'const' && holds(s1, -0) && s0.dtype.kind === 'float') {
    const b = { x: s0 }
    const result = addNegativeZero.replace(b)
    if (result !== undefined && result !== u) return hit(fired, addNegativeZero, result)
  }
  return undefined
}
