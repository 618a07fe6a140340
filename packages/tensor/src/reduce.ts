import { dtypes, PetagradError, shapeOf, uop, type DType, type ReduceAlu, type UOp } from '@petagrad/ir/graph'
import { accumulator, add, apply, broadcastTo, cast, combine, equal, mul, mulScalar, neg, not, reduceAxes, reshape, select, splat, sub, sumAxes, zerosLike } from './build.js'
import { axisOf } from './core.js'
import { exp, log } from './elementary.js'
import { MovementOps, numericShape, positions } from './movement.js'
import { floatOf } from './promotion.js'
import type { Tensor } from './tensor.js'

export type Axes = number | readonly number[] | undefined

export interface ReduceOptions {
  /** Reduced dimensions stay, with size 1. */
  readonly keepDims?: boolean
}

export interface VarianceOptions extends ReduceOptions {
  /** The divisor is count - correction: 0 (default) for the population's, 1 for the sample's. */
  readonly correction?: number
}

/** Sums of small integers are wider than the integers; sums of small floats are made in f32 and rounded once. */
export function sumDType(dtype: DType): DType {
  if (dtype.kind === 'float') return accumulator(dtype)
  if (dtype.bits === 64) return dtype
  return dtype.kind === 'uint' ? dtypes.u32 : dtypes.i32
}

/** Reductions over all dimensions, or over the axes named. */
export abstract class ReduceOps extends MovementOps {
  /** bool and small integers are summed as i32 or u32. */
  sum(axis?: Axes, options?: ReduceOptions): Tensor {
    return this.reduced('sum', axis, options, (x, axes) => accumulate('add', x, axes))
  }
  prod(axis?: Axes, options?: ReduceOptions): Tensor {
    return this.reduced('prod', axis, options, (x, axes) => accumulate('mul', x, axes))
  }
  mean(axis?: Axes, options?: ReduceOptions): Tensor {
    return this.reduced('mean', axis, options, mean)
  }
  /** NaN if any element is NaN. */
  max(axis?: Axes, options?: ReduceOptions): Tensor {
    return this.reduced('max', axis, options, (x, axes) => reduceAxes('max', x, axes))
  }
  min(axis?: Axes, options?: ReduceOptions): Tensor {
    return this.reduced('min', axis, options, (x, axes) => reversed(reduceAxes('max', reversed(x), axes)))
  }
  any(axis?: Axes, options?: ReduceOptions): Tensor {
    return this.reduced('any', axis, options, (x, axes) => reduceAxes('max', cast(x, dtypes.bool), axes))
  }
  all(axis?: Axes, options?: ReduceOptions): Tensor {
    return this.reduced('all', axis, options, (x, axes) => not(reduceAxes('max', not(cast(x, dtypes.bool)), axes)))
  }
  /** Mean square distance from the mean, in two passes. */
  var(axis?: Axes, options: VarianceOptions = {}): Tensor {
    return this.reduced('var', axis, options, (x, axes) => variance(x, axes, options.correction ?? 0))
  }
  std(axis?: Axes, options: VarianceOptions = {}): Tensor {
    return this.reduced('std', axis, options, (x, axes) => apply('sqrt', variance(x, axes, options.correction ?? 0)))
  }
  /** log(Σ e^x), shifted by the maximum so that nothing overflows. */
  logsumexp(axis?: Axes, options?: ReduceOptions): Tensor {
    return this.reduced('logsumexp', axis, options, (x, axes) => logsumexp(cast(x, floatOf(x.dtype)), axes))
  }

  /** Position of the first maximum, i32; a NaN is one. Without an axis, in the flattened tensor. */
  argmax(axis?: number, options: ReduceOptions = {}): Tensor {
    return this.argument('argmax', axis, options, x => x)
  }
  /** Position of the first minimum, i32; a NaN is one. */
  argmin(axis?: number, options: ReduceOptions = {}): Tensor {
    return this.argument('argmin', axis, options, reversed)
  }

