// Written by `npm run rules` from the rule families. Do not edit.
import { hit, type Fired } from '../../rewrite/matcher.js'
import { holds } from '../../rewrite/pattern.js'
import type { UOp } from '../../uop.js'
import { arithmetic } from '../arithmetic.js'
import { float } from '../float.js'
import { folding } from '../folding.js'

const foldMulacc = folding[4]
const constantRightMulacc = folding[6]
const oneLane = folding[11]
const mulaccZero = arithmetic[35]
const mulaccOne = arithmetic[36]
const mulaccOnes = arithmetic[37]
const mulaccMinusOne = arithmetic[38]
const mulaccNothing = arithmetic[39]
const mulaccNegated = arithmetic[40]
const mulaccNegatedConstant = arithmetic[41]
const mulaccConstants = arithmetic[42]
const mulaccNothingFloat = float[2]

export function matchMulacc(u: UOp, fired?: Fired): UOp | undefined {
  const s0 = u.src[0]
  const s1 = u.src[1]
  const s2 = u.src[2]
  if (s0.op === 'const') {
    if (s1.op === 'const' && s2.op === 'const' && s0.dtype.kind !== 'index' && s0.dtype.kind !== 'void') {
      const b = { a: s0, b: s1, c: s2 }
      const result = foldMulacc.replace(b)
      if (result !== undefined && result !== u) return hit(fired, foldMulacc, result)
    }
    if (s0.dtype.kind !== 'index' && s0.dtype.kind !== 'void') {
      const b = { c: s0, x: s1, y: s2 }
      const result = constantRightMulacc.guards[0](b) ? constantRightMulacc.replace(b) : undefined
      if (result !== undefined && result !== u) return hit(fired, constantRightMulacc, result)
    }
  }
  {
    const b = { u }
    const result = oneLane.guards[0](b) ? oneLane.replace(b) : undefined
    if (result !== undefined && result !== u) return hit(fired, oneLane, result)
  }
  if (s1.op === 'const') {
    if (holds(s1, 0) && (s0.dtype.kind === 'int' || s0.dtype.kind === 'uint') && (s2.dtype.kind === 'int' || s2.dtype.kind === 'uint')) {
      const b = { x: s0, y: s2 }
      const result = mulaccZero.replace(b)
      if (result !== undefined && result !== u) return hit(fired, mulaccZero, result)
    }
    if (holds(s1, 1) && (s0.dtype.kind === 'int' || s0.dtype.kind === 'uint' || s0.dtype.kind === 'float') && (s2.dtype.kind === 'int' || s2.dtype.kind === 'uint' || s2.dtype.kind === 'float')) {
      const b = { x: s0, y: s2 }
      const result = mulaccOne.replace(b)
      if (result !== undefined && result !== u) return hit(fired, mulaccOne, result)
    }
    if ((s0.dtype.kind === 'int' || s0.dtype.kind === 'uint') && (s2.dtype.kind === 'int' || s2.dtype.kind === 'uint')) {
      const b = { x: s0, c: s1, y: s2 }
      const result = mulaccOnes.guards[0](b) ? mulaccOnes.replace(b) : undefined
      if (result !== undefined && result !== u) return hit(fired, mulaccOnes, result)
    }
    if (holds(s1, -1) && s0.dtype.kind === 'float' && s2.dtype.kind === 'float') {
      const b = { x: s0, y: s2 }
      const result = mulaccMinusOne.replace(b)
      if (result !== undefined && result !== u) return hit(fired, mulaccMinusOne, result)
    }
  }
  if (s2.op === 'const' && holds(s2, 0) && (s0.dtype.kind === 'int' || s0.dtype.kind === 'uint') && (s1.dtype.kind === 'int' || s1.dtype.kind === 'uint')) {
    {
      const b = { x: s0, y: s1 }
      const result = mulaccNothing.replace(b)
      if (result !== undefined && result !== u) return hit(fired, mulaccNothing, result)
    }
    {
      const b = { y: s0, x: s1 }
      const result = mulaccNothing.replace(b)
      if (result !== undefined && result !== u) return hit(fired, mulaccNothing, result)
    }
  }
  if (s0.op === 'neg') {
    const s0_0 = s0.src[0]
    if (s1.op === 'neg' && (s2.dtype.kind === 'int' || s2.dtype.kind === 'uint' || s2.dtype.kind === 'float') && (s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint' || s0_0.dtype.kind === 'float')) {
      const s1_0 = s1.src[0]
      if (s1_0.dtype.kind === 'int' || s1_0.dtype.kind === 'uint' || s1_0.dtype.kind === 'float') {
        {
          const b = { z: s2, x: s0_0, y: s1_0 }
          const result = mulaccNegated.replace(b)
          if (result !== undefined && result !== u) return hit(fired, mulaccNegated, result)
        }
        {
          const b = { z: s2, y: s0_0, x: s1_0 }
          const result = mulaccNegated.replace(b)
          if (result !== undefined && result !== u) return hit(fired, mulaccNegated, result)
        }
      }
    }
    if (s1.op === 'const' && (s2.dtype.kind === 'int' || s2.dtype.kind === 'uint' || s2.dtype.kind === 'float') && (s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint' || s0_0.dtype.kind === 'float')) {
      const b = { c: s1, y: s2, x: s0_0 }
      const result = mulaccNegatedConstant.replace(b)
      if (result !== undefined && result !== u) return hit(fired, mulaccNegatedConstant, result)
    }
  }
  if (s0.op === 'const' && s1.op === 'const' && (s2.dtype.kind === 'int' || s2.dtype.kind === 'uint')) {
    {
      const b = { a: s0, b: s1, x: s2 }
      const result = mulaccConstants.replace(b)
      if (result !== undefined && result !== u) return hit(fired, mulaccConstants, result)
    }
    {
      const b = { b: s0, a: s1, x: s2 }
      const result = mulaccConstants.replace(b)
      if (result !== undefined && result !== u) return hit(fired, mulaccConstants, result)
    }
  }
  if (s2.op === 'const' && holds(s2, -0) && s0.dtype.kind === 'float' && s1.dtype.kind === 'float') {
    {
      const b = { x: s0, y: s1 }
      const result = mulaccNothingFloat.replace(b)
      if (result !== undefined && result !== u) return hit(fired, mulaccNothingFloat, result)
    }
    {
      const b = { y: s0, x: s1 }
      const result = mulaccNothingFloat.replace(b)
      if (result !== undefined && result !== u) return hit(fired, mulaccNothingFloat, result)
    }
  }
  return undefined
}
