// Written by `npm run rules` from the rule families. Do not edit.
import { hit, type Fired } from '../../rewrite/matcher.js'
import { holds } from '../../rewrite/pattern.js'
import type { UOp } from '../../uop.js'
import { compare } from '../compare.js'
import { folding } from '../folding.js'
import { logic } from '../logic.js'

const foldBinary = folding[3]
const constantRight = folding[5]
const binaryOfChoice = folding[9]
const binaryWithChoice = folding[10]
const oneLane = folding[11]
const neBool = logic[40]
const neSame = compare[2]
const neNan = compare[9]
const eqSum = compare[12]
const eqLess = compare[13]
const eqNeg = compare[14]
const eqNegs = compare[15]
const eqXor = compare[16]
const eqDifference = compare[17]
const eqSums = compare[18]
const eqPart = compare[19]
const compareTruth = compare[23]
const eqWidened = compare[25]
const compareWidened = compare[28]

export function matchNe(u: UOp, fired?: Fired): UOp | undefined {
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
  if (s0.dtype.kind === 'bool' && s1.dtype.kind === 'bool') {
    {
      const b = { x: s0, y: s1 }
      const result = neBool.replace(b)
      if (result !== undefined && result !== u) return hit(fired, neBool, result)
    }
    {
      const b = { y: s0, x: s1 }
      const result = neBool.replace(b)
      if (result !== undefined && result !== u) return hit(fired, neBool, result)
    }
  }
  if (s1 === s0 && (s0.dtype.kind === 'int' || s0.dtype.kind === 'uint')) {
    const b = { x: s0 }
    const result = neSame.replace(b)
    if (result !== undefined && result !== u) return hit(fired, neSame, result)
  }
  if (s1.op === 'const' && s0.dtype.kind === 'float') {
    const b = { x: s0, c: s1 }
    const result = neNan.guards[0](b) ? neNan.replace(b) : undefined
    if (result !== undefined && result !== u) return hit(fired, neNan, result)
  }
  if (s0.op === 'add' && s1.op === 'const') {
    const s0_1 = s0.src[1]
    const s0_0 = s0.src[0]
    if (s0_1.op === 'const' && (s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint')) {
      const b = { u, b: s1, x: s0_0, a: s0_1 }
      const result = eqSum.replace(b)
      if (result !== undefined && result !== u) return hit(fired, eqSum, result)
    }
  }
  if (s0.op === 'sub' && s1.op === 'const') {
    const s0_0 = s0.src[0]
    const s0_1 = s0.src[1]
    if (s0_0.op === 'const' && (s0_1.dtype.kind === 'int' || s0_1.dtype.kind === 'uint')) {
      const b = { u, b: s1, a: s0_0, x: s0_1 }
      const result = eqLess.replace(b)
      if (result !== undefined && result !== u) return hit(fired, eqLess, result)
    }
  }
  if (s0.op === 'neg') {
    const s0_0 = s0.src[0]
    if (s1.op === 'const' && (s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint' || s0_0.dtype.kind === 'float')) {
      const b = { u, c: s1, x: s0_0 }
      const result = eqNeg.replace(b)
      if (result !== undefined && result !== u) return hit(fired, eqNeg, result)
    }
    if (s1.op === 'neg' && (s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint' || s0_0.dtype.kind === 'float')) {
      const s1_0 = s1.src[0]
      if (s1_0.dtype.kind === 'int' || s1_0.dtype.kind === 'uint' || s1_0.dtype.kind === 'float') {
        {
          const b = { u, x: s0_0, y: s1_0 }
          const result = eqNegs.replace(b)
          if (result !== undefined && result !== u) return hit(fired, eqNegs, result)
        }
        {
          const b = { u, y: s0_0, x: s1_0 }
          const result = eqNegs.replace(b)
          if (result !== undefined && result !== u) return hit(fired, eqNegs, result)
        }
      }
    }
  }
  if (s0.op === 'xor' && s1.op === 'const') {
    const s0_1 = s0.src[1]
    const s0_0 = s0.src[0]
    if (s0_1.op === 'const' && (s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint')) {
      const b = { u, b: s1, x: s0_0, a: s0_1 }
      const result = eqXor.replace(b)
      if (result !== undefined && result !== u) return hit(fired, eqXor, result)
    }
  }
  if (s0.op === 'sub' && s1.op === 'const' && holds(s1, 0)) {
    const s0_0 = s0.src[0]
    const s0_1 = s0.src[1]
    if ((s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint') && (s0_1.dtype.kind === 'int' || s0_1.dtype.kind === 'uint')) {
      const b = { u, x: s0_0, y: s0_1 }
      const result = eqDifference.replace(b)
      if (result !== undefined && result !== u) return hit(fired, eqDifference, result)
    }
  }
  if (s0.op === 'add') {
    const s0_1 = s0.src[1]
    const s0_0 = s0.src[0]
    if (s1.op === 'add') {
      const s1_1 = s1.src[1]
      const s1_0 = s1.src[0]
      if (s1_1 === s0_1 && (s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint') && (s0_1.dtype.kind === 'int' || s0_1.dtype.kind === 'uint') && (s1_0.dtype.kind === 'int' || s1_0.dtype.kind === 'uint')) {
        {
          const b = { u, x: s0_0, z: s0_1, y: s1_0 }
          const result = eqSums.replace(b)
          if (result !== undefined && result !== u) return hit(fired, eqSums, result)
        }
        {
          const b = { u, y: s0_0, z: s0_1, x: s1_0 }
          const result = eqSums.replace(b)
          if (result !== undefined && result !== u) return hit(fired, eqSums, result)
        }
      }
      if (s1_0 === s0_1 && (s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint') && (s0_1.dtype.kind === 'int' || s0_1.dtype.kind === 'uint') && (s1_1.dtype.kind === 'int' || s1_1.dtype.kind === 'uint')) {
        const b = { u, x: s0_0, z: s0_1, y: s1_1 }
        const result = eqSums.replace(b)
        if (result !== undefined && result !== u) return hit(fired, eqSums, result)
      }
      if (s1_1 === s0_0 && (s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint') && (s0_1.dtype.kind === 'int' || s0_1.dtype.kind === 'uint') && (s1_0.dtype.kind === 'int' || s1_0.dtype.kind === 'uint')) {
        {
          const b = { u, z: s0_0, y: s0_1, x: s1_0 }
          const result = eqSums.replace(b)
          if (result !== undefined && result !== u) return hit(fired, eqSums, result)
        }
        {
          const b = { u, z: s0_0, x: s0_1, y: s1_0 }
          const result = eqSums.replace(b)
          if (result !== undefined && result !== u) return hit(fired, eqSums, result)
        }
      }
      if (s1_0 === s0_1 && (s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint') && (s0_1.dtype.kind === 'int' || s0_1.dtype.kind === 'uint') && (s1_1.dtype.kind === 'int' || s1_1.dtype.kind === 'uint')) {
        const b = { u, y: s0_0, z: s0_1, x: s1_1 }
        const result = eqSums.replace(b)
        if (result !== undefined && result !== u) return hit(fired, eqSums, result)
      }
      if (s1_0 === s0_0 && (s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint') && (s0_1.dtype.kind === 'int' || s0_1.dtype.kind === 'uint') && (s1_1.dtype.kind === 'int' || s1_1.dtype.kind === 'uint')) {
        {
          const b = { u, z: s0_0, x: s0_1, y: s1_1 }
          const result = eqSums.replace(b)
          if (result !== undefined && result !== u) return hit(fired, eqSums, result)
        }
        {
          const b = { u, z: s0_0, y: s0_1, x: s1_1 }
          const result = eqSums.replace(b)
          if (result !== undefined && result !== u) return hit(fired, eqSums, result)
        }
      }
    }
    if (s0_0 === s1 && (s1.dtype.kind === 'int' || s1.dtype.kind === 'uint') && (s0_1.dtype.kind === 'int' || s0_1.dtype.kind === 'uint')) {
      const b = { u, x: s1, y: s0_1 }
      const result = eqPart.replace(b)
      if (result !== undefined && result !== u) return hit(fired, eqPart, result)
    }
  }
  if (s1.op === 'add') {
    const s1_0 = s1.src[0]
    const s1_1 = s1.src[1]
    if (s1_0 === s0 && (s0.dtype.kind === 'int' || s0.dtype.kind === 'uint') && (s1_1.dtype.kind === 'int' || s1_1.dtype.kind === 'uint')) {
      const b = { u, x: s0, y: s1_1 }
      const result = eqPart.replace(b)
      if (result !== undefined && result !== u) return hit(fired, eqPart, result)
    }
  }
  if (s0.op === 'add') {
    const s0_1 = s0.src[1]
    const s0_0 = s0.src[0]
    if (s0_1 === s1 && (s1.dtype.kind === 'int' || s1.dtype.kind === 'uint') && (s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint')) {
      const b = { u, x: s1, y: s0_0 }
      const result = eqPart.replace(b)
      if (result !== undefined && result !== u) return hit(fired, eqPart, result)
    }
  }
  if (s1.op === 'add') {
    const s1_1 = s1.src[1]
    const s1_0 = s1.src[0]
    if (s1_1 === s0 && (s0.dtype.kind === 'int' || s0.dtype.kind === 'uint') && (s1_0.dtype.kind === 'int' || s1_0.dtype.kind === 'uint')) {
      const b = { u, x: s0, y: s1_0 }
      const result = eqPart.replace(b)
      if (result !== undefined && result !== u) return hit(fired, eqPart, result)
    }
  }
  if (s0.op === 'cast') {
    const s0_0 = s0.src[0]
    if (s1.op === 'const') {
      if ((s0.dtype.kind === 'int' || s0.dtype.kind === 'uint' || s0.dtype.kind === 'float') && s0_0.dtype.kind === 'bool') {
        const b = { u, c: s1, b: s0_0 }
        const result = compareTruth.replace(b)
        if (result !== undefined && result !== u) return hit(fired, compareTruth, result)
      }
      if (s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint' || s0_0.dtype.kind === 'float') {
        const b = { u, w: s0, c: s1, x: s0_0 }
        const result = eqWidened.guards[0](b) ? eqWidened.replace(b) : undefined
        if (result !== undefined && result !== u) return hit(fired, eqWidened, result)
      }
    }
    if (s1.op === 'cast' && s0_0.dtype.kind !== 'index' && s0_0.dtype.kind !== 'void') {
      const s1_0 = s1.src[0]
      if (s1_0.dtype.kind !== 'index' && s1_0.dtype.kind !== 'void') {
        const b = { u, w: s0, x: s0_0, y: s1_0 }
        const result = compareWidened.guards[0](b) ? compareWidened.replace(b) : undefined
        if (result !== undefined && result !== u) return hit(fired, compareWidened, result)
      }
    }
  }
  return undefined
}
