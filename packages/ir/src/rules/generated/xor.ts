// Written by `npm run rules` from the rule families. Do not edit.
import { hit, type Fired } from '../../rewrite/matcher.js'
import { holds } from '../../rewrite/pattern.js'
import type { UOp } from '../../uop.js'
import { folding } from '../folding.js'
import { logic } from '../logic.js'

const foldBinary = folding[3]
const constantRight = folding[5]
const binaryOfChoice = folding[9]
const binaryWithChoice = folding[10]
const oneLane = folding[11]
const xorSame = logic[29]
const xorZero = logic[30]
const xorFalse = logic[31]
const xorConstants = logic[32]
const xorTwice = logic[33]
const xorOfXors = logic[34]
const notEq = logic[35]
const notNe = logic[36]
const notOfNeg = logic[37]

export function matchXor(u: UOp, fired?: Fired): UOp | undefined {
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
  if (s1 === s0 && (s0.dtype.kind === 'bool' || s0.dtype.kind === 'int' || s0.dtype.kind === 'uint')) {
    const b = { x: s0 }
    const result = xorSame.replace(b)
    if (result !== undefined && result !== u) return hit(fired, xorSame, result)
  }
  if (s1.op === 'const') {
    if (holds(s1, 0) && (s0.dtype.kind === 'int' || s0.dtype.kind === 'uint')) {
      const b = { x: s0 }
      const result = xorZero.replace(b)
      if (result !== undefined && result !== u) return hit(fired, xorZero, result)
    }
    if (holds(s1, false) && s0.dtype.kind === 'bool') {
      const b = { x: s0 }
      const result = xorFalse.replace(b)
      if (result !== undefined && result !== u) return hit(fired, xorFalse, result)
    }
  }
  if (s0.op === 'xor') {
    const s0_1 = s0.src[1]
    const s0_0 = s0.src[0]
    if (s1.op === 'const' && s0_1.op === 'const' && (s0_0.dtype.kind === 'bool' || s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint')) {
      const b = { b: s1, x: s0_0, a: s0_1 }
      const result = xorConstants.replace(b)
      if (result !== undefined && result !== u) return hit(fired, xorConstants, result)
    }
    if (s0_1 === s1 && (s1.dtype.kind === 'bool' || s1.dtype.kind === 'int' || s1.dtype.kind === 'uint') && (s0_0.dtype.kind === 'bool' || s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint')) {
      const b = { y: s1, x: s0_0 }
      const result = xorTwice.replace(b)
      if (result !== undefined && result !== u) return hit(fired, xorTwice, result)
    }
  }
  if (s1.op === 'xor') {
    const s1_1 = s1.src[1]
    const s1_0 = s1.src[0]
    if (s1_1 === s0 && (s0.dtype.kind === 'bool' || s0.dtype.kind === 'int' || s0.dtype.kind === 'uint') && (s1_0.dtype.kind === 'bool' || s1_0.dtype.kind === 'int' || s1_0.dtype.kind === 'uint')) {
      const b = { y: s0, x: s1_0 }
      const result = xorTwice.replace(b)
      if (result !== undefined && result !== u) return hit(fired, xorTwice, result)
    }
  }
  if (s0.op === 'xor') {
    const s0_0 = s0.src[0]
    const s0_1 = s0.src[1]
    if (s0_0 === s1 && (s1.dtype.kind === 'bool' || s1.dtype.kind === 'int' || s1.dtype.kind === 'uint') && (s0_1.dtype.kind === 'bool' || s0_1.dtype.kind === 'int' || s0_1.dtype.kind === 'uint')) {
      const b = { y: s1, x: s0_1 }
      const result = xorTwice.replace(b)
      if (result !== undefined && result !== u) return hit(fired, xorTwice, result)
    }
  }
  if (s1.op === 'xor') {
    const s1_0 = s1.src[0]
    const s1_1 = s1.src[1]
    if (s1_0 === s0 && (s0.dtype.kind === 'bool' || s0.dtype.kind === 'int' || s0.dtype.kind === 'uint') && (s1_1.dtype.kind === 'bool' || s1_1.dtype.kind === 'int' || s1_1.dtype.kind === 'uint')) {
      const b = { y: s0, x: s1_1 }
      const result = xorTwice.replace(b)
      if (result !== undefined && result !== u) return hit(fired, xorTwice, result)
    }
  }
  if (s0.op === 'xor' && s1.op === 'xor') {
    const s0_1 = s0.src[1]
    const s1_1 = s1.src[1]
    const s0_0 = s0.src[0]
    const s1_0 = s1.src[0]
    if (s0_1.op === 'const' && s1_1.op === 'const' && (s0_0.dtype.kind === 'bool' || s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint') && (s1_0.dtype.kind === 'bool' || s1_0.dtype.kind === 'int' || s1_0.dtype.kind === 'uint')) {
      {
        const b = { x: s0_0, a: s0_1, y: s1_0, b: s1_1 }
        const result = xorOfXors.replace(b)
        if (result !== undefined && result !== u) return hit(fired, xorOfXors, result)
      }
      {
        const b = { y: s0_0, b: s0_1, x: s1_0, a: s1_1 }
        const result = xorOfXors.replace(b)
        if (result !== undefined && result !== u) return hit(fired, xorOfXors, result)
      }
    }
  }
  if (s0.op === 'eq' && s1.op === 'const' && holds(s1, true)) {
    const s0_0 = s0.src[0]
    const s0_1 = s0.src[1]
    if (s0_0.dtype.kind !== 'index' && s0_0.dtype.kind !== 'void' && s0_1.dtype.kind !== 'index' && s0_1.dtype.kind !== 'void') {
      {
        const b = { x: s0_0, y: s0_1 }
        const result = notEq.replace(b)
        if (result !== undefined && result !== u) return hit(fired, notEq, result)
      }
      {
        const b = { y: s0_0, x: s0_1 }
        const result = notEq.replace(b)
        if (result !== undefined && result !== u) return hit(fired, notEq, result)
      }
    }
  }
  if (s0.op === 'ne' && s1.op === 'const' && holds(s1, true)) {
    const s0_0 = s0.src[0]
    const s0_1 = s0.src[1]
    if (s0_0.dtype.kind !== 'index' && s0_0.dtype.kind !== 'void' && s0_1.dtype.kind !== 'index' && s0_1.dtype.kind !== 'void') {
      {
        const b = { x: s0_0, y: s0_1 }
        const result = notNe.replace(b)
        if (result !== undefined && result !== u) return hit(fired, notNe, result)
      }
      {
        const b = { y: s0_0, x: s0_1 }
        const result = notNe.replace(b)
        if (result !== undefined && result !== u) return hit(fired, notNe, result)
      }
    }
  }
  if (s0.op === 'neg' && s1.op === 'const') {
    const s0_0 = s0.src[0]
    if (s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint') {
      const b = { c: s1, x: s0_0 }
      const result = notOfNeg.guards[0](b) ? notOfNeg.replace(b) : undefined
      if (result !== undefined && result !== u) return hit(fired, notOfNeg, result)
    }
  }
  return undefined
}
