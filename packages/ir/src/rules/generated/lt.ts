// Written by `npm run rules` from the rule families. Do not edit.
import { hit, type Fired } from '../../rewrite/matcher.js'
import { holds } from '../../rewrite/pattern.js'
import type { UOp } from '../../uop.js'
import { compare } from '../compare.js'
import { folding } from '../folding.js'

const foldBinary = folding[3]
const binaryOfChoice = folding[9]
const binaryWithChoice = folding[10]
const oneLane = folding[11]
const ltSame = compare[0]
const ltLowest = compare[3]
const highestLt = compare[4]
const ltInfinity = compare[5]
const ltMinusInfinity = compare[6]
const compareNan = compare[7]
const nanLt = compare[8]
const ltTrue = compare[10]
const falseLt = compare[11]
const ltNegs = compare[20]
const ltNegConstant = compare[21]
const constantLtNeg = compare[22]
const compareTruth = compare[23]
const compareWithTruth = compare[24]
const ltWidened = compare[26]
const widenedLt = compare[27]
const compareWidened = compare[28]

export function matchLt(u: UOp, fired?: Fired): UOp | undefined {
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
  if (s1 === s0 && s0.dtype.kind !== 'index' && s0.dtype.kind !== 'void') {
    const b = { x: s0 }
    const result = ltSame.replace(b)
    if (result !== undefined && result !== u) return hit(fired, ltSame, result)
  }
  if (s1.op === 'const' && (s0.dtype.kind === 'bool' || s0.dtype.kind === 'int' || s0.dtype.kind === 'uint')) {
    const b = { x: s0, c: s1 }
    const result = ltLowest.guards[0](b) ? ltLowest.replace(b) : undefined
    if (result !== undefined && result !== u) return hit(fired, ltLowest, result)
  }
  if (s0.op === 'const') {
    if (s1.dtype.kind === 'bool' || s1.dtype.kind === 'int' || s1.dtype.kind === 'uint') {
      const b = { c: s0, x: s1 }
      const result = highestLt.guards[0](b) ? highestLt.replace(b) : undefined
      if (result !== undefined && result !== u) return hit(fired, highestLt, result)
    }
    if (holds(s0, Infinity) && s1.dtype.kind === 'float') {
      const b = { x: s1 }
      const result = ltInfinity.replace(b)
      if (result !== undefined && result !== u) return hit(fired, ltInfinity, result)
    }
  }
  if (s1.op === 'const') {
    if (holds(s1, -Infinity) && s0.dtype.kind === 'float') {
      const b = { x: s0 }
      const result = ltMinusInfinity.replace(b)
      if (result !== undefined && result !== u) return hit(fired, ltMinusInfinity, result)
    }
    if (s0.dtype.kind === 'float') {
      const b = { x: s0, c: s1 }
      const result = compareNan.guards[0](b) ? compareNan.replace(b) : undefined
      if (result !== undefined && result !== u) return hit(fired, compareNan, result)
    }
  }
  if (s0.op === 'const' && s1.dtype.kind === 'float') {
    const b = { c: s0, x: s1 }
    const result = nanLt.guards[0](b) ? nanLt.replace(b) : undefined
    if (result !== undefined && result !== u) return hit(fired, nanLt, result)
  }
  if (s1.op === 'const' && holds(s1, true) && s0.dtype.kind === 'bool') {
    const b = { x: s0 }
    const result = ltTrue.replace(b)
    if (result !== undefined && result !== u) return hit(fired, ltTrue, result)
  }
  if (s0.op === 'const' && holds(s0, false) && s1.dtype.kind === 'bool') {
    const b = { x: s1 }
    const result = falseLt.replace(b)
    if (result !== undefined && result !== u) return hit(fired, falseLt, result)
  }
  if (s0.op === 'neg') {
    const s0_0 = s0.src[0]
    if (s1.op === 'neg' && s0_0.dtype.kind === 'float') {
      const s1_0 = s1.src[0]
      if (s1_0.dtype.kind === 'float') {
        const b = { x: s0_0, y: s1_0 }
        const result = ltNegs.replace(b)
        if (result !== undefined && result !== u) return hit(fired, ltNegs, result)
      }
    }
    if (s1.op === 'const' && s0_0.dtype.kind === 'float') {
      const b = { c: s1, x: s0_0 }
      const result = ltNegConstant.replace(b)
      if (result !== undefined && result !== u) return hit(fired, ltNegConstant, result)
    }
  }
  if (s0.op === 'const' && s1.op === 'neg') {
    const s1_0 = s1.src[0]
    if (s1_0.dtype.kind === 'float') {
      const b = { c: s0, x: s1_0 }
      const result = constantLtNeg.replace(b)
      if (result !== undefined && result !== u) return hit(fired, constantLtNeg, result)
    }
  }
  if (s0.op === 'cast' && s1.op === 'const' && (s0.dtype.kind === 'int' || s0.dtype.kind === 'uint' || s0.dtype.kind === 'float')) {
    const s0_0 = s0.src[0]
    if (s0_0.dtype.kind === 'bool') {
      const b = { u, c: s1, b: s0_0 }
      const result = compareTruth.replace(b)
      if (result !== undefined && result !== u) return hit(fired, compareTruth, result)
    }
  }
  if (s0.op === 'const' && s1.op === 'cast' && (s1.dtype.kind === 'int' || s1.dtype.kind === 'uint' || s1.dtype.kind === 'float')) {
    const s1_0 = s1.src[0]
    if (s1_0.dtype.kind === 'bool') {
      const b = { c: s0, b: s1_0 }
      const result = compareWithTruth.replace(b)
      if (result !== undefined && result !== u) return hit(fired, compareWithTruth, result)
    }
  }
  if (s0.op === 'cast' && s1.op === 'const') {
    const s0_0 = s0.src[0]
    if (s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint' || s0_0.dtype.kind === 'float') {
      const b = { w: s0, c: s1, x: s0_0 }
      const result = ltWidened.guards[0](b) ? ltWidened.replace(b) : undefined
      if (result !== undefined && result !== u) return hit(fired, ltWidened, result)
    }
  }
  if (s0.op === 'const' && s1.op === 'cast') {
    const s1_0 = s1.src[0]
    if (s1_0.dtype.kind === 'int' || s1_0.dtype.kind === 'uint' || s1_0.dtype.kind === 'float') {
      const b = { c: s0, w: s1, x: s1_0 }
      const result = widenedLt.guards[0](b) ? widenedLt.replace(b) : undefined
      if (result !== undefined && result !== u) return hit(fired, widenedLt, result)
    }
  }
  if (s0.op === 'cast' && s1.op === 'cast') {
    const s0_0 = s0.src[0]
    const s1_0 = s1.src[0]
    if (s0_0.dtype.kind !== 'index' && s0_0.dtype.kind !== 'void' && s1_0.dtype.kind !== 'index' && s1_0.dtype.kind !== 'void') {
      const b = { u, w: s0, x: s0_0, y: s1_0 }
      const result = compareWidened.guards[0](b) ? compareWidened.replace(b) : undefined
      if (result !== undefined && result !== u) return hit(fired, compareWidened, result)
    }
  }
  return undefined
}
