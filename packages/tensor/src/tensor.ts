import { dtypes, PetagradError, shapeOf, uop, type ConstValue, type DType, type UOp } from '@petagrad/ir/graph'
import { backward } from './autograd.js'
import { addScalar, broadcastTo, cast, mulScalar, reshape, scalar, splat } from './build.js'
import type { Operand, TensorCore } from './core.js'
import { fromBytes, nest, toHostData, type NestedArray, type TensorData, type TypedArray } from './host-data.js'
import { registerLeaf, unregisterLeaf } from './leaves.js'
import { concatenate, positions } from './movement.js'
import { NeuralOps } from './neural.js'
import { defaultFloat, defaultInteger, floatOf } from './promotion.js'
import { forget, realizeTensors, recordAssignment } from './realize.js'
import { bufferUnder, forgetHostValues, hostValues, markPending, newBuffer, ownerOf, wholeBuffer, wholeStorage } from './storage.js'
import { activeTrace, refuseInTrace } from './trace.js'
import { noteWrite } from './writes.js'

export interface TensorOptions {
  readonly dtype?: DType
  /** One of the runtime's devices; left out, the default one. */
  readonly device?: string
  /** `backward` gives it a gradient. */
  readonly requiresGrad?: boolean
}

/**
 * A lazy n-dimensional array: it stands for a node of a graph. Operations build the graph and return at once;
 * `realize`, `data`, `item` and `tolist` compute. A tensor is immutable but for `assign`, which changes the memory it
 * holds, at the next realisation: expressions that were built before it and are realised together with it read the old
 * values; realised later, they are refused.
 */
export class Tensor extends NeuralOps {
  /** The gradient that `backward` added up, for tensors that require one. */
  grad: Tensor | undefined
  private wantsGradient = false

  // ---- creation

  /** A tensor with values from JavaScript: a number, nested arrays or a typed array (which is copied). */
  static from(data: TensorData, options: TensorOptions & { readonly shape?: readonly number[] } = {}): Tensor {
    const host = toHostData(data, options)
    const buffer = newBuffer(host.dtype, count(host.shape), { bytes: host.bytes, device: options.device })
    return graded(Tensor.holding(buffer, host.shape), options)
  }

  /** A tensor over little-endian bytes, which are taken over and must not change afterwards. */
  static fromBytes(bytes: Uint8Array, dtype: DType, shape: readonly number[], options: Omit<TensorOptions, 'dtype'> = {}): Tensor {
    if (bytes.length * 8 !== count(shape) * dtype.bits) {
      throw new PetagradError('SHAPE_MISMATCH', `${bytes.length} bytes are not ${dtype.name} of shape [${shape.join(', ')}]`, { op: 'fromBytes' })
    }
    return graded(Tensor.holding(newBuffer(dtype, count(shape), { bytes, device: options.device }), shape), options)
  }

  /** The same value everywhere. */
  static full(shape: readonly number[], value: ConstValue, options: TensorOptions = {}): Tensor {
    checkShape('full', shape)
    const dtype = options.dtype ?? (typeof value === 'boolean' ? dtypes.bool : typeof value === 'bigint' ? dtypes.i64 : defaultFloat)
    return graded(new Tensor(splat(value, dtype, shape)), options)
  }
  static zeros(shape: readonly number[], options?: TensorOptions): Tensor { return Tensor.full(shape, 0, options) }
  static ones(shape: readonly number[], options?: TensorOptions): Tensor { return Tensor.full(shape, 1, options) }

  /** start, start + step, … before `end`; with one argument from 0. i32 for integers, else f32. */
  static arange(start: number, end?: number, step = 1, options: TensorOptions = {}): Tensor {
    const [from, to] = end === undefined ? [0, start] : [start, end]
    if (step === 0 || ![from, to, step].every(Number.isFinite)) throw new PetagradError('INVALID_ARGUMENT', `no range from ${from} to ${to} by ${step}`, { op: 'arange' })
    const size = Math.max(0, Math.ceil((to - from) / step))
    const dtype = options.dtype ?? ([from, step].every(Number.isInteger) ? defaultInteger : defaultFloat)
    const line = cast(uop('iota', defaultInteger, [], { size }), dtype)
    return graded(new Tensor(addScalar(mulScalar(line, step), from)), options)
  }

