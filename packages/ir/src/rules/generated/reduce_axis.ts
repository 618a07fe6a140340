// Written by `npm run rules` from the rule families. Do not edit.
import { hit, type Fired } from '../../rewrite/matcher.js'
import type { UOp } from '../../uop.js'
import { movement } from '../movement.js'

const reduceNoAxis = movement[15]
const reduceReduce = movement[16]

export function matchReduceAxis(u: UOp, fired?: Fired): UOp | undefined {
  const s0 = u.src[0]
  {
    const b = { u, x: s0 }
    const result = reduceNoAxis.guards[0](b) ? reduceNoAxis.replace(b) : undefined
    if (result !== undefined && result !== u) return hit(fired, reduceNoAxis, result)
  }
  if (s0.op === 'reduce_axis' && (u.dtype.kind === 'bool' || u.dtype.kind === 'int' || u.dtype.kind === 'uint')) {
    const s0_0 = s0.src[0]
    const b = { u, v: s0, x: s0_0 }
    const result = reduceReduce.replace(b)
    if (result !== undefined && result !== u) return hit(fired, reduceReduce, result)
  }
  return undefined
}
