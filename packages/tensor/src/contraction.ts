import { dtypes, PetagradError, reduceIdentity, shapeOf, type UOp } from '@petagrad/ir/graph'
import {
  accumulator, add, broadcastShapes, broadcastTo, cast, expand, mul, mulScalar, permute, reduceAxes, reshape, select, shear, shrink,
  splat, sumAxes,
} from './build.js'
import type { TensorCore } from './core.js'
import { SortOps } from './sort.js'
import { numericShape } from './movement.js'
import { floatOf, promote } from './promotion.js'
import type { Tensor } from './tensor.js'

/** One number for both spatial dimensions, or [height, width]. */
export type Pair = number | readonly [number, number]

export interface ConvolutionOptions {
  readonly stride?: Pair
  readonly padding?: Pair
  readonly dilation?: Pair
  readonly groups?: number
}

export interface PoolOptions {
  /** Default: the window itself. */
  readonly stride?: Pair
  readonly padding?: Pair
  readonly dilation?: Pair
}

interface Window {
  readonly size: number
  readonly stride: number
  readonly padding: number
  readonly dilation: number
}

/** Sums of products: matrices and sliding windows. */
export abstract class ContractionOps extends SortOps {
  /**
   * [..., m, k] by [..., k, n] gives [..., m, n]; leading dimensions broadcast. A vector on either side is a row or a column
   * that goes away.
   */
  matmul(other: TensorCore): Tensor {
    if (this.rank === 0 || other.rank === 0) throw new PetagradError('SHAPE_MISMATCH', 'matmul needs vectors or matrices', { op: 'matmul', shapes: [this.shape, other.shape] })
    const dtype = promote(this.dtype, other.dtype, 'matmul')
    const left = this.rank === 1 ? [1, ...this.shape] : this.shape
    const right = other.rank === 1 ? [...other.shape, 1] : other.shape
    const [m, k] = left.slice(-2)
    const [k2, n] = right.slice(-2)
    if (k !== k2) throw new PetagradError('SHAPE_MISMATCH', `inner dimensions ${k} and ${k2} differ`, { op: 'matmul', shapes: [this.shape, other.shape] })
    const batch = broadcastShapes('matmul', [left.slice(0, -2), right.slice(0, -2)])
    const full = [...batch, m, n, k]
    const a = broadcastTo(reshape(cast(this.uop, dtype), [...left.slice(0, -1), 1, k]), full)
    const columns = swapLast(reshape(cast(other.uop, dtype), right))
    const b = broadcastTo(reshape(columns, [...right.slice(0, -2), 1, n, k]), full)
    const product = reshape(sumOfProducts(a, b, [full.length - 1]), full.slice(0, -1))
    const kept = [...batch, ...(this.rank === 1 ? [] : [m]), ...(other.rank === 1 ? [] : [n])]
    return this.derive(reshape(product, kept))
  }

  /** The sum of products of two vectors. */
  dot(other: TensorCore): Tensor {
    if (this.rank !== 1 || other.rank !== 1) throw new PetagradError('SHAPE_MISMATCH', 'dot needs vectors', { op: 'dot', shapes: [this.shape, other.shape] })
    return this.matmul(other)
  }

  /**
   * Cross-correlation of [batch, channels, height, width] with `weight` [out, channels / groups, kernel height, kernel width]:
   * [batch, out, …]. `bias` is [out].
   */
  conv2d(weight: TensorCore, bias?: TensorCore, options: ConvolutionOptions = {}): Tensor {
    const groups = options.groups ?? 1
    const [batch, channels] = this.shape
    const [outputs, perGroup, kernelHeight, kernelWidth] = weight.shape
    const fits = this.rank === 4 && weight.rank === 4 && perGroup * groups === channels && outputs % groups === 0
    if (!fits) {
      throw new PetagradError('SHAPE_MISMATCH', `the weight does not fit the input in ${groups} group(s)`, {
        op: 'conv2d', shapes: [this.shape, weight.shape], hint: 'Input is [batch, channels, height, width], weight [out, channels / groups, height, width].',
      })
    }
    const dtype = promote(this.dtype, weight.dtype, 'conv2d')
    const [y, x] = windowsOf('conv2d', [kernelHeight, kernelWidth], { ...options, stride: options.stride ?? 1 })
    // [batch, groups, 1, height, width, channels, kernel height, kernel width]
    const windows = slidingWindows(cast(this.uop, dtype), y, x)
    const [, , height, , width] = numericShape(windows)
    const split = reshape(windows, [batch, groups, perGroup, height, kernelHeight, width, kernelWidth])
    const ordered = reshape(permute(split, [0, 1, 3, 5, 2, 4, 6]), [batch, groups, 1, height, width, perGroup, kernelHeight, kernelWidth])
    const full = [batch, groups, outputs / groups, height, width, perGroup, kernelHeight, kernelWidth]
    const kernel = reshape(cast(weight.uop, dtype), [1, groups, outputs / groups, 1, 1, perGroup, kernelHeight, kernelWidth])
    const sums = sumOfProducts(expand(ordered, full), expand(kernel, full), [5, 6, 7])
    const result = reshape(sums, [batch, outputs, height, width])
    if (bias === undefined) return this.derive(result)
    if (bias.rank !== 1 || bias.shape[0] !== outputs) {
      throw new PetagradError('SHAPE_MISMATCH', `bias must have shape [${outputs}]`, { op: 'conv2d', shapes: [bias.shape] })
    }
    return this.derive(add(result, broadcastTo(reshape(cast(bias.uop, dtype), [1, outputs, 1, 1]), numericShape(result))))
  }

