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
const orSame = logic[15]
const orZero = logic[16]
const orFalse = logic[17]
const orOnes = logic[18]
const orNot = logic[19]
const orConstants = logic[20]
const orTwice = logic[21]
const orAbsorbs = logic[22]
const orOfNots = logic[23]
const orOfMasks = logic[24]
const orFillsAnd = logic[25]
const orOverAnd = logic[26]
const orChoice = logic[27]
const orChoiceElse = logic[28]
const neTwoConstants = compare[31]
const ltOrLt = compare[33]
const gtOrGt = compare[35]

export function matchOr(u: UOp, fired?: Fired): UOp | undefined {
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
    const result = orSame.replace(b)
    if (result !== undefined && result !== u) return hit(fired, orSame, result)
  }
  if (s1.op === 'const') {
    if (holds(s1, 0) && (s0.dtype.kind === 'int' || s0.dtype.kind === 'uint')) {
      const b = { x: s0 }
      const result = orZero.replace(b)
      if (result !== undefined && result !== u) return hit(fired, orZero, result)
    }
    if (holds(s1, false) && s0.dtype.kind === 'bool') {
      const b = { x: s0 }
      const result = orFalse.replace(b)
      if (result !== undefined && result !== u) return hit(fired, orFalse, result)
    }
    if (s0.dtype.kind === 'bool' || s0.dtype.kind === 'int' || s0.dtype.kind === 'uint') {
      const b = { x: s0, c: s1 }
      const result = orOnes.guards[0](b) ? orOnes.replace(b) : undefined
      if (result !== undefined && result !== u) return hit(fired, orOnes, result)
    }
  }
  if (s1.op === 'xor') {
    const s1_1 = s1.src[1]
    const s1_0 = s1.src[0]
    if (s1_1.op === 'const' && s1_0 === s0 && (s0.dtype.kind === 'bool' || s0.dtype.kind === 'int' || s0.dtype.kind === 'uint')) {
      const b = { x: s0, c: s1_1 }
      const result = orNot.guards[0](b) ? orNot.replace(b) : undefined
      if (result !== undefined && result !== u) return hit(fired, orNot, result)
    }
  }
  if (s0.op === 'xor') {
    const s0_1 = s0.src[1]
    const s0_0 = s0.src[0]
    if (s0_1.op === 'const' && s0_0 === s1 && (s1.dtype.kind === 'bool' || s1.dtype.kind === 'int' || s1.dtype.kind === 'uint')) {
      const b = { x: s1, c: s0_1 }
      const result = orNot.guards[0](b) ? orNot.replace(b) : undefined
      if (result !== undefined && result !== u) return hit(fired, orNot, result)
    }
  }
  if (s0.op === 'or') {
    const s0_1 = s0.src[1]
    const s0_0 = s0.src[0]
    if (s1.op === 'const' && s0_1.op === 'const' && (s0_0.dtype.kind === 'bool' || s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint')) {
      const b = { b: s1, x: s0_0, a: s0_1 }
      const result = orConstants.replace(b)
      if (result !== undefined && result !== u) return hit(fired, orConstants, result)
    }
    if (s0_1 === s1 && (s1.dtype.kind === 'bool' || s1.dtype.kind === 'int' || s1.dtype.kind === 'uint') && (s0_0.dtype.kind === 'bool' || s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint')) {
      const b = { u: s0, y: s1, x: s0_0 }
      const result = orTwice.replace(b)
      if (result !== undefined && result !== u) return hit(fired, orTwice, result)
    }
  }
  if (s1.op === 'or') {
    const s1_1 = s1.src[1]
    const s1_0 = s1.src[0]
    if (s1_1 === s0 && (s0.dtype.kind === 'bool' || s0.dtype.kind === 'int' || s0.dtype.kind === 'uint') && (s1_0.dtype.kind === 'bool' || s1_0.dtype.kind === 'int' || s1_0.dtype.kind === 'uint')) {
      const b = { y: s0, u: s1, x: s1_0 }
      const result = orTwice.replace(b)
      if (result !== undefined && result !== u) return hit(fired, orTwice, result)
    }
  }
  if (s0.op === 'or') {
    const s0_0 = s0.src[0]
    const s0_1 = s0.src[1]
    if (s0_0 === s1 && (s1.dtype.kind === 'bool' || s1.dtype.kind === 'int' || s1.dtype.kind === 'uint') && (s0_1.dtype.kind === 'bool' || s0_1.dtype.kind === 'int' || s0_1.dtype.kind === 'uint')) {
      const b = { u: s0, y: s1, x: s0_1 }
      const result = orTwice.replace(b)
      if (result !== undefined && result !== u) return hit(fired, orTwice, result)
    }
  }
  if (s1.op === 'or') {
    const s1_0 = s1.src[0]
    const s1_1 = s1.src[1]
    if (s1_0 === s0 && (s0.dtype.kind === 'bool' || s0.dtype.kind === 'int' || s0.dtype.kind === 'uint') && (s1_1.dtype.kind === 'bool' || s1_1.dtype.kind === 'int' || s1_1.dtype.kind === 'uint')) {
      const b = { y: s0, u: s1, x: s1_1 }
      const result = orTwice.replace(b)
      if (result !== undefined && result !== u) return hit(fired, orTwice, result)
    }
  }
  if (s0.op === 'and') {
    const s0_1 = s0.src[1]
    const s0_0 = s0.src[0]
    if (s0_1 === s1 && (s1.dtype.kind === 'bool' || s1.dtype.kind === 'int' || s1.dtype.kind === 'uint') && (s0_0.dtype.kind === 'bool' || s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint')) {
      const b = { y: s1, x: s0_0 }
      const result = orAbsorbs.replace(b)
      if (result !== undefined && result !== u) return hit(fired, orAbsorbs, result)
    }
  }
  if (s1.op === 'and') {
    const s1_1 = s1.src[1]
    const s1_0 = s1.src[0]
    if (s1_1 === s0 && (s0.dtype.kind === 'bool' || s0.dtype.kind === 'int' || s0.dtype.kind === 'uint') && (s1_0.dtype.kind === 'bool' || s1_0.dtype.kind === 'int' || s1_0.dtype.kind === 'uint')) {
      const b = { y: s0, x: s1_0 }
      const result = orAbsorbs.replace(b)
      if (result !== undefined && result !== u) return hit(fired, orAbsorbs, result)
    }
  }
  if (s0.op === 'and') {
    const s0_0 = s0.src[0]
    const s0_1 = s0.src[1]
    if (s0_0 === s1 && (s1.dtype.kind === 'bool' || s1.dtype.kind === 'int' || s1.dtype.kind === 'uint') && (s0_1.dtype.kind === 'bool' || s0_1.dtype.kind === 'int' || s0_1.dtype.kind === 'uint')) {
      const b = { y: s1, x: s0_1 }
      const result = orAbsorbs.replace(b)
      if (result !== undefined && result !== u) return hit(fired, orAbsorbs, result)
    }
  }
  if (s1.op === 'and') {
    const s1_0 = s1.src[0]
    const s1_1 = s1.src[1]
    if (s1_0 === s0 && (s0.dtype.kind === 'bool' || s0.dtype.kind === 'int' || s0.dtype.kind === 'uint') && (s1_1.dtype.kind === 'bool' || s1_1.dtype.kind === 'int' || s1_1.dtype.kind === 'uint')) {
      const b = { y: s0, x: s1_1 }
      const result = orAbsorbs.replace(b)
      if (result !== undefined && result !== u) return hit(fired, orAbsorbs, result)
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
        const result = orOfNots.guards[0](b) ? orOfNots.replace(b) : undefined
        if (result !== undefined && result !== u) return hit(fired, orOfNots, result)
      }
      {
        const b = { y: s0_0, c: s0_1, x: s1_0 }
        const result = orOfNots.guards[0](b) ? orOfNots.replace(b) : undefined
        if (result !== undefined && result !== u) return hit(fired, orOfNots, result)
      }
    }
  }
  if (s0.op === 'and') {
    const s0_1 = s0.src[1]
    const s0_0 = s0.src[0]
    if (s1.op === 'and' && s0_1.op === 'const') {
      const s1_1 = s1.src[1]
      const s1_0 = s1.src[0]
      if (s1_1.op === 'const' && s1_0 === s0_0 && (s0_0.dtype.kind === 'bool' || s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint')) {
        {
          const b = { x: s0_0, a: s0_1, b: s1_1 }
          const result = orOfMasks.replace(b)
          if (result !== undefined && result !== u) return hit(fired, orOfMasks, result)
        }
        {
          const b = { x: s0_0, b: s0_1, a: s1_1 }
          const result = orOfMasks.replace(b)
          if (result !== undefined && result !== u) return hit(fired, orOfMasks, result)
        }
      }
    }
    if (s1.op === 'const' && s0_1.op === 'const' && (s0_0.dtype.kind === 'bool' || s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint')) {
      {
        const b = { b: s1, x: s0_0, a: s0_1 }
        const result = orFillsAnd.guards[0](b) ? orFillsAnd.replace(b) : undefined
        if (result !== undefined && result !== u) return hit(fired, orFillsAnd, result)
      }
      {
        const b = { a: s1, x: s0_0, b: s0_1 }
        const result = orOverAnd.guards[0](b) ? orOverAnd.replace(b) : undefined
        if (result !== undefined && result !== u) return hit(fired, orOverAnd, result)
      }
    }
  }
  if (s0.op === 'where') {
    const s0_0 = s0.src[0]
    const s0_1 = s0.src[1]
    const s0_2 = s0.src[2]
    if (s0_0 === s1 && s1.dtype.kind === 'bool' && s0_1.dtype.kind === 'bool' && s0_2.dtype.kind === 'bool') {
      const b = { x: s1, y: s0_1, z: s0_2 }
      const result = orChoice.replace(b)
      if (result !== undefined && result !== u) return hit(fired, orChoice, result)
    }
  }
  if (s1.op === 'where') {
    const s1_0 = s1.src[0]
    const s1_1 = s1.src[1]
    const s1_2 = s1.src[2]
    if (s1_0 === s0 && s0.dtype.kind === 'bool' && s1_1.dtype.kind === 'bool' && s1_2.dtype.kind === 'bool') {
      const b = { x: s0, y: s1_1, z: s1_2 }
      const result = orChoice.replace(b)
      if (result !== undefined && result !== u) return hit(fired, orChoice, result)
    }
  }
  if (s0.op === 'where') {
    const s0_1 = s0.src[1]
    const s0_2 = s0.src[2]
    const s0_0 = s0.src[0]
    if (s0_1.op === 'const' && s0_2 === s1 && holds(s0_1, false) && s1.dtype.kind === 'bool' && s0_0.dtype.kind === 'bool') {
      const b = { y: s1, x: s0_0 }
      const result = orChoiceElse.replace(b)
      if (result !== undefined && result !== u) return hit(fired, orChoiceElse, result)
    }
  }
  if (s1.op === 'where') {
    const s1_1 = s1.src[1]
    const s1_2 = s1.src[2]
    const s1_0 = s1.src[0]
    if (s1_1.op === 'const' && s1_2 === s0 && holds(s1_1, false) && s0.dtype.kind === 'bool' && s1_0.dtype.kind === 'bool') {
      const b = { y: s0, x: s1_0 }
      const result = orChoiceElse.replace(b)
      if (result !== undefined && result !== u) return hit(fired, orChoiceElse, result)
    }
  }
  if (s0.op === 'ne' && s1.op === 'ne') {
    const s0_1 = s0.src[1]
    const s1_1 = s1.src[1]
    const s1_0 = s1.src[0]
    const s0_0 = s0.src[0]
    if (s0_1.op === 'const' && s1_1.op === 'const' && s1_0 === s0_0 && s0_0.dtype.kind !== 'index' && s0_0.dtype.kind !== 'void') {
      {
        const b = { x: s0_0, a: s0_1, b: s1_1 }
        const result = neTwoConstants.guards[0](b) ? neTwoConstants.replace(b) : undefined
        if (result !== undefined && result !== u) return hit(fired, neTwoConstants, result)
      }
      {
        const b = { x: s0_0, b: s0_1, a: s1_1 }
        const result = neTwoConstants.guards[0](b) ? neTwoConstants.replace(b) : undefined
        if (result !== undefined && result !== u) return hit(fired, neTwoConstants, result)
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
        const result = ltOrLt.replace(b)
        if (result !== undefined && result !== u) return hit(fired, ltOrLt, result)
      }
      {
        const b = { r: s0, l: s1, x: s0_0, b: s0_1, a: s1_1 }
        const result = ltOrLt.replace(b)
        if (result !== undefined && result !== u) return hit(fired, ltOrLt, result)
      }
    }
    if (s0_0.op === 'const' && s1_0.op === 'const' && s1_1 === s0_1 && s0_1.dtype.kind !== 'index' && s0_1.dtype.kind !== 'void') {
      {
        const b = { l: s0, r: s1, a: s0_0, x: s0_1, b: s1_0 }
        const result = gtOrGt.replace(b)
        if (result !== undefined && result !== u) return hit(fired, gtOrGt, result)
      }
      {
        const b = { r: s0, l: s1, b: s0_0, x: s0_1, a: s1_0 }
        const result = gtOrGt.replace(b)
        if (result !== undefined && result !== u) return hit(fired, gtOrGt, result)
      }
    }
  }
  return undefined
}
