// Written by `npm run rules` from the rule families. Do not edit.
import { hit, type Fired } from '../../rewrite/matcher.js'
import type { UOp } from '../../uop.js'
import { casts } from '../casts.js'
import { folding } from '../folding.js'

const foldCast = folding[2]
const castOfChoice = folding[8]
const oneLane = folding[11]
const castSame = casts[0]
const castCast = casts[1]
const castBitcast = casts[3]
const castMasked = casts[5]
const truthOfNeg = casts[6]
const castTrunc = casts[7]

export function matchCast(u: UOp, fired?: Fired): UOp | undefined {
  const s0 = u.src[0]
  if (s0.op === 'const' && s0.dtype.kind !== 'index' && s0.dtype.kind !== 'void') {
    const b = { u, a: s0 }
    const result = foldCast.replace(b)
    if (result !== undefined && result !== u) return hit(fired, foldCast, result)
  }
  if (s0.op === 'where') {
    const s0_1 = s0.src[1]
    const s0_2 = s0.src[2]
    const s0_0 = s0.src[0]
    if (s0_1.op === 'const' && s0_2.op === 'const' && s0_1.dtype.kind !== 'index' && s0_1.dtype.kind !== 'void') {
      const b = { u, w: s0_0, a: s0_1, b: s0_2 }
      const result = castOfChoice.replace(b)
      if (result !== undefined && result !== u) return hit(fired, castOfChoice, result)
    }
  }
  {
    const b = { u }
    const result = oneLane.guards[0](b) ? oneLane.replace(b) : undefined
    if (result !== undefined && result !== u) return hit(fired, oneLane, result)
  }
  if (s0.dtype.kind !== 'index' && s0.dtype.kind !== 'void') {
    const b = { u, x: s0 }
    const result = castSame.guards[0](b) ? castSame.replace(b) : undefined
    if (result !== undefined && result !== u) return hit(fired, castSame, result)
  }
  if (s0.op === 'cast' && u.dtype.kind !== 'index' && u.dtype.kind !== 'void' && s0.dtype.kind !== 'index' && s0.dtype.kind !== 'void') {
    const s0_0 = s0.src[0]
    if (s0_0.dtype.kind !== 'index' && s0_0.dtype.kind !== 'void') {
      const b = { outer: u, inner: s0, x: s0_0 }
      const result = castCast.guards[0](b) ? castCast.replace(b) : undefined
      if (result !== undefined && result !== u) return hit(fired, castCast, result)
    }
  }
  if (s0.op === 'bitcast' && (u.dtype.kind === 'int' || u.dtype.kind === 'uint') && (s0.dtype.kind === 'int' || s0.dtype.kind === 'uint')) {
    const s0_0 = s0.src[0]
    if (s0_0.dtype.kind !== 'index' && s0_0.dtype.kind !== 'void') {
      const b = { u, v: s0, x: s0_0 }
      const result = castBitcast.replace(b)
      if (result !== undefined && result !== u) return hit(fired, castBitcast, result)
    }
  }
  if (s0.op === 'and') {
    const s0_1 = s0.src[1]
    const s0_0 = s0.src[0]
    if (s0_1.op === 'const' && (u.dtype.kind === 'int' || u.dtype.kind === 'uint') && (s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint')) {
      const b = { u, x: s0_0, c: s0_1 }
      const result = castMasked.guards[0](b) ? castMasked.replace(b) : undefined
      if (result !== undefined && result !== u) return hit(fired, castMasked, result)
    }
  }
  if (s0.op === 'neg' && u.dtype.kind === 'bool') {
    const s0_0 = s0.src[0]
    if (s0_0.dtype.kind === 'int' || s0_0.dtype.kind === 'uint' || s0_0.dtype.kind === 'float') {
      const b = { x: s0_0 }
      const result = truthOfNeg.replace(b)
      if (result !== undefined && result !== u) return hit(fired, truthOfNeg, result)
    }
  }
  if (s0.op === 'trunc' && (u.dtype.kind === 'int' || u.dtype.kind === 'uint')) {
    const s0_0 = s0.src[0]
    if (s0_0.dtype.kind === 'float') {
      const b = { u, x: s0_0 }
      const result = castTrunc.replace(b)
      if (result !== undefined && result !== u) return hit(fired, castTrunc, result)
    }
  }
  return undefined
}
