// Written by `npm run rules` from the rule families. Do not edit.
import { hit, type Fired } from '../../rewrite/matcher.js'
import { holds } from '../../rewrite/pattern.js'
import type { UOp } from '../../uop.js'
import { folding } from '../folding.js'
import { shift } from '../shift.js'

const foldBinary = folding[3]
const binaryOfChoice = folding[9]
const binaryWithChoice = folding[10]
const oneLane = folding[11]
const shiftZero = shift[0]
const shiftCount = shift[1]
const zeroShifted = shift[2]
const shlShl = shift[4]
const shlOfNeg = shift[6]
const shlOfProduct = shift[7]
const shrShl = shift[9]
const shlOfAnd = shift[12]

export function matchShl(u: UOp, fired?: Fired): UOp | undefined {
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
    if (holds(s1, 0) && (s0.dtype.kind === 'int' || s0.dtype.kind === 'uint')) {
      const b = { x: s0 }
      const result = shiftZero.replace(b)
      if (result !== undefined && result !== u) return hit(fired, shiftZero, result)
    }
    if (s0.dtype.kind === 'int' || s0.dtype.kind === 'uint') {
      const b = { u, x: s0, c: s1 }
      const result = shiftCount.guards[0](b) ? shiftCount.replace(b) : undefined
      if (result !== undefined && result !== u) return hit(fired, shiftCount, result)
    }
  }
  if (s0.op === 'const' && holds(s0, 0) && (s1.dtype.kind === 'int' || s1.dtype.kind === 'uint')) {
    const b = { x: s1 }
    const result = zeroShifted.replace(b)
    if (result !== undefined && result !== u) return hit(fired, zeroShifted, result)
  }
  if (s0.op === 'shl' && s1.op === 'const') {
    const s0_1 = s0.src[1]
    const s0_0 = s0.src[0]
    if (s0_1.op === 'const' && (s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint')) {
      const b = { b: s1, x: s0_0, a: s0_1 }
      const result = shlShl.replace(b)
      if (result !== undefined && result !== u) return hit(fired, shlShl, result)
    }
  }
  if (s0.op === 'neg' && s1.op === 'const') {
    const s0_0 = s0.src[0]
    if (s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint') {
      const b = { c: s1, x: s0_0 }
      const result = shlOfNeg.replace(b)
      if (result !== undefined && result !== u) return hit(fired, shlOfNeg, result)
    }
  }
  if (s0.op === 'mul' && s1.op === 'const') {
    const s0_1 = s0.src[1]
    const s0_0 = s0.src[0]
    if (s0_1.op === 'const' && (s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint')) {
      const b = { b: s1, x: s0_0, a: s0_1 }
      const result = shlOfProduct.replace(b)
      if (result !== undefined && result !== u) return hit(fired, shlOfProduct, result)
    }
  }
  if (s0.op === 'shr' && s1.op === 'const') {
    const s0_1 = s0.src[1]
    const s0_0 = s0.src[0]
    if (s0_1.op === 'const' && s0_1 === s1 && (s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint')) {
      const b = { c: s1, x: s0_0 }
      const result = shrShl.replace(b)
      if (result !== undefined && result !== u) return hit(fired, shrShl, result)
    }
  }
  if (s0.op === 'and' && s1.op === 'const') {
    const s0_1 = s0.src[1]
    const s0_0 = s0.src[0]
    if (s0_1.op === 'const' && (s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint')) {
      const b = { b: s1, x: s0_0, a: s0_1 }
      const result = shlOfAnd.replace(b)
      if (result !== undefined && result !== u) return hit(fired, shlOfAnd, result)
    }
  }
  return undefined
}