  /** `size` values from `start` to `end`, both included. */
  static linspace(start: number, end: number, size: number, options: TensorOptions = {}): Tensor {
    checkShape('linspace', [size])
    const dtype = floatOf(options.dtype ?? defaultFloat)
    const line = cast(uop('iota', defaultInteger, [], { size }), dtype)
    return graded(new Tensor(addScalar(mulScalar(line, size > 1 ? (end - start) / (size - 1) : 0), start)), options)
  }

  /** Ones on the diagonal. */
  static eye(rows: number, columns = rows, options: TensorOptions = {}): Tensor {
    const shape = [rows, columns]
    checkShape('eye', shape)
    return new Tensor(positions(0, shape)).eq(new Tensor(positions(1, shape))).cast(options.dtype ?? defaultFloat)
  }

  /** A tensor that stands for a node that somebody else built. */
  static ofNode(node: UOp): Tensor { return new Tensor(node) }

  // ---- several tensors

  static concat(tensors: readonly Tensor[], axis = 0): Tensor { return new Tensor(concatenate(tensors, axis)) }
  /** Along a new axis. */
  static stack(tensors: readonly Tensor[], axis = 0): Tensor { return Tensor.concat(tensors.map(t => t.unsqueeze(axis)), axis) }
  /** `a` where `condition` holds, else `b`. */
  static where(condition: Tensor, a: Operand, b: Operand): Tensor {
    if (isTensor(a)) return new Tensor(a.uop).where(condition, b)
    if (isTensor(b)) return new Tensor(b.uop).where(condition.logicalNot(), a)
    const dtype = typeof a === 'boolean' ? dtypes.bool : [a, b].every(v => Number.isInteger(v)) ? defaultInteger : defaultFloat
    return new Tensor(scalar(a, dtype)).where(condition, b)
  }

  // ---- gradients

  get requiresGrad(): boolean { return this.wantsGradient }

  /** Asks for a gradient; the tensor gets memory of its own. */
  requireGrad(wanted = true): this {
    if (wanted === this.wantsGradient) return this
    if (wanted && this.dtype.kind !== 'float') throw new PetagradError('NOT_DIFFERENTIABLE', 'only floating-point tensors have gradients', { dtypes: [this.dtype.name] })
    this.wantsGradient = wanted
    if (wanted) {
      this.store()
      registerLeaf(this)
    } else unregisterLeaf(this)
    return this
  }

  /** The same values; gradients stop here. */
  detach(): Tensor { return this.with(uop('detach', this.dtype, [this.uop])) }

  /** Adds this scalar's gradients to the `grad` of the tensors under it that require one. */
  backward(): void { backward(this) }

  zeroGrad(): void { this.grad = undefined }

  // ---- memory

  /** The values in memory, row-major; a point at which the graph is cut. */
  contiguous(): Tensor { return this.with(uop('contiguous', this.dtype, [this.uop])) }

  /**
   * Gives the tensor memory of its own, if it has none: a place that `assign` can write to, and that a captured step finds
   * again. Its first value is computed with the next realisation, or before the first replay.
   */
  store(): this {
    if (wholeStorage(this.uop) !== undefined) return this
    const { uop: value, shape, size } = this
    const buffer = newBuffer(this.dtype, size)
    this.keep(buffer)
    const isZero = isZeroEverywhere(value)
    if (isZero) this.become(reshape(buffer, shape))
    else {
      const first = uop('assign', this.dtype, [buffer, reshape(value, [size])])
      this.become(reshape(first, shape))
      const trace = activeTrace()
      if (trace === undefined) recordAssignment(this)
      else trace.initial.push(first)
    }
    return this
  }

  /** Replaces the values in the tensor's memory, at the next realisation; shape and dtype stay. `value` broadcasts. */
  assign(value: Operand): this {
    const view = wholeStorage(this.uop) ?? (bufferUnder(this.uop) === undefined ? undefined : this.uop)
    if (view === undefined) {
      if (activeTrace() !== undefined) {
        throw new PetagradError('CAPTURE_INVALID', 'a step can only assign to tensors that have memory', { op: 'assign', hint: 'Call .store() on the state when it is made, outside of the step.' })
      }
      this.store()
      return this.assign(value)
    }
    const next = isTensor(value) ? value.uop : scalar(value, this.dtype)
    if (next.dtype !== this.dtype) {
      throw new PetagradError('DTYPE_MISMATCH', 'the values have another dtype', { op: 'assign', dtypes: [this.dtype.name, next.dtype.name], hint: 'Cast them.' })
    }
    const shape = this.shape
    const source = shapeOf(next)
    if (source.length > shape.length || source.some((d, i) => d !== 1 && d !== shape[shape.length - source.length + i])) {
      throw new PetagradError('SHAPE_MISMATCH', 'the values do not fit', { op: 'assign', shapes: [shape, source.map(Number)] })
    }
    const node = uop('assign', this.dtype, [view, reshape(broadcastTo(next, shape), shapeOf(view))])
    markPending(node)
    this.become(reshape(node, shape))
    recordAssignment(this)
    return this
  }

