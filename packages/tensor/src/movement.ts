import { dtypes, PetagradError, shapeOf, uop, type UOp } from '@petagrad/ir/graph'
import { broadcastTo, cast, expand, flip, lessThan, pad, permute, reshape, select, shrink, splat } from './build.js'
import { axisOf, type TensorCore } from './core.js'
import { ElementwiseOps } from './elementwise.js'
import { promote } from './promotion.js'
import type { Tensor } from './tensor.js'

/** One dimension of a slice: an index (the dimension goes), [start, end), [start, end, step], or null for all of it. */
export type SlicePart = number | null | readonly [number | null, number | null] | readonly [number | null, number | null, number]

/** Operations that only move elements: they are index arithmetic in the kernels that use them, and cost no memory. */
export abstract class MovementOps extends ElementwiseOps {
  /** One dimension may be -1: what is left over. */
  reshape(shape: readonly number[]): Tensor {
    const unknown = shape.indexOf(-1)
    const rest = shape.reduce((n, d, i) => (i === unknown ? n : n * d), 1)
    const full = unknown < 0 ? shape : shape.map((d, i) => (i === unknown ? this.size / rest : d))
    const valid = full.every(d => Number.isInteger(d) && d >= 0) && full.reduce((a, b) => a * b, 1) === this.size
    if (!valid) {
      throw new PetagradError('SHAPE_MISMATCH', `${this.size} elements do not fit shape [${shape.join(', ')}]`, { op: 'reshape', shapes: [this.shape, shape] })
    }
    return this.derive(reshape(this.uop, full))
  }

  /** `from` to `to` (inclusive) become one dimension. */
  flatten(from = 0, to = -1): Tensor {
    if (this.rank === 0) return this.reshape([1])
    const [a, b] = [axisOf('flatten', from, this.rank), axisOf('flatten', to, this.rank)]
    return this.reshape([...this.shape.slice(0, a), this.shape.slice(a, b + 1).reduce((x, y) => x * y, 1), ...this.shape.slice(b + 1)])
  }

  /** Without dimensions of size 1: all of them, or those named. */
  squeeze(axis?: number | readonly number[]): Tensor {
    const named = axis === undefined ? undefined : [axis].flat().map(a => axisOf('squeeze', a, this.rank))
    const wrong = named?.find(a => this.shape[a] !== 1)
    if (wrong !== undefined) throw new PetagradError('SHAPE_MISMATCH', `dimension ${wrong} has size ${this.shape[wrong]}, not 1`, { op: 'squeeze', shapes: [this.shape] })
    return this.derive(reshape(this.uop, this.shape.filter((d, i) => (named ? !named.includes(i) : d !== 1))))
  }

  /** A dimension of size 1 before `axis`. */
  unsqueeze(axis: number): Tensor {
    const a = axisOf('unsqueeze', axis, this.rank + 1)
    return this.derive(reshape(this.uop, [...this.shape.slice(0, a), 1, ...this.shape.slice(a)]))
  }

  /** Dimension i of the result is dimension order[i]. */
  permute(order: readonly number[]): Tensor {
    const axes = order.map(a => axisOf('permute', a, this.rank))
    if (axes.length !== this.rank || new Set(axes).size !== this.rank) {
      throw new PetagradError('INVALID_ARGUMENT', `[${order.join(', ')}] does not name each of ${this.rank} dimensions once`, { op: 'permute' })
    }
    return this.derive(permute(this.uop, axes))
  }

  /** Two dimensions exchanged; by default the last two. */
  transpose(a = -1, b = -2): Tensor {
    const [x, y] = [axisOf('transpose', a, this.rank), axisOf('transpose', b, this.rank)]
    return this.derive(permute(this.uop, this.shape.map((_, i) => (i === x ? y : i === y ? x : i))))
  }

  /** The last two dimensions exchanged. */
  get T(): Tensor { return this.transpose() }