  private argument(op: string, axis: number | undefined, options: ReduceOptions, order: (x: UOp) => UOp): Tensor {
    const x = axis === undefined ? reshape(this.uop, [this.size]) : this.uop
    const shape = numericShape(x)
    const a = axisOf(op, axis ?? 0, shape.length)
    if (shape[a] === 0) throw new PetagradError('INVALID_ARGUMENT', 'an empty axis has no extreme', { op, shapes: [this.shape] })
    const key = order(x)
    const best = broadcastTo(reduceAxes('max', key, [a]), shape)
    const wanted = key.dtype.kind === 'float' ? combine('or', equal(key, best), combine('ne', key, key)) : equal(key, best)
    // The first one is the largest distance to the end.
    const distance = sub(splat(shape[a], dtypes.i32, shape), positions(a, shape))
    const longest = reduceAxes('max', select(wanted, distance, zerosLike(distance)), [a])
    const first = sub(splat(shape[a], dtypes.i32, numericShape(longest)), longest)
    if (options.keepDims) return this.derive(axis === undefined ? reshape(first, this.shape.map(() => 1)) : first)
    return this.derive(reshape(first, numericShape(first).filter((_, i) => i !== a)))
  }

  /** Applies a reduction that keeps its dimensions, and drops them unless asked not to. */
  protected reduced(op: string, axis: Axes, options: ReduceOptions | undefined, f: (x: UOp, axes: readonly number[]) => UOp): Tensor {
    const axes = axis === undefined ? this.shape.map((_, i) => i) : [...new Set([axis].flat().map(a => axisOf(op, a, this.rank)))]
    const kept = f(this.uop, axes)
    if (options?.keepDims) return this.derive(kept)
    return this.derive(reshape(kept, numericShape(kept).filter((_, i) => !axes.includes(i))))
  }
}

function accumulate(alu: ReduceAlu, x: UOp, axes: readonly number[]): UOp {
  const result = reduceAxes(alu, cast(x, sumDType(x.dtype)), axes)
  return x.dtype.kind === 'float' ? cast(result, x.dtype) : result
}

const countOf = (x: UOp, axes: readonly number[]): number => {
  const shape = numericShape(x)
  return axes.reduce((n, a) => n * shape[a], 1)
}

function mean(x: UOp, axes: readonly number[]): UOp {
  const dtype = floatOf(x.dtype)
  return cast(mulScalar(reduceAxes('add', cast(x, sumDType(dtype)), axes), 1 / countOf(x, axes)), dtype)
}

export function variance(x: UOp, axes: readonly number[], correction: number): UOp {
  const dtype = floatOf(x.dtype)
  const wide = cast(x, sumDType(dtype))
  const centred = sub(wide, broadcastTo(mean(wide, axes), shapeOf(x)))
  return cast(mulScalar(reduceAxes('add', mul(centred, centred), axes), 1 / (countOf(x, axes) - correction)), dtype)
}

/**
 * The largest element along the axes, taken as a constant: shifting an exponential by it changes no value and no
 * gradient, so none has to flow through it.
 */
export function shiftOf(x: UOp, axes: readonly number[]): UOp {
  const largest = reduceAxes('max', x, axes)
  return uop('detach', largest.dtype, [largest])
}

export function logsumexp(x: UOp, axes: readonly number[]): UOp {
  const shift = shiftOf(x, axes)
  return add(log(sumAxes(exp(sub(x, broadcastTo(shift, shapeOf(x)))), axes)), shift)
}

/** Turns the order around without losing a value: negation on floats, complement on integers and bool. */
function reversed(x: UOp): UOp {
  if (x.dtype.kind === 'float') return neg(x)
  if (x.dtype.kind === 'bool') return not(x)
  const ones = x.dtype.kind === 'uint' ? (x.dtype.bits === 64 ? 2n ** 64n - 1n : 2 ** x.dtype.bits - 1) : -1
  return combine('xor', x, splat(ones, x.dtype, shapeOf(x)))
}
