import type { DType } from '@petagrad/ir/graph'
import type { Emission, Operand } from './emission.js'
import { shapeOf, signOf } from './types.js'
import { pushSplatConstant } from './vector.js'

/** Leaves the operand as a vector of as many lanes of `to` on the stack; false where no instructions do. */
export function castVector(e: Emission, a: Operand, to: DType): boolean {
  const { code } = e
  const from = a.dtype
  const source = shapeOf(from), target = shapeOf(to)
  if (from === to) {
    a.push()
    return true
  }
  if (to.kind === 'bool') {
    a.push()
    pushSplatConstant(e, from, 0)
    code.op(`${source}.ne`)
    return true
  }
  if (from.kind === 'bool') {
    // A mask selects the bits of one.
    a.push()
    pushSplatConstant(e, to, 1)
    code.op('v128.and')
    return true
  }
  if (source === target) {
    a.push()
    return true
  }
  if (source === 'i32x4' && target === 'f32x4') {
    a.push()
    code.op(`f32x4.convert_i32x4_${signOf(from)}`)
    return true
  }
  if (source === 'f32x4' && target === 'i32x4') {
    a.push()
    code.op(`i32x4.trunc_sat_f32x4_${signOf(to)}`)
    return true
  }
  return false
}