  /** Broadcast to `shape`; -1 keeps a dimension. */
  expand(shape: readonly number[]): Tensor {
    const extra = shape.length - this.rank
    const full = shape.map((d, i) => (d === -1 && i >= extra ? this.shape[i - extra] : d))
    const isShape = full.every(d => Number.isInteger(d) && d >= 0)
    const fits = isShape && extra >= 0 && this.shape.every((d, i) => d === 1 || d === full[i + extra])
    if (!fits) throw new PetagradError('SHAPE_MISMATCH', `[${this.shape.join(', ')}] does not expand to [${shape.join(', ')}]`, { op: 'expand', shapes: [this.shape, shape] })
    return this.derive(broadcastTo(this.uop, full))
  }

  /** [before, after] for each dimension; `value` fills. */
  pad(amounts: readonly (readonly [number, number])[], value = 0): Tensor {
    if (amounts.length !== this.rank || amounts.flat().some(n => !Number.isInteger(n) || n < 0)) {
      throw new PetagradError('INVALID_ARGUMENT', `pad needs two counts for each of ${this.rank} dimensions`, { op: 'pad', shapes: [this.shape] })
    }
    const padded = this.derive(pad(this.uop, amounts))
    if (value === 0) return padded
    const inside = this.derive(pad(splat(true, dtypes.bool, this.shape), amounts))
    return padded.where(inside, value)
  }

  /** [start, end) of each dimension. */
  shrink(bounds: readonly (readonly [number, number])[]): Tensor {
    const lies = ([a, b]: readonly [number, number], i: number): boolean =>
      Number.isInteger(a) && Number.isInteger(b) && 0 <= a && a <= b && b <= this.shape[i]
    if (bounds.length !== this.rank || !bounds.every(lies)) {
      throw new PetagradError('INVALID_ARGUMENT', `bounds ${JSON.stringify(bounds)} do not lie in shape [${this.shape.join(', ')}]`, { op: 'shrink', shapes: [this.shape] })
    }
    return this.derive(shrink(this.uop, bounds))
  }

  /** Reversed along the axes. */
  flip(axes: number | readonly number[]): Tensor {
    return this.derive(flip(this.uop, [axes].flat().map(a => axisOf('flip', a, this.rank))))
  }

  /** Parts of the leading dimensions, as Python's slices; negative positions count from the end, steps may be negative. */
  slice(...parts: readonly SlicePart[]): Tensor {
    if (parts.length > this.rank) throw new PetagradError('INVALID_ARGUMENT', `${parts.length} slices of ${this.rank} dimensions`, { op: 'slice', shapes: [this.shape] })
    let u = this.uop
    parts.forEach((part, axis) => { u = sliceAxis(u, axis, part) })
    const gone = this.shape.map((_, i) => typeof parts[i] === 'number')
    return this.derive(reshape(u, numericShape(u).filter((_, i) => !gone[i])))
  }

  /** `repeats[i]` copies along dimension i. */
  repeat(repeats: readonly number[]): Tensor {
    const extra = Math.max(0, repeats.length - this.rank)
    const shape = [...Array<number>(extra).fill(1), ...this.shape]
    const counts = [...Array<number>(shape.length - repeats.length).fill(1), ...repeats]
    const split = reshape(this.uop, shape.flatMap(d => [1, d]))
    return this.derive(reshape(expand(split, shape.flatMap((d, i) => [counts[i], d])), shape.map((d, i) => d * counts[i])))
  }

  /** Parts of `sizes` along an axis; one number makes parts of that size, the last one smaller if need be. */
  split(sizes: number | readonly number[], axis = 0): Tensor[] {
    const a = axisOf('split', axis, this.rank)
    const extent = this.shape[a]
    const list = typeof sizes === 'number' ? Array.from({ length: Math.ceil(extent / sizes) }, (_, i) => Math.min(sizes, extent - i * sizes)) : sizes
    if (list.reduce((x, y) => x + y, 0) !== extent) {
      throw new PetagradError('INVALID_ARGUMENT', `parts [${list.join(', ')}] do not add up to dimension ${a} of size ${extent}`, { op: 'split', shapes: [this.shape] })
    }
    let start = 0
    return list.map(size => {
      const from = start
      start += size
      return this.derive(shrink(this.uop, this.shape.map((d, i) => (i === a ? [from, from + size] : [0, d]))))
    })
  }

  /** `count` parts along an axis, the last ones smaller if it does not divide evenly. */
  chunk(count: number, axis = 0): Tensor[] {
    return this.split(Math.ceil(this.shape[axisOf('chunk', axis, this.rank)] / count), axis)
  }
}