  /** Computes the values; afterwards the tensor holds memory. */
  async realize(): Promise<this> {
    await realizeTensors([this])
    return this
  }

  /** The bytes, little-endian and row-major. */
  async bytes(): Promise<Uint8Array> {
    if (this.size === 0) return new Uint8Array(0)
    const known = wholeBuffer(this.current)
    if (known === undefined || activeTrace() !== undefined) await this.realize()
    const buffer = wholeBuffer(this.current) ?? known
    if (buffer === undefined) throw new PetagradError('DEVICE_FAILED', 'the values were replaced while they were read', { op: 'data' })
    return ownerOf(buffer).read(buffer)
  }

  /** The values in row-major order: Float32Array also for narrower floats, Uint8Array of 0 and 1 for bool. */
  async data(): Promise<TypedArray> {
    refuseInTrace('data')
    return fromBytes(await this.bytes(), this.dtype)
  }

  /** The value of a tensor of one element. */
  async item(): Promise<number> {
    refuseInTrace('item')
    if (this.size !== 1) throw new PetagradError('INVALID_ARGUMENT', 'item() needs one element', { op: 'item', shapes: [this.shape] })
    return Number((await this.data())[0])
  }

  /** The values as arrays in arrays; bigint for 64-bit integers, boolean for bool. */
  async tolist(): Promise<NestedArray> {
    refuseInTrace('tolist')
    return nest(await this.data(), this.shape, this.dtype)
  }

  /** The values that the tensor was made from, as long as no computation has used them. */
  hostValues(): TypedArray | undefined { return hostValues(this.uop) }

  /** Overwrites the tensor's memory with values of the same shape. */
  async write(data: TensorData): Promise<void> {
    refuseInTrace('write')
    const host = toHostData(data, { dtype: this.dtype, shape: this.shape })
    // What has been asked for so far is meant with the old values.
    await realizeTensors([this.store()], { pending: true })
    const buffer = wholeBuffer(this.uop)
    if (buffer === undefined) return
    noteWrite(buffer)
    forgetHostValues(buffer)
    await ownerOf(buffer).write(buffer, host.bytes)
  }

  /** Gives the memory back. Expressions over this tensor that have not been realised can no longer be. */
  dispose(): void {
    forget(this)
    this.end()
  }

  [Symbol.dispose](): void { this.dispose() }

  override toString(): string { return `Tensor ${this.dtype.name}[${this.shape.join(', ')}]` }

  /** A tensor for another node. */
  with(node: UOp): Tensor { return new Tensor(node) }

  protected override derive(node: UOp): Tensor { return new Tensor(node) }

  private static holding(buffer: UOp<'buffer'>, shape: readonly number[]): Tensor {
    const tensor = new Tensor(reshape(buffer, shape))
    tensor.keep(buffer)
    return tensor
  }
}

/** Computes tensors together, with every assignment that is pending. */
export const realizeAll = (...tensors: readonly Tensor[]): Promise<void> => realizeTensors(tensors, { pending: true })

const graded = (tensor: Tensor, options: TensorOptions): Tensor => (options.requiresGrad ? tensor.requireGrad() : tensor)
const isTensor = (x: Operand): x is TensorCore => typeof x === 'object'
const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

function isZeroEverywhere(u: UOp): boolean {
  let x = u
  while (x.op === 'expand' || x.op === 'reshape') x = x.src[0]
  return x.op === 'const' && (Object.is(x.arg, 0) || x.arg === 0n || x.arg === false)
}

function checkShape(op: string, shape: readonly number[]): void {
  if (shape.some(d => !Number.isSafeInteger(d) || d < 0)) throw new PetagradError('INVALID_ARGUMENT', `[${shape.join(', ')}] is not a shape`, { op })
}
