import { constant, dtypes, sameShape, shapeOf, uop, type ConstValue, type DType, type Shape, type UOp } from '@petagrad/ir'

/** Nodes that graph rewrites are made of. */
export const reshape = (u: UOp, shape: Shape): UOp => (sameShape(shapeOf(u), shape) ? u : uop('reshape', u.dtype, [u], shape))

export const permute = (u: UOp, order: readonly number[]): UOp => (order.every((from, to) => from === to) ? u : uop('permute', u.dtype, [u], order))

/** The same value everywhere. */
export const splat = (value: ConstValue, dtype: DType, shape: Shape): UOp =>
  uop('expand', dtype, [uop('reshape', dtype, [constant(value, dtype)], shape.map(() => 1))], shape)

/** Each element's position along an axis, as i32. */
export function positions(axis: number, shape: Shape): UOp {
  const line = uop('iota', dtypes.i32, [], { size: shape[axis] })
  return uop('expand', dtypes.i32, [reshape(line, shape.map((d, i) => (i === axis ? d : 1)))], shape)
}
