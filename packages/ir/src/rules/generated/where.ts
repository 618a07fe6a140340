// Written by `npm run rules` from the rule families. Do not edit.
import { hit, type Fired } from '../../rewrite/matcher.js'
import { holds } from '../../rewrite/pattern.js'
import type { UOp } from '../../uop.js'
import { choice } from '../choice.js'
import { folding } from '../folding.js'

const oneLane = folding[11]
const whereTrue = choice[0]
const whereFalse = choice[1]
const whereSame = choice[2]
const whereTruth = choice[3]
const whereNotTruth = choice[4]
const whereNot = choice[5]
const whereThenWhere = choice[6]
const whereElseWhere = choice[7]
const whereSelf = choice[8]
const whereElseSelf = choice[9]
const whereThenNot = choice[10]
const whereElseNot = choice[11]
const whereOrTruth = choice[12]
const whereAndTruth = choice[13]
const whereOneZero = choice[14]
const whereEqual = choice[15]
const whereUnequal = choice[16]
const whereMax = choice[17]
const whereAnd = choice[18]
const whereOr = choice[19]
const whereNegs = choice[20]
const whereCasts = choice[21]

export function matchWhere(u: UOp, fired?: Fired): UOp | undefined {
  const s0 = u.src[0]
  const s1 = u.src[1]
  const s2 = u.src[2]
  {
    const b = { u }
    const result = oneLane.guards[0](b) ? oneLane.replace(b) : undefined
    if (result !== undefined && result !== u) return hit(fired, oneLane, result)
  }
  if (s0.op === 'const') {
    if (holds(s0, true) && s1.dtype.kind !== 'index' && s1.dtype.kind !== 'void') {
      const b = { x: s1, y: s2 }
      const result = whereTrue.replace(b)
      if (result !== undefined && result !== u) return hit(fired, whereTrue, result)
    }
    if (holds(s0, false) && s2.dtype.kind !== 'index' && s2.dtype.kind !== 'void') {
      const b = { x: s1, y: s2 }
      const result = whereFalse.replace(b)
      if (result !== undefined && result !== u) return hit(fired, whereFalse, result)
    }
  }
  if (s2 === s1 && s1.dtype.kind !== 'index' && s1.dtype.kind !== 'void') {
    const b = { c: s0, x: s1 }
    const result = whereSame.replace(b)
    if (result !== undefined && result !== u) return hit(fired, whereSame, result)
  }
  if (s1.op === 'const' && s2.op === 'const') {
    if (holds(s1, true) && holds(s2, false)) {
      const b = { c: s0 }
      const result = whereTruth.replace(b)
      if (result !== undefined && result !== u) return hit(fired, whereTruth, result)
    }
    if (holds(s1, false) && holds(s2, true)) {
      const b = { u, c: s0 }
      const result = whereNotTruth.replace(b)
      if (result !== undefined && result !== u) return hit(fired, whereNotTruth, result)
    }
  }
  if (s0.op === 'xor') {
    const s0_1 = s0.src[1]
    const s0_0 = s0.src[0]
    if (s0_1.op === 'const' && holds(s0_1, true) && s1.dtype.kind !== 'index' && s1.dtype.kind !== 'void' && s2.dtype.kind !== 'index' && s2.dtype.kind !== 'void') {
      const b = { x: s1, y: s2, c: s0_0 }
      const result = whereNot.replace(b)
      if (result !== undefined && result !== u) return hit(fired, whereNot, result)
    }
  }
  if (s1.op === 'where') {
    const s1_0 = s1.src[0]
    const s1_1 = s1.src[1]
    const s1_2 = s1.src[2]
    if (s1_0 === s0 && s1_1.dtype.kind !== 'index' && s1_1.dtype.kind !== 'void') {
      const b = { c: s0, z: s2, x: s1_1, y: s1_2 }
      const result = whereThenWhere.replace(b)
      if (result !== undefined && result !== u) return hit(fired, whereThenWhere, result)
    }
  }
  if (s2.op === 'where') {
    const s2_0 = s2.src[0]
    const s2_1 = s2.src[1]
    const s2_2 = s2.src[2]
    if (s2_0 === s0 && s2_1.dtype.kind !== 'index' && s2_1.dtype.kind !== 'void') {
      const b = { c: s0, x: s1, y: s2_1, z: s2_2 }
      const result = whereElseWhere.replace(b)
      if (result !== undefined && result !== u) return hit(fired, whereElseWhere, result)
    }
  }
  if (s1 === s0 && s0.dtype.kind === 'bool' && s2.dtype.kind === 'bool') {
    const b = { c: s0, x: s2 }
    const result = whereSelf.replace(b)
    if (result !== undefined && result !== u) return hit(fired, whereSelf, result)
  }
  if (s2 === s0 && s0.dtype.kind === 'bool' && s1.dtype.kind === 'bool') {
    const b = { c: s0, x: s1 }
    const result = whereElseSelf.replace(b)
    if (result !== undefined && result !== u) return hit(fired, whereElseSelf, result)
  }
  if (s1.op === 'xor') {
    const s1_1 = s1.src[1]
    const s1_0 = s1.src[0]
    if (s1_1.op === 'const' && s1_0 === s0 && holds(s1_1, true) && s0.dtype.kind === 'bool' && s2.dtype.kind === 'bool') {
      const b = { c: s0, x: s2 }
      const result = whereThenNot.replace(b)
      if (result !== undefined && result !== u) return hit(fired, whereThenNot, result)
    }
  }
  if (s2.op === 'xor') {
    const s2_1 = s2.src[1]
    const s2_0 = s2.src[0]
    if (s2_1.op === 'const' && s2_0 === s0 && holds(s2_1, true) && s0.dtype.kind === 'bool' && s1.dtype.kind === 'bool') {
      const b = { c: s0, x: s1 }
      const result = whereElseNot.replace(b)
      if (result !== undefined && result !== u) return hit(fired, whereElseNot, result)
    }
  }
  if (s1.op === 'const' && holds(s1, true) && s2.dtype.kind === 'bool') {
    const b = { c: s0, x: s2 }
    const result = whereOrTruth.replace(b)
    if (result !== undefined && result !== u) return hit(fired, whereOrTruth, result)
  }
  if (s2.op === 'const' && holds(s2, false) && s1.dtype.kind === 'bool') {
    const b = { c: s0, x: s1 }
    const result = whereAndTruth.replace(b)
    if (result !== undefined && result !== u) return hit(fired, whereAndTruth, result)
  }
  if (s1.op === 'const' && s2.op === 'const' && (s1.dtype.kind === 'int' || s1.dtype.kind === 'uint' || s1.dtype.kind === 'float')) {
    const b = { c: s0, a: s1, b: s2 }
    const result = whereOneZero.guards[0](b) ? whereOneZero.replace(b) : undefined
    if (result !== undefined && result !== u) return hit(fired, whereOneZero, result)
  }
  if (s0.op === 'eq') {
    const s0_0 = s0.src[0]
    const s0_1 = s0.src[1]
    if (s0_0 === s1 && s0_1 === s2 && (s1.dtype.kind === 'int' || s1.dtype.kind === 'uint') && (s2.dtype.kind === 'int' || s2.dtype.kind === 'uint')) {
      const b = { x: s1, y: s2 }
      const result = whereEqual.replace(b)
      if (result !== undefined && result !== u) return hit(fired, whereEqual, result)
    }
    if (s0_0 === s2 && s0_1 === s1 && (s1.dtype.kind === 'int' || s1.dtype.kind === 'uint') && (s2.dtype.kind === 'int' || s2.dtype.kind === 'uint')) {
      const b = { x: s1, y: s2 }
      const result = whereEqual.replace(b)
      if (result !== undefined && result !== u) return hit(fired, whereEqual, result)
    }
  }
  if (s0.op === 'ne') {
    const s0_0 = s0.src[0]
    const s0_1 = s0.src[1]
    if (s0_0 === s1 && s0_1 === s2 && (s1.dtype.kind === 'int' || s1.dtype.kind === 'uint') && (s2.dtype.kind === 'int' || s2.dtype.kind === 'uint')) {
      const b = { x: s1, y: s2 }
      const result = whereUnequal.replace(b)
      if (result !== undefined && result !== u) return hit(fired, whereUnequal, result)
    }
    if (s0_0 === s2 && s0_1 === s1 && (s1.dtype.kind === 'int' || s1.dtype.kind === 'uint') && (s2.dtype.kind === 'int' || s2.dtype.kind === 'uint')) {
      const b = { x: s1, y: s2 }
      const result = whereUnequal.replace(b)
      if (result !== undefined && result !== u) return hit(fired, whereUnequal, result)
    }
  }
  if (s0.op === 'lt') {
    const s0_0 = s0.src[0]
    const s0_1 = s0.src[1]
    if (s0_0 === s2 && s0_1 === s1 && (s1.dtype.kind === 'int' || s1.dtype.kind === 'uint') && (s2.dtype.kind === 'int' || s2.dtype.kind === 'uint')) {
      const b = { y: s1, x: s2 }
      const result = whereMax.replace(b)
      if (result !== undefined && result !== u) return hit(fired, whereMax, result)
    }
  }
  if (s1.op === 'where') {
    const s1_2 = s1.src[2]
    const s1_1 = s1.src[1]
    const s1_0 = s1.src[0]
    if (s1_2 === s2 && s1_1.dtype.kind !== 'index' && s1_1.dtype.kind !== 'void') {
      const b = { a: s0, y: s2, b: s1_0, x: s1_1 }
      const result = whereAnd.replace(b)
      if (result !== undefined && result !== u) return hit(fired, whereAnd, result)
    }
  }
  if (s2.op === 'where') {
    const s2_1 = s2.src[1]
    const s2_0 = s2.src[0]
    const s2_2 = s2.src[2]
    if (s2_1 === s1 && s1.dtype.kind !== 'index' && s1.dtype.kind !== 'void') {
      const b = { a: s0, x: s1, b: s2_0, y: s2_2 }
      const result = whereOr.replace(b)
      if (result !== undefined && result !== u) return hit(fired, whereOr, result)
    }
  }
  if (s1.op === 'neg' && s2.op === 'neg') {
    const s1_0 = s1.src[0]
    const s2_0 = s2.src[0]
    if ((s1_0.dtype.kind === 'int' || s1_0.dtype.kind === 'uint' || s1_0.dtype.kind === 'float') && (s2_0.dtype.kind === 'int' || s2_0.dtype.kind === 'uint' || s2_0.dtype.kind === 'float')) {
      const b = { c: s0, x: s1_0, y: s2_0 }
      const result = whereNegs.replace(b)
      if (result !== undefined && result !== u) return hit(fired, whereNegs, result)
    }
  }
  if (s1.op === 'cast' && s2.op === 'cast') {
    const s1_0 = s1.src[0]
    const s2_0 = s2.src[0]
    if (s1_0.dtype.kind !== 'index' && s1_0.dtype.kind !== 'void' && s2_0.dtype.kind !== 'index' && s2_0.dtype.kind !== 'void') {
      const b = { c: s0, u: s1, x: s1_0, y: s2_0 }
      const result = whereCasts.replace(b)
      if (result !== undefined && result !== u) return hit(fired, whereCasts, result)
    }
  }
  return undefined
}
