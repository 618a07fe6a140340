import { binary, cast, dtypes, integerRange, isFloat, reduceIdentity, shapeOf, toBits, where, type ConstValue, type DType, type UOp } from '@petagrad/ir'
import { splat } from './views.js'

const unsigned: Readonly<Record<number, DType>> = { 8: dtypes.u8, 16: dtypes.u16, 32: dtypes.u32, 64: dtypes.u64 }

/** Passes over digits of `bits` bits that a sort of this dtype takes, at most `widest` bits each. */
export function digitsOf(dtype: DType, widest: number): { readonly passes: number; readonly bits: number } {
  const bits = dtype.kind === 'bool' ? 1 : dtype.bits
  const passes = Math.ceil(bits / widest)
  return { passes, bits: Math.ceil(bits / passes) }
}

/**
 * An unsigned integer for each element, in the order of the elements: equal exactly where they are equal. For floats,
 * magnitudes above or below the middle; zeros are both the middle, and every NaN is the largest.
 */
export function keyOf(x: UOp, descending: boolean): UOp {
  const dtype = x.dtype.kind === 'bool' ? dtypes.u8 : unsigned[x.dtype.bits]
  const all = (value: bigint): UOp => splat(value, dtype, shapeOf(x))
  const bits = cast(x.dtype.kind === 'bool' ? 'cast' : 'bitcast', x, dtype)
  const width = BigInt(dtype.bits)
  const [top, most] = [1n << (width - 1n), (1n << width) - 1n]
  if (!isFloat(x.dtype)) {
    const flipped = (x.dtype.kind === 'int' ? top : 0n) ^ (descending ? (x.dtype.kind === 'bool' ? 1n : most) : 0n)
    return flipped === 0n ? bits : binary('xor', bits, all(flipped))
  }
  const magnitude = binary('and', bits, all(top - 1n))
  const isNegative = binary('lt', all(top - 1n), bits)
  const isNaN = binary('lt', all(largestMagnitude(x.dtype)), magnitude)
  const middle = all(descending ? top - 1n : top)
  const [up, down] = [binary('add', middle, magnitude), binary('sub', middle, magnitude)]
  return where(isNaN, all(descending ? 0n : most), descending ? where(isNegative, up, down) : where(isNegative, down, up))
}

/** The dtype of `priorityOf`; undefined where there is no integer that has room for one value more. */
export function priorityDType(dtype: DType): DType | undefined {
  if (isFloat(dtype)) return unsigned[dtype.bits]
  return dtype.bits < 32 ? dtypes.u32 : dtype.bits === 32 ? dtypes.u64 : undefined
}

/** An unsigned integer for each element, larger for those that come earlier, and never 0. */
export function priorityOf(x: UOp, dtype: DType, descending: boolean): UOp {
  const key = keyOf(x, !descending)
  const all = (value: number): UOp => splat(value, dtype, shapeOf(x))
  // Keys of floats leave room around them; only NaN can be 0.
  if (isFloat(x.dtype)) return descending ? key : binary('max', key, all(1))
  return binary('add', cast('cast', key, dtype), all(1))
}

/** The bits of the largest value that is not NaN. */
function largestMagnitude(dtype: DType): bigint {
  return dtype === dtypes.f8e4m3 ? 0x7en : BigInt(toBits(dtype, Infinity))
}

/** A value that no other comes after. */
export function lastInOrder(dtype: DType, descending: boolean): ConstValue {
  if (descending) return reduceIdentity('max', dtype)
  return dtype.kind === 'bool' ? true : isFloat(dtype) ? NaN : integerRange(dtype)[1]
}
