import { PetagradError, type DType } from '@petagrad/ir/graph'
import type { ValueType } from '../encoding/code.js'

/** The element types that the instructions on a v128 come in. */
export type Shape = 'i8x16' | 'i16x8' | 'i32x4' | 'i64x2' | 'f32x4' | 'f64x2'

/** A short vector of 32 bits: the factors of one lane of a dot product. It is held as the i32 that it is in memory. */
export const isWord = (d: DType): boolean => d.lanes > 1 && d.kind !== 'bool' && d.space === undefined && d.bits * d.lanes === 32

/** Half a vector of bytes: what is about to be widened. */
export const isHalf = (d: DType): boolean => d.lanes === 8 && d.bits === 8 && d.kind !== 'bool' && d.space === undefined

/** The type that a value has on the stack and in locals. Small integers and bool are i32, in the range of their dtype. */
export function valueType(d: DType): ValueType {
  if (d.space !== undefined || isWord(d)) return 'i32'
  if (d.lanes > 1) return 'v128'
  if (d.kind === 'float') return d.bits === 64 ? 'f64' : 'f32'
  return d.bits === 64 ? 'i64' : 'i32'
}

/**
 * The shape of a vector. A bool vector is a mask: lanes of all ones or all zeros, as wide as makes 128 bits of them,
 * which is the width of what was compared.
 */
export function shapeOf(d: DType): Shape {
  if (d.kind === 'bool') return integerShape(d.lanes)
  if (d.bits * d.lanes !== 128) throw new PetagradError('IR_INVALID', `${d.name} is not a vector of 128 bits`)
  if (d.kind === 'float') return d.bits === 64 ? 'f64x2' : 'f32x4'
  return integerShape(d.lanes)
}

export function integerShape(lanes: number): Shape {
  switch (lanes) {
    case 16: return 'i8x16'
    case 8: return 'i16x8'
    case 4: return 'i32x4'
    case 2: return 'i64x2'
  }
  throw new PetagradError('IR_INVALID', `there are no vectors of ${lanes} lanes`)
}

/** 's' or 'u', as instruction names end. */
export const signOf = (d: DType): 's' | 'u' => (d.kind === 'int' ? 's' : 'u')
export const isNarrow = (d: DType): boolean => d.bits < 32 && d.kind !== 'bool'
