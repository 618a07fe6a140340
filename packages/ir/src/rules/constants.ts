import { dtypes, vector, type DType } from '../dtype.js'
import { evalAlu, integerRange, reduceIdentity, wrap } from '../interpreter/scalar.js'
import { isComparison, type AluOp, type BinaryOp, type CastOp, type ConstValue, type TernaryOp, type UnaryOp } from '../op.js'
import type { Constant } from '../rewrite/pattern.js'
import { shapeOf } from '../shape.js'
import { constant, is, uop, type UOp } from '../uop.js'

/** The operation done now. The operands are constants of the dtypes that the operation wants, all with as many lanes. */
export function fold(op: UnaryOp | BinaryOp | TernaryOp, ...operands: readonly Constant[]): Constant {
  const last = operands[operands.length - 1].dtype
  return foldTo(op, isComparison(op) ? vector(dtypes.bool, last.lanes) : last, operands)
}

/** A cast done now. */
export const foldCast = (op: CastOp, x: Constant, to: DType): Constant => foldTo(op, vector(to, x.dtype.lanes), [x])

/** Any operation whose result has this dtype, done now. */
export function foldTo(op: AluOp, dtype: DType, operands: readonly Constant[]): Constant {
  return constant(evalAlu(op, dtype.scalar, operands.map(c => c.arg), operands.map(c => c.dtype.scalar)), dtype)
}

/** The value in every place of `x`: a constant, broadcast to `x`'s shape where that is not a scalar's. */
export function constantLike(x: UOp, value: ConstValue, dtype: DType = x.dtype): UOp {
  const c = constant(value, dtype)
  const shape = shapeOf(x)
  return shape.length === 0 ? c : uop('expand', dtype, [uop('reshape', dtype, [c], shape.map(() => 1))], shape)
}

/** An integer wrapped into `x`'s dtype; see `constantLike`. */
export const integerLike = (x: UOp, value: number | bigint): UOp => constantLike(x, wrap(x.dtype, value))
export const zeroLike = (x: UOp): UOp => integerLike(x, 0)

/** An integer constant's value. */
export const integerOf = (c: Constant): bigint => BigInt(c.arg)
/** The constant's dtype holding another integer, wrapped. */
export const withInteger = (c: Constant, value: bigint): Constant => constant(wrap(c.dtype, value), c.dtype)

/** The integer with every bit set, or true. */
export const onesOf = (d: DType): ConstValue => (d.kind === 'bool' ? true : wrap(d, -1))
/** The constant of a bool or integer dtype with every bit set. */
export const ones = (d: DType): Constant => constant(onesOf(d), d)
export const holdsOnes = (c: Constant): boolean => c.arg === onesOf(c.dtype.scalar)
/** The bits of a bool or integer constant, as an unsigned number. */
export const bitsOf = (c: Constant): bigint => (c.dtype.kind === 'bool' ? BigInt(c.arg) : BigInt.asUintN(c.dtype.bits, integerOf(c)))

export const isLowest = (c: Constant): boolean => c.arg === reduceIdentity('max', c.dtype)
export const isHighest = (c: Constant): boolean =>
  c.dtype.kind === 'bool' ? c.arg === true : c.dtype.kind === 'float' ? c.arg === Infinity : c.arg === integerRange(c.dtype)[1]

/** The exponent, if a number is a positive power of two. */
export const log2OfInteger = (value: bigint): bigint | undefined =>
  value > 0n && (value & (value - 1n)) === 0n ? BigInt(value.toString(2).length - 1) : undefined
export const log2Of = (c: Constant): bigint | undefined => log2OfInteger(integerOf(c))

/** How far an integer constant shifts: counts are taken modulo the width. */
export const shiftCount = (c: Constant): bigint => integerOf(c) & BigInt(c.dtype.bits - 1)

export const isConstant = (u: UOp): u is Constant => is(u, 'const')

/** `x` as a truth value's opposite. */
export const not = (x: UOp): UOp => uop('xor', x.dtype, [x, constant(true, x.dtype)])
