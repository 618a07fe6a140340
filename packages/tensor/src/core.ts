import { PetagradError, shapeNames, shapeOf, type ConstValue, type DType, type UOp } from '@petagrad/ir/graph'
import { broadcastShapes, broadcastTo, cast, scalar } from './build.js'
import { promote, promoteScalar } from './promotion.js'
import { hold, letGo } from './storage.js'
import type { Tensor } from './tensor.js'
import { isStale, now, refuseStale } from './writes.js'

/** What a binary operation takes: a tensor, or a JavaScript scalar, which adapts to the tensor's dtype. */
export type Operand = TensorCore | ConstValue

/** What all tensors have: a node of the graph, with a shape and a dtype. Operations add nodes; nothing is computed. */
export abstract class TensorCore {
  private node: UOp
  private disposed = false
  private held: UOp<'buffer'> | undefined

  /** Up to when what the node reads is known not to have changed, counted in writes. */
  private builtAt = now()

  constructor(node: UOp) {
    this.node = node
  }

  /**
   * The node of the graph that this tensor stands for. Throws INVALID_ARGUMENT if memory that it reads has been overwritten
   * since it was built.
   */
  get uop(): UOp {
    this.refuseDisposed()
    if (this.builtAt < now()) {
      refuseStale(this.node, this.builtAt)
      this.builtAt = now() // nothing has changed up to here
    }
    return this.node
  }

  /** The node, whatever has become of what it reads. @internal */
  get current(): UOp {
    this.refuseDisposed()
    return this.node
  }

  /** Whether `uop` would refuse. @internal */
  get isStale(): boolean {
    return isStale(this.node, this.builtAt)
  }

  get shape(): readonly number[] {
    this.refuseDisposed()
    return shapeOf(this.node).map(d => {
      if (typeof d === 'number') return d
      throw new PetagradError('UNSUPPORTED', 'a tensor has a symbolic shape', { shapes: [shapeNames(shapeOf(this.node))] })
    })
  }

  get dtype(): DType {
    return this.node.dtype
  }

  /** Number of dimensions. */
  get rank(): number {
    return this.shape.length
  }

  /** Number of elements. */
  get size(): number {
    return this.shape.reduce((a, b) => a * b, 1)
  }

  /** Lets the tensor stand for another node: its storage once there is some, or its next value. @internal */
  become(node: UOp): void {
    this.node = node
    this.builtAt = now()
  }

  /** Holds on to a buffer as this tensor's memory. @internal */
  keep(buffer: UOp<'buffer'>): void {
    if (this.held === buffer) return
    hold(buffer)
    this.held = buffer
  }

  /** Ends the tensor's use and lets go of its memory. @internal */
  end(): void {
    if (this.held !== undefined) letGo(this.held)
    this.held = undefined
    this.disposed = true
  }

  private refuseDisposed(): void {
    if (this.disposed) throw new PetagradError('USE_AFTER_FREE', 'the tensor was disposed of')
  }

  /** A tensor of the final class. */
  protected abstract derive(node: UOp): Tensor
}

/** An axis counted from the end where negative. Throws INVALID_ARGUMENT outside of [-rank, rank). */
export function axisOf(op: string, axis: number, rank: number): number {
  const a = axis < 0 ? axis + rank : axis
  if (!Number.isInteger(axis) || a < 0 || a >= rank) {
    throw new PetagradError('INVALID_ARGUMENT', `axis ${axis} is outside of a tensor of rank ${rank}`, { op })
  }
  return a
}

/** The nodes of two operands, in one dtype and one shape. */
export function operands(op: string, a: TensorCore, b: Operand): readonly [UOp, UOp] {
  const [x, y] = b instanceof TensorCore ? [a.uop, b.uop] : scalarOperand(op, a.uop, b)
  const dtype = promote(x.dtype, y.dtype, op)
  const shape = broadcastShapes(op, [shapeOf(x), shapeOf(y)])
  return [broadcastTo(cast(x, dtype), shape), broadcastTo(cast(y, dtype), shape)]
}

function scalarOperand(op: string, x: UOp, value: ConstValue): readonly [UOp, UOp] {
  if (typeof value !== 'number' && typeof value !== 'bigint' && typeof value !== 'boolean') {
    throw new PetagradError('INVALID_ARGUMENT', `expected a tensor or a number, got ${value === null ? 'null' : typeof value}`, { op })
  }
  const dtype = promoteScalar(x.dtype, value)
  return [cast(x, dtype), scalar(value, dtype)]
}