  /** The largest element of each window of [batch, channels, height, width]; padding never wins. */
  maxPool2d(window: Pair, options: PoolOptions = {}): Tensor {
    const [y, x] = this.poolWindows('maxPool2d', window, options)
    if (y.padding === 0 && x.padding === 0) return this.pooled(y, x, this.uop, u => reduceAxes('max', u, [3, 5]))
    const windows = slidingWindows(this.uop, y, x)
    const isInside = slidingWindows(splat(true, dtypes.bool, this.shape), y, x)
    const lowest = splat(reduceIdentity('max', this.dtype), this.dtype, numericShape(windows))
    return this.derive(withoutWindow(reduceAxes('max', select(isInside, windows, lowest), [3, 5])))
  }

  /** The mean of each window; padding counts as zeros. */
  avgPool2d(window: Pair, options: PoolOptions = {}): Tensor {
    const [y, x] = this.poolWindows('avgPool2d', window, options)
    const dtype = floatOf(this.dtype)
    return this.pooled(y, x, cast(this.uop, dtype), u => mulScalar(sumAxes(u, [3, 5]), 1 / (y.size * x.size)))
  }

  private poolWindows(op: string, window: Pair, options: PoolOptions): readonly [Window, Window] {
    if (this.rank !== 4) throw new PetagradError('SHAPE_MISMATCH', 'pooling needs [batch, channels, height, width]', { op, shapes: [this.shape] })
    return windowsOf(op, pair(window), { ...options, stride: options.stride ?? window })
  }

  /** Windows that tile the image are a reshape; others slide. */
  private pooled(y: Window, x: Window, image: UOp, reduce: (windows: UOp) => UOp): Tensor {
    const tiles = [y, x].every(w => w.stride === w.size && w.dilation === 1 && w.padding === 0)
    return this.derive(withoutWindow(reduce(tiles ? tiled(image, y.size, x.size) : slidingWindows(image, y, x))))
  }
}

/** Products and their sum in the accumulator's dtype. */
function sumOfProducts(a: UOp, b: UOp, axes: readonly number[]): UOp {
  const wide = accumulator(a.dtype)
  return cast(reduceAxes('add', mul(cast(a, wide), cast(b, wide)), axes), a.dtype)
}

const pair = (p: Pair): readonly [number, number] => (typeof p === 'number' ? [p, p] : p)

function windowsOf(op: string, sizes: readonly [number, number], options: ConvolutionOptions): readonly [Window, Window] {
  const [stride, padding, dilation] = [pair(options.stride ?? 1), pair(options.padding ?? 0), pair(options.dilation ?? 1)]
  const window = (i: 0 | 1): Window => {
    const w = { size: sizes[i], stride: stride[i], padding: padding[i], dilation: dilation[i] }
    const valid = [w.size, w.stride, w.dilation].every(n => Number.isInteger(n) && n > 0) && Number.isInteger(w.padding) && w.padding >= 0
    if (!valid) throw new PetagradError('INVALID_ARGUMENT', `window ${JSON.stringify(w)} needs positive integers`, { op })
    return w
  }
  return [window(0), window(1)]
}

/** [b, c, h, w] to [b, c, h / ky, ky, w / kx, kx]; what does not fill a window is left out. */
function tiled(image: UOp, ky: number, kx: number): UOp {
  const [b, c, h, w] = numericShape(image)
  const [rows, columns] = [Math.floor(h / ky), Math.floor(w / kx)]
  const whole = shrink(image, [[0, b], [0, c], [0, rows * ky], [0, columns * kx]])
  return reshape(whole, [b, c, rows, ky, columns, kx])
}

/** [b, c, h, w] to [b, c, out height, ky, out width, kx]: out[o, k] = image[o·stride + k·dilation - padding], zero outside. */
function slidingWindows(image: UOp, y: Window, x: Window): UOp {
  const [b, c, h, w] = numericShape(image)
  const spread = expand(reshape(image, [b, c, h, 1, w, 1]), [b, c, h, y.size, w, x.size])
  return slide(slide(spread, 2, y), 4, x)
}

/** Axis `axis` holds positions, the axis after it the window: shears one along the other, then keeps every stride-th. */
function slide(u: UOp, axis: number, { size, stride, padding, dilation }: Window): UOp {
  const shape = numericShape(u)
  const count = Math.floor((shape[axis] + 2 * padding - dilation * (size - 1) - 1) / stride) + 1
  if (count <= 0) {
    throw new PetagradError('SHAPE_MISMATCH', `a window of ${size} (dilation ${dilation}) does not fit ${shape[axis]} elements with padding ${padding}`, { shapes: [shape] })
  }
  if (size === 1 && stride === 1 && padding === 0) return u
  const sheared = shear(u, axis, axis + 1, dilation, -padding, count * stride)
  if (stride === 1) return sheared
  const strided = reshape(sheared, shape.flatMap((d, i) => (i === axis ? [count, stride] : [d])))
  const first = shrink(strided, numericShape(strided).map((d, i): [number, number] => [0, i === axis + 1 ? 1 : d]))
  return reshape(first, shape.map((d, i) => (i === axis ? count : d)))
}

function withoutWindow(u: UOp): UOp {
  const [b, c, h, , w] = numericShape(u)
  return reshape(u, [b, c, h, w])
}

const swapLast = (u: UOp): UOp => {
  const n = shapeOf(u).length
  return permute(u, [...Array<number>(n - 2).keys(), n - 1, n - 2])
}
