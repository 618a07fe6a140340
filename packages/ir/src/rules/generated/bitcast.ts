// Written by `npm run rules` from the rule families. Do not edit.
import { hit, type Fired } from '../../rewrite/matcher.js'
import type { UOp } from '../../uop.js'
import { casts } from '../casts.js'
import { folding } from '../folding.js'

const foldCast = folding[2]
const castOfChoice = folding[8]
const oneLane = folding[11]
const castSame = casts[0]
const bitcastBitcast = casts[2]
const bitcastInteger = casts[4]

export function matchBitcast(u: UOp, fired?: Fired): UOp | undefined {
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
  if (s0.op === 'bitcast') {
    const s0_0 = s0.src[0]
    if (s0_0.dtype.kind !== 'index' && s0_0.dtype.kind !== 'void') {
      const b = { u, x: s0_0 }
      const result = bitcastBitcast.replace(b)
      if (result !== undefined && result !== u) return hit(fired, bitcastBitcast, result)
    }
  }
  if ((u.dtype.kind === 'int' || u.dtype.kind === 'uint') && (s0.dtype.kind === 'int' || s0.dtype.kind === 'uint')) {
    const b = { u, x: s0 }
    const result = bitcastInteger.replace(b)
    if (result !== undefined && result !== u) return hit(fired, bitcastInteger, result)
  }
  return undefined
}
