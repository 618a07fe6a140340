import {
  binary, cast as castUOp, constant, constantOf, dtypes, is, PetagradError, roundTo, sameShape, shapeNames, shapeOf, unary, uop,
  where as whereUOp, type BinaryOp, type ConstValue, type DType, type ReduceAlu, type Shape, type UOp, type UnaryOp,
} from '@petagrad/ir/graph'

/*
 * Tensor-level uops, built so that nothing that a later pass would only remove is made in the first place: the graph
 * of a training step is built anew for each capture, and every node costs in every pass that follows.
 */

/** A scalar constant, rounded (float) to the dtype. */
export function scalar(value: ConstValue, dtype: DType): UOp {
  if (dtype.kind === 'float' && typeof value === 'number') return constant(roundTo(dtype, value), dtype)
  return constant(constantOf(value, dtype), dtype)
}

/** The same value everywhere in `shape`. */
export const splat = (value: ConstValue, dtype: DType, shape: Shape): UOp => broadcastTo(scalar(value, dtype), shape)

/** The constant that `u` is everywhere, if it is one. */
export function splatValue(u: UOp): ConstValue | undefined {
  let x = u
  while (x.op === 'expand' || x.op === 'reshape') x = x.src[0]
  return is(x, 'const') ? x.arg : undefined
}

export function reshape(u: UOp, shape: Shape): UOp {
  let x = u
  while (x.op === 'reshape') x = x.src[0]
  return sameShape(shapeOf(x), shape) ? x : uop('reshape', x.dtype, [x], shape)
}

export function permute(u: UOp, order: readonly number[]): UOp {
  if (order.every((from, to) => from === to)) return u
  if (is(u, 'permute')) {
    const inner = u.arg
    return permute(u.src[0], order.map(i => inner[i]))
  }
  return uop('permute', u.dtype, [u], order)
}

/** Only dimensions of size 1 grow. */
export function expand(u: UOp, shape: Shape): UOp {
  if (sameShape(shapeOf(u), shape)) return u
  return is(u, 'expand') ? expand(u.src[0], shape) : uop('expand', u.dtype, [u], shape)
}

/** NumPy's broadcasting: dimensions are aligned at the end. */
export function broadcastTo(u: UOp, shape: Shape): UOp {
  const own = shapeOf(u)
  if (sameShape(own, shape)) return u
  return expand(reshape(u, [...Array<number>(shape.length - own.length).fill(1), ...own]), shape)
}

export function pad(u: UOp, amounts: readonly (readonly [number, number])[]): UOp {
  return amounts.every(([before, after]) => before === 0 && after === 0) ? u : uop('pad', u.dtype, [u], amounts)
}

export function shrink(u: UOp, bounds: readonly (readonly [number, number])[]): UOp {
  const shape = shapeOf(u)
  return bounds.every(([from, to], i) => from === 0 && to === shape[i]) ? u : uop('shrink', u.dtype, [u], bounds)
}

export const flip = (u: UOp, axes: readonly number[]): UOp => (axes.length === 0 ? u : uop('flip', u.dtype, [u], axes))

/** out[…, i, …, j, …] = u[…, i + factor·j + offset, …, j, …] */
export const shear = (u: UOp, axis: number, by: number, factor: number, offset: number, size: number): UOp =>
  uop('shear', u.dtype, [u], { axis, by, factor, offset, size })

/** Reduced axes keep size 1. */
export function reduceAxes(alu: ReduceAlu, u: UOp, axes: readonly number[]): UOp {
  const shape = shapeOf(u)
  const real = axes.filter(a => shape[a] !== 1)
  return real.length === 0 ? u : uop('reduce_axis', u.dtype, [u], { alu, axes: real.sort((a, b) => a - b) })
}

export const cast = (u: UOp, dtype: DType): UOp => castUOp('cast', u, dtype)

/** The dtype that sums of a float dtype are made in: narrow ones in f32. */
export const accumulator = (dtype: DType): DType => (dtype.kind === 'float' && dtype.bits < 32 ? dtypes.f32 : dtype)

/** A sum in the accumulator's dtype, rounded once. */
export const sumAxes = (u: UOp, axes: readonly number[]): UOp => cast(reduceAxes('add', cast(u, accumulator(u.dtype)), axes), u.dtype)

// ---- arithmetic on equal shapes and dtypes

const like = (value: number, u: UOp): UOp => splat(value, u.dtype, shapeOf(u))

export function add(a: UOp, b: UOp): UOp {
  if (splatValue(b) === 0) return a
  return splatValue(a) === 0 ? b : binary('add', a, b)
}
export const sub = (a: UOp, b: UOp): UOp => (splatValue(b) === 0 ? a : binary('sub', a, b))
export function mul(a: UOp, b: UOp): UOp {
  if (splatValue(b) === 1) return a
  return splatValue(a) === 1 ? b : binary('mul', a, b)
}
export const div = (a: UOp, b: UOp): UOp => binary('div', a, b)
export const maximum = (a: UOp, b: UOp): UOp => binary('max', a, b)
export const lessThan = (a: UOp, b: UOp): UOp => binary('lt', a, b)
export const equal = (a: UOp, b: UOp): UOp => binary('eq', a, b)
export const select = (condition: UOp, a: UOp, b: UOp): UOp => whereUOp(condition, a, b)
export const neg = (u: UOp): UOp => (u.op === 'neg' ? u.src[0] : unary('neg', u))
export const reciprocal = (u: UOp): UOp => unary('reciprocal', u)
export const apply = (op: UnaryOp, u: UOp): UOp => unary(op, u)
export const combine = (op: BinaryOp, a: UOp, b: UOp): UOp => binary(op, a, b)

// ---- arithmetic with a number

export const addScalar = (u: UOp, value: number): UOp => add(u, like(value, u))
export const mulScalar = (u: UOp, value: number): UOp => mul(u, like(value, u))
export const lessThanScalar = (u: UOp, value: number): UOp => lessThan(u, like(value, u))
export const zerosLike = (u: UOp): UOp => like(0, u)
export const not = (u: UOp): UOp => combine('xor', u, splat(true, dtypes.bool, shapeOf(u)))

/** The shape that `shapes` broadcast to. Throws SHAPE_MISMATCH naming them. */
export function broadcastShapes(op: string, shapes: readonly Shape[]): readonly number[] {
  const rank = Math.max(0, ...shapes.map(s => s.length))
  const out = Array<number>(rank).fill(1)
  for (const shape of shapes) {
    shape.forEach((d, i) => {
      const at = rank - shape.length + i
      if (d === 1 || d === out[at]) return
      if (out[at] !== 1 || typeof d !== 'number') throw broadcastError(op, shapes)
      out[at] = d
    })
  }
  return out
}

const broadcastError = (op: string, shapes: readonly Shape[]): PetagradError =>
  new PetagradError('SHAPE_MISMATCH', `shapes ${shapes.map(s => `[${shapeNames(s).join(', ')}]`).join(' and ')} do not broadcast`, {
    op, shapes: shapes.map(shapeNames),
    hint: 'Dimensions are aligned at the end and must be equal or 1.',
  })
