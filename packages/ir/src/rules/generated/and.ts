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
const andSame = logic[0]
const andZero = logic[1]
const andFalse = logic[2]
const andOnes = logic[3]
const andNot = logic[4]
const andConstants = logic[5]
const andTwice = logic[6]
const andAbsorbs = logic[7]
const andOfNots = logic[8]
const andClearsOr = logic[9]
const andWithinOr = logic[10]
const andOfShl = logic[11]
const andOfShr = logic[12]
const andChoice = logic[13]
const andChoiceThen = logic[14]
const ltBothWays = compare[29]
const eqTwoConstants = compare[30]
const ltAndLt = compare[32]
const gtAndGt = compare[34]

export function matchAnd(u: UOp, fired?: Fired): UOp | undefined {
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
    const result = andSame.replace(b)
    if (result !== undefined && result !== u) return hit(fired, andSame, result)
  }
  if (s1.op === 'const') {
    if (holds(s1, 0) && (s0.dtype.kind === 'int' || s0.dtype.kind === 'uint')) {
      const b = { x: s0 }
      const result = andZero.replace(b)
      if (result !== undefined && result !== u) return hit(fired, andZero, result)
    }
    if (holds(s1, false) && s0.dtype.kind === 'bool') {
      const b = { x: s0 }
      const result = andFalse.replace(b)
      if (result !== undefined && result !== u) return hit(fired, andFalse, result)
    }
    if (s0.dtype.kind === 'bool' || s0.dtype.kind === 'int' || s0.dtype.kind === 'uint') {
      const b = { x: s0, c: s1 }
      const result = andOnes.guards[0](b) ? andOnes.replace(b) : undefined
      if (result !== undefined && result !== u) return hit(fired, andOnes, result)
    }
  }
  if (s1.op === 'xor') {
    const s1_1 = s1.src[1]
    const s1_0 = s1.src[0]
    if (s1_1.op === 'const' && s1_0 === s0 && (s0.dtype.kind === 'bool' || s0.dtype.kind === 'int' || s0.dtype.kind === 'uint')) {
      const b = { x: s0, c: s1_1 }
      const result = andNot.guards[0](b) ? andNot.replace(b) : undefined
      if (result !== undefined && result !== u) return hit(fired, andNot, result)
    }
  }
  if (s0.op === 'xor') {
    const s0_1 = s0.src[1]
    const s0_0 = s0.src[0]
    if (s0_1.op === 'const' && s0_0 === s1 && (s1.dtype.kind === 'bool' || s1.dtype.kind === 'int' || s1.dtype.kind === 'uint')) {
      const b = { x: s1, c: s0_1 }
      const result = andNot.guards[0](b) ? andNot.replace(b) : undefined
      if (result !== undefined && result !== u) return hit(fired, andNot, result)
    }
  }
  if (s0.op === 'and') {
    const s0_1 = s0.src[1]
    const s0_0 = s0.src[0]
    if (s1.op === 'const' && s0_1.op === 'const' && (s0_0.dtype.kind === 'bool' || s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint')) {
      const b = { b: s1, x: s0_0, a: s0_1 }
      const result = andConstants.replace(b)
      if (result !== undefined && result !== u) return hit(fired, andConstants, result)
    }
    if (s0_1 === s1 && (s1.dtype.kind === 'bool' || s1.dtype.kind === 'int' || s1.dtype.kind === 'uint') && (s0_0.dtype.kind === 'bool' || s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint')) {
      const b = { u: s0, y: s1, x: s0_0 }
      const result = andTwice.replace(b)
      if (result !== undefined && result !== u) return hit(fired, andTwice, result)
    }
  }
  if (s1.op === 'and') {
    const s1_1 = s1.src[1]
    const s1_0 = s1.src[0]
    if (s1_1 === s0 && (s0.dtype.kind === 'bool' || s0.dtype.kind === 'int' || s0.dtype.kind === 'uint') && (s1_0.dtype.kind === 'bool' || s1_0.dtype.kind === 'int' || s1_0.dtype.kind === 'uint')) {
      const b = { y: s0, u: s1, x: s1_0 }
      const result = andTwice.replace(b)
      if (result !== undefined && result !== u) return hit(fired, andTwice, result)
    }
  }
  if (s0.op === 'and') {
    const s0_0 = s0.src[0]
    const s0_1 = s0.src[1]
    if (s0_0 === s1 && (s1.dtype.kind === 'bool' || s1.dtype.kind === 'int' || s1.dtype.kind === 'uint') && (s0_1.dtype.kind === 'bool' || s0_1.dtype.kind === 'int' || s0_1.dtype.kind === 'uint')) {
      const b = { u: s0, y: s1, x: s0_1 }
      const result = andTwice.replace(b)
      if (result !== undefined && result !== u) return hit(fired, andTwice, result)
    }
  }
  if (s1.op === 'and') {
    const s1_0 = s1.src[0]
    const s1_1 = s1.src[1]
    if (s1_0 === s0 && (s0.dtype.kind === 'bool' || s0.dtype.kind === 'int' || s0.dtype.kind === 'uint') && (s1_1.dtype.kind === 'bool' || s1_1.dtype.kind === 'int' || s1_1.dtype.kind === 'uint')) {
      const b = { y: s0, u: s1, x: s1_1 }
      const result = andTwice.replace(b)
      if (result !== undefined && result !== u) return hit(fired, andTwice, result)
    }
  }
  if (s0.op === 'or') {
    const s0_1 = s0.src[1]
    const s0_0 = s0.src[0]
    if (s0_1 === s1 && (s1.dtype.kind === 'bool' || s1.dtype.kind === 'int' || s1.dtype.kind === 'uint') && (s0_0.dtype.kind === 'bool' || s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint')) {
      const b = { y: s1, x: s0_0 }
      const result = andAbsorbs.replace(b)
      if (result !== undefined && result !== u) return hit(fired, andAbsorbs, result)
    }
  }
  if (s1.op === 'or') {
    const s1_1 = s1.src[1]
    const s1_0 = s1.src[0]
    if (s1_1 === s0 && (s0.dtype.kind === 'bool' || s0.dtype.kind === 'int' || s0.dtype.kind === 'uint') && (s1_0.dtype.kind === 'bool' || s1_0.dtype.kind === 'int' || s1_0.dtype.kind === 'uint')) {
      const b = { y: s0, x: s1_0 }
      const result = andAbsorbs.replace(b)
      if (result !== undefined && result !== u) return hit(fired, andAbsorbs, result)
    }
  }
  if (s0.op === 'or') {
    const s0_0 = s0.src[0]
    const s0_1 = s0.src[1]
    if (s0_0 === s1 && (s1.dtype.kind === 'bool' || s1.dtype.kind === 'int' || s1.dtype.kind === 'uint') && (s0_1.dtype.kind === 'bool' || s0_1.dtype.kind === 'int' || s0_1.dtype.kind === 'uint')) {
      const b = { y: s1, x: s0_1 }
      const result = andAbsorbs.replace(b)
      if (result !== undefined && result !== u) return hit(fired, andAbsorbs, result)
    }
  }
  if (s1.op === 'or') {
    const s1_0 = s1.src[0]
    const s1_1 = s1.src[1]
    if (s1_0 === s0 && (s0.dtype.kind === 'bool' || s0.dtype.kind === 'int' || s0.dtype.kind === 'uint') && (s1_1.dtype.kind === 'bool' || s1_1.dtype.kind === 'int' || s1_1.dtype.kind === 'uint')) {
      const b = { y: s0, x: s1_1 }
      const result = andAbsorbs.replace(b)
      if (result !== undefined && result !== u) return hit(fired, andAbsorbs, result)
    }
  }
  if (s0.op === 'xor' && s1.op === 'xor') {
    const s0_1 = s0.src[1]
    const s1_1 = s1.src[1]
    const s0_0 = s0.src[0]
    const s1_0 = s1.src[0]
    if (s0_1.op === 'const' && s1_1.op === 'const' && s1_1 === s0_1 && (s0_0.dtype.kind === 'bool' || s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint') && (s1_0.dtype.kind === 'bool' || s1_0.dtype.kind === 'int' || s1_0.dtype.kind === 'uint')) {
      {
        const b = { x: s0_0, c: s0_1, y: s1_0 }
        const result = andOfNots.guards[0](b) ? andOfNots.replace(b) : undefined
        if (result !== undefined && result !== u) return hit(fired, andOfNots, result)
      }
      {
        const b = { y: s0_0, c: s0_1, x: s1_0 }
        const result = andOfNots.guards[0](b) ? andOfNots.replace(b) : undefined
        if (result !== undefined && result !== u) return hit(fired, andOfNots, result)
      }
    }
  }
  if (s0.op === 'or' && s1.op === 'const') {
    const s0_1 = s0.src[1]
    const s0_0 = s0.src[0]
    if (s0_1.op === 'const' && (s0_0.dtype.kind === 'bool' || s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint')) {
      {
        const b = { b: s1, x: s0_0, a: s0_1 }
        const result = andClearsOr.guards[0](b) ? andClearsOr.replace(b) : undefined
        if (result !== undefined && result !== u) return hit(fired, andClearsOr, result)
      }
      {
        const b = { b: s1, x: s0_0, a: s0_1 }
        const result = andWithinOr.guards[0](b) ? andWithinOr.replace(b) : undefined
        if (result !== undefined && result !== u) return hit(fired, andWithinOr, result)
      }
    }
  }
  if (s0.op === 'shl' && s1.op === 'const') {
    const s0_1 = s0.src[1]
    const s0_0 = s0.src[0]
    if (s0_1.op === 'const' && (s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint')) {
      const b = { b: s1, x: s0_0, a: s0_1 }
      const result = andOfShl.replace(b)
      if (result !== undefined && result !== u) return hit(fired, andOfShl, result)
    }
  }
  if (s0.op === 'shr' && s1.op === 'const') {
    const s0_1 = s0.src[1]
    const s0_0 = s0.src[0]
    if (s0_1.op === 'const' && s0_0.dtype.kind === 'uint') {
      const b = { b: s1, x: s0_0, a: s0_1 }
      const result = andOfShr.replace(b)
      if (result !== undefined && result !== u) return hit(fired, andOfShr, result)
    }
  }
  if (s0.op === 'where') {
    const s0_0 = s0.src[0]
    const s0_1 = s0.src[1]
    const s0_2 = s0.src[2]
    if (s0_0 === s1 && s1.dtype.kind === 'bool' && s0_1.dtype.kind === 'bool' && s0_2.dtype.kind === 'bool') {
      const b = { x: s1, y: s0_1, z: s0_2 }
      const result = andChoice.replace(b)
      if (result !== undefined && result !== u) return hit(fired, andChoice, result)
    }
  }
  if (s1.op === 'where') {
    const s1_0 = s1.src[0]
    const s1_1 = s1.src[1]
    const s1_2 = s1.src[2]
    if (s1_0 === s0 && s0.dtype.kind === 'bool' && s1_1.dtype.kind === 'bool' && s1_2.dtype.kind === 'bool') {
      const b = { x: s0, y: s1_1, z: s1_2 }
      const result = andChoice.replace(b)
      if (result !== undefined && result !== u) return hit(fired, andChoice, result)
    }
  }
  if (s0.op === 'where') {
    const s0_2 = s0.src[2]
    const s0_1 = s0.src[1]
    const s0_0 = s0.src[0]
    if (s0_2.op === 'const' && s0_1 === s1 && holds(s0_2, true) && s1.dtype.kind === 'bool' && s0_0.dtype.kind === 'bool') {
      const b = { y: s1, x: s0_0 }
      const result = andChoiceThen.replace(b)
      if (result !== undefined && result !== u) return hit(fired, andChoiceThen, result)
    }
  }
  if (s1.op === 'where') {
    const s1_2 = s1.src[2]
    const s1_1 = s1.src[1]
    const s1_0 = s1.src[0]
    if (s1_2.op === 'const' && s1_1 === s0 && holds(s1_2, true) && s0.dtype.kind === 'bool' && s1_0.dtype.kind === 'bool') {
      const b = { y: s0, x: s1_0 }
      const result = andChoiceThen.replace(b)
      if (result !== undefined && result !== u) return hit(fired, andChoiceThen, result)
    }
  }
  if (s0.op === 'lt' && s1.op === 'lt') {
    const s1_0 = s1.src[0]
    const s0_1 = s0.src[1]
    const s1_1 = s1.src[1]
    const s0_0 = s0.src[0]
    if (s1_0 === s0_1 && s1_1 === s0_0 && s0_0.dtype.kind !== 'index' && s0_0.dtype.kind !== 'void' && s0_1.dtype.kind !== 'index' && s0_1.dtype.kind !== 'void') {
      {
        const b = { x: s0_0, y: s0_1 }
        const result = ltBothWays.replace(b)
        if (result !== undefined && result !== u) return hit(fired, ltBothWays, result)
      }
      {
        const b = { y: s0_0, x: s0_1 }
        const result = ltBothWays.replace(b)
        if (result !== undefined && result !== u) return hit(fired, ltBothWays, result)
      }
    }
  }
  if (s0.op === 'eq' && s1.op === 'eq') {
    const s0_1 = s0.src[1]
    const s1_1 = s1.src[1]
    const s1_0 = s1.src[0]
    const s0_0 = s0.src[0]
    if (s0_1.op === 'const' && s1_1.op === 'const' && s1_0 === s0_0 && s0_0.dtype.kind !== 'index' && s0_0.dtype.kind !== 'void') {
      {
        const b = { x: s0_0, a: s0_1, b: s1_1 }
        const result = eqTwoConstants.guards[0](b) ? eqTwoConstants.replace(b) : undefined
        if (result !== undefined && result !== u) return hit(fired, eqTwoConstants, result)
      }
      {
        const b = { x: s0_0, b: s0_1, a: s1_1 }
        const result = eqTwoConstants.guards[0](b) ? eqTwoConstants.replace(b) : undefined
        if (result !== undefined && result !== u) return hit(fired, eqTwoConstants, result)
      }
    }
  }
  if (s0.op === 'lt' && s1.op === 'lt') {
    const s0_1 = s0.src[1]
    const s1_1 = s1.src[1]
    const s1_0 = s1.src[0]
    const s0_0 = s0.src[0]
    if (s0_1.op === 'const' && s1_1.op === 'const' && s1_0 === s0_0 && s0_0.dtype.kind !== 'index' && s0_0.dtype.kind !== 'void') {
      {
        const b = { l: s0, r: s1, x: s0_0, a: s0_1, b: s1_1 }
        const result = ltAndLt.replace(b)
        if (result !== undefined && result !== u) return hit(fired, ltAndLt, result)
      }
      {
        const b = { r: s0, l: s1, x: s0_0, b: s0_1, a: s1_1 }
        const result = ltAndLt.replace(b)
        if (result !== undefined && result !== u) return hit(fired, ltAndLt, result)
      }
    }
    if (s0_0.op === 'const' && s1_0.op === 'const' && s1_1 === s0_1 && s0_1.dtype.kind !== 'index' && s0_1.dtype.kind !== 'void') {
      {
        const b = { l: s0, r: s1, a: s0_0, x: s0_1, b: s1_0 }
        const result = gtAndGt.replace(b)
        if (result !== undefined && result !== u) return hit(fired, gtAndGt, result)
      }
      {
        const b = { r: s0, l: s1, b: s0_0, x: s0_1, a: s1_0 }
        const result = gtAndGt.replace(b)
        if (result !== undefined && result !== u) return hit(fired, gtAndGt, result)
      }
    }
  }
  return undefined
}
