import { type DType } from '@petagrad/ir/graph'
import type { Emission, Operand } from './emission.js'
import { isNarrow, signOf, valueType } from './types.js'
import { wrapNarrow } from './scalar.js'

/** Leaves the operand as a scalar of dtype `to` on the stack. */
export function castScalar(e: Emission, a: Operand, to: DType): void {
  const { code } = e
  const from = a.dtype
  const source = valueType(from), target = valueType(to)
  a.push()
  if (to === from) return
  if (to.kind === 'bool') {
    if (source === 'i32') code.i32(0).op('i32.ne')
    else if (source === 'i64') code.i64(0n).op('i64.ne')
    else if (source === 'f32') code.f32(0).op('f32.ne')
    else code.f64(0).op('f64.ne')
  } else if (to.kind === 'float') {
    if (source === 'f32' && target === 'f64') code.op('f64.promote_f32')
    else if (source === 'f64' && target === 'f32') code.op('f32.demote_f64')
    else if ((source === 'i32' || source === 'i64') && (target === 'f32' || target === 'f64')) code.op(`${target}.convert_${source}_${signOf(from)}`)
  } else if (from.kind === 'float') {
    if ((source === 'f32' || source === 'f64') && (target === 'i32' || target === 'i64')) code.op(`${target}.trunc_sat_${source}_${signOf(to)}`)
    saturateNarrow(e, to)
  } else {
    if (source === 'i64' && target === 'i32') code.op('i32.wrap_i64')
    else if (source === 'i32' && target === 'i64') code.op(`i64.extend_i32_${signOf(from)}`)
    if (!holds(to, from)) wrapNarrow(e, to)
  }
}

/** Whether every value of `from`, as i32, is a value of `to`. */
function holds(to: DType, from: DType): boolean {
  if (from.kind === 'bool') return true
  if (from.bits > to.bits) return false
  return from.kind === to.kind || (from.kind === 'uint' && from.bits < to.bits)
}

/** Clamps the i32 on the stack, of the dtype's signedness, to the dtype's range. */
function saturateNarrow(e: Emission, to: DType): void {
  if (!isNarrow(to)) return
  const bound = (value: number, keepIf: 'i32.lt_s' | 'i32.gt_s' | 'i32.lt_u'): void =>
    e.withLocal('i32', x => void e.code.tee(x).i32(value).get(x).i32(value).op(keepIf).op('select'))
  if (to.kind === 'uint') bound(2 ** to.bits - 1, 'i32.lt_u')
  else {
    bound(2 ** (to.bits - 1) - 1, 'i32.lt_s')
    bound(-(2 ** (to.bits - 1)), 'i32.gt_s')
  }
}