function sliceAxis(u: UOp, axis: number, part: SlicePart): UOp {
  if (part === null) return u
  const shape = numericShape(u)
  const extent = shape[axis]
  const only = (bounds: readonly [number, number]): UOp => shrink(u, shape.map((d, i) => (i === axis ? bounds : [0, d])))
  if (typeof part === 'number') {
    const at = part < 0 ? part + extent : part
    if (!Number.isInteger(part) || at < 0 || at >= extent) {
      throw new PetagradError('INDEX_OUT_OF_RANGE', `index ${part} is outside of dimension ${axis} of size ${extent}`, { op: 'slice', shapes: [shape] })
    }
    return only([at, at + 1])
  }
  const [start, end, step = 1] = part
  if (!Number.isInteger(step) || step === 0) throw new PetagradError('INVALID_ARGUMENT', `a slice cannot have step ${step}`, { op: 'slice' })
  if (step < 0) {
    // Positions from the end of the reversed axis: start..end going down is a slice going up there.
    const flipped = flip(u, [axis])
    const mirror = (position: number | null): number | null =>
      position === null ? null : extent - 1 - clamp(position, extent, -1, extent - 1)
    return sliceAxis(flipped, axis, [mirror(start), mirror(end), -step])
  }
  const from = clamp(start ?? 0, extent, 0, extent)
  const to = Math.max(from, clamp(end ?? extent, extent, 0, extent))
  const kept = only([from, to])
  return step === 1 ? kept : everyNth(kept, axis, step)
}

const clamp = (position: number, extent: number, low: number, high: number): number =>
  Math.min(high, Math.max(low, position < 0 ? position + extent : position))

/** Elements 0, n, 2n, … of an axis. */
export function everyNth(u: UOp, axis: number, n: number): UOp {
  const shape = numericShape(u)
  const count = Math.ceil(shape[axis] / n)
  const padded = pad(u, shape.map((d, i) => [0, i === axis ? count * n - d : 0]))
  const split = reshape(padded, shape.flatMap((d, i) => (i === axis ? [count, n] : [d])))
  const first = shrink(split, shape.flatMap((d, i): [number, number][] => (i === axis ? [[0, count], [0, 1]] : [[0, d]])))
  return reshape(first, shape.map((d, i) => (i === axis ? count : d)))
}

/** The shape of a node that tensors are made of: numbers. */
export const numericShape = (u: UOp): readonly number[] => shapeOf(u).map(Number)

/** Tensors one after the other along an axis: each padded to its place, and the place chosen by position. */
export function concatenate(tensors: readonly TensorCore[], axis: number): UOp {
  if (tensors.length === 0) throw new PetagradError('INVALID_ARGUMENT', 'nothing to concatenate', { op: 'concat' })
  const rank = tensors[0].rank
  const a = axisOf('concat', axis, rank)
  const dtype = tensors.map(t => t.dtype).reduce((x, y) => promote(x, y, 'concat'))
  const mismatch = tensors.some(t => t.rank !== rank || t.shape.some((d, i) => i !== a && d !== tensors[0].shape[i]))
  if (mismatch) throw new PetagradError('SHAPE_MISMATCH', `shapes differ outside of axis ${a}`, { op: 'concat', shapes: tensors.map(t => t.shape) })
  const total = tensors.reduce((n, t) => n + t.shape[a], 0)
  const shape = tensors[0].shape.map((d, i) => (i === a ? total : d))
  let start = 0
  let joined: UOp | undefined
  for (const t of tensors) {
    const placed = pad(cast(t.uop, dtype), t.shape.map((d, i) => (i === a ? [start, total - start - d] : [0, 0])))
    // Adding would do but for -0 + 0.
    joined = joined === undefined ? placed : select(lessThan(positions(a, shape), splat(start, dtypes.i32, shape)), joined, placed)
    start += t.shape[a]
  }
  return joined ?? tensors[0].uop
}

/** Each element's position along an axis, as i32. */
export function positions(axis: number, shape: readonly number[]): UOp {
  const line = uop('iota', dtypes.i32, [], { size: shape[axis] })
  return expand(reshape(line, shape.map((d, i) => (i === axis ? d : 1))), shape)
}
