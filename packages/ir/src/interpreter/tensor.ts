import type { DType } from '../dtype.js'
import { PetagradError } from '../errors.js'
import { isAlu, isMovement, type ConstValue, type MovementOp } from '../op.js'
import { shapeOf } from '../shape.js'
import { is, toposort, type UOp } from '../uop.js'
import { evaluateDim } from './kernel.js'
import { decodeValues, Memory } from './memory.js'
import { countOf, movementSources, ravel, unravel } from './movement.js'
import { isOrdered, orderedElements } from './ordered.js'
import { Reduction } from './reduction.js'
import { constantOf, evalAlu, zeroOf } from './scalar.js'

/** What a tensor-level uop evaluates to: `values` in row-major order. */
export interface TensorValue {
  readonly shape: readonly number[]
  readonly dtype: DType
  readonly values: readonly ConstValue[]
}

export interface TensorBindings {
  /** Little-endian contents of every buffer under the roots. Assignments change these bytes. */
  readonly buffers: ReadonlyMap<UOp, Uint8Array>
  /** Values of symbolic variables, by name. */
  readonly variables?: ReadonlyMap<string, number>
}

/** The value of one tensor-level graph; see `interpretAll`. */
export const interpret = (root: UOp, bindings: TensorBindings): TensorValue => interpretAll([root], bindings)[0]

/**
 * The values of tensor-level graphs, computed element by element: the definition of what every target must give. A
 * `sink` among the roots stands for its sources. Everything reads buffers as they are before; assignments take place
 * together at the end.
 *
 * Errors: IR_INVALID for a buffer or variable that is not bound and for ops of other levels.
 */
export function interpretAll(roots: readonly UOp[], bindings: TensorBindings): readonly TensorValue[] {
  const asked = roots.flatMap(root => (root.op === 'sink' ? root.src : [root]))
  const interpreter = new TensorInterpreter(bindings)
  const order = toposort(asked)
  for (const u of order) interpreter.evaluate(u)
  for (const u of order) if (u.op === 'assign') interpreter.commit(u)
  return asked.map(root => interpreter.value(root))
}

class TensorInterpreter {
  private readonly known = new Map<UOp, TensorValue>()
  private readonly variables: ReadonlyMap<string, number>
  private readonly resolve = (dim: number | UOp): number => evaluateDim(dim, this.variables)

  constructor(private readonly bindings: TensorBindings) {
    this.variables = bindings.variables ?? new Map()
  }

  value(u: UOp): TensorValue {
    const value = this.known.get(u)
    if (value === undefined) throw new PetagradError('IR_INVALID', 'the node has not been evaluated', { op: u.op })
    return value
  }

  evaluate(u: UOp): void {
    // Index arithmetic over variables is a scalar like any other.
    const shape = shapeOf(u).map(this.resolve)
    this.known.set(u, { shape, dtype: u.dtype, values: this.elements(u, shape) })
  }

  private elements(u: UOp, shape: readonly number[]): readonly ConstValue[] {
    if (is(u, 'const')) return [constantOf(u.arg, u.dtype)]
    if (is(u, 'variable')) return [this.resolve(u)]
    if (is(u, 'iota')) return Array.from({ length: shape[0] }, (_, i) => constantOf(i, u.dtype))
    if (is(u, 'buffer')) return this.bufferContents(u)
    if (is(u, 'reduce_axis')) return this.reduce(u, shape)
    if (isOrdered(u)) return orderedElements(u, shape, s => this.value(s))
    if (isMovement(u.op)) return this.move(u as UOp<MovementOp>) // isMovement has just narrowed its op
    if (u.op === 'gather') return this.gather(u, shape)
    if (u.op === 'contiguous' || u.op === 'copy' || u.op === 'detach') return this.value(u.src[0]).values
    if (u.op === 'assign') return this.value(u.src[1]).values
    const { op } = u
    if (!isAlu(op)) throw new PetagradError('IR_INVALID', 'is not an operation on tensors', { op })
    const operands = u.src.map(s => this.value(s).values)
    const types = u.src.map(s => s.dtype)
    return Array.from({ length: countOf(shape) }, (_, i) => evalAlu(op, u.dtype, operands.map(values => values[i]), types))
  }

  private bytesOf(u: UOp): Uint8Array {
    const bytes = this.bindings.buffers.get(u)
    if (bytes === undefined) throw new PetagradError('IR_INVALID', 'the buffer is not bound to any bytes', { op: 'buffer' })
    return bytes
  }

  private bufferContents(u: UOp<'buffer'>): readonly ConstValue[] {
    const values = decodeValues(u.dtype, this.bytesOf(u))
    if (values.length === u.arg.size) return values
    throw new PetagradError('IR_INVALID', `a buffer of ${u.arg.size} elements is bound to ${values.length}`, { op: 'buffer' })
  }

  private move(u: UOp<MovementOp>): readonly ConstValue[] {
    const x = this.value(u.src[0])
    const zero = zeroOf(u.dtype)
    return this.sources(u).map(position => (position < 0 ? zero : x.values[position]))
  }

  private sources(u: UOp<MovementOp>): number[] {
    return movementSources(u, this.value(u.src[0]).shape, shapeOf(u).map(this.resolve), this.resolve)
  }

  private reduce(u: UOp<'reduce_axis'>, shape: readonly number[]): readonly ConstValue[] {
    const x = this.value(u.src[0])
    const totals = Array.from({ length: countOf(shape) }, () => new Reduction(u.arg.alu, u.dtype))
    x.values.forEach((value, position) => {
      const index = unravel(position, x.shape).map((i, axis) => (u.arg.axes.includes(axis) ? 0 : i))
      totals[ravel(index, shape)].add(value)
    })
    return totals.map(total => total.result)
  }

  private gather(u: UOp, shape: readonly number[]): readonly ConstValue[] {
    const [x, indices] = [this.value(u.src[0]), this.value(u.src[1])]
    const row = countOf(x.shape.slice(1))
    const zero = zeroOf(u.dtype)
    return Array.from({ length: countOf(shape) }, (_, position) => {
      const chosen = Number(indices.values[Math.floor(position / row)])
      return chosen >= 0 && chosen < x.shape[0] ? x.values[chosen * row + (position % row)] : zero
    })
  }

  /** Writes an assignment's value to the bytes of the buffer that its target is a view of. */
  commit(u: UOp): void {
    const chain: UOp<MovementOp>[] = []
    let base = u.src[0]
    while (base.op !== 'buffer') {
      if (isMovement(base.op)) chain.push(base as UOp<MovementOp>) // isMovement has just narrowed its op
      else if (base.op !== 'assign') throw new PetagradError('IR_INVALID', `writes into a view of a buffer, not into ${base.op}`, { op: 'assign' })
      base = base.src[0]
    }
    let positions = this.value(base).values.map((_, i) => i)
    for (const view of chain.reverse()) positions = this.sources(view).map(p => (p < 0 ? -1 : positions[p]))
    const memory = new Memory('the assigned buffer', base.dtype, this.bytesOf(base))
    this.value(u).values.forEach((value, i) => {
      if (positions[i] >= 0) memory.write(positions[i], value)
    })
  }
}
