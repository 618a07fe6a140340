import { dtypes, PetagradError, shapeOf, uop, type UOp } from '@petagrad/ir/graph'
import { broadcastTo, cast, equal, permute, reshape } from './build.js'
import { axisOf, type TensorCore } from './core.js'
import type { TypedArray } from './host-data.js'
import { ReduceOps } from './reduce.js'
import { positions } from './movement.js'
import { hostValues, wholeBuffer } from './storage.js'
import { activeTrace } from './trace.js'
import type { Tensor } from './tensor.js'

/** Looking up rows and elements by integer tensors. */
export abstract class IndexingOps extends ReduceOps {
  /**
   * out[…before, …indices, …after] = this[…before, indices[…], …after] along `axis`. Indices that come from JavaScript
   * data are checked: INDEX_OUT_OF_RANGE names the value and its position. Those that only the device knows are not, and
   * give zero where they lie outside.
   */
  take(indices: TensorCore, axis = 0): Tensor {
    const a = axisOf('take', axis, this.rank)
    checkIndices('take', indices, this.shape[a])
    const front = permute(this.uop, [a, ...this.shape.map((_, i) => i).filter(i => i !== a)])
    const rows = uop('gather', this.dtype, [front, indices.uop])
    // Indices came to the front: put what was before the axis before them again.
    const count = indices.rank
    const order = [...Array<number>(a).keys()].map(i => count + i)
    return this.derive(permute(rows, [...order, ...Array<number>(count).keys(), ...this.shape.slice(a + 1).map((_, i) => count + a + i)]))
  }

  /** out[i…] = this[…, indices[i…], …] along `axis`, the other coordinates as in `indices`, as PyTorch's gather. */
  gather(axis: number, indices: TensorCore): Tensor {
    const a = axisOf('gather', axis, this.rank)
    const wanted = indices.shape
    const fits = wanted.length === this.rank && wanted.every((d, i) => i === a || d <= this.shape[i])
    if (!fits) throw new PetagradError('SHAPE_MISMATCH', 'indices do not fit the tensor', { op: 'gather', shapes: [this.shape, wanted] })
    checkIndices('gather', indices, this.shape[a])
    // One lookup in the flattened tensor; an index outside of the axis must not reach a neighbour's row.
    const strides = this.shape.map((_, i) => this.shape.slice(i + 1).reduce((x, y) => x * y, 1))
    const index = this.derive(indices.uop).cast(dtypes.i32)
    let offset = index.mul(strides[a])
    wanted.forEach((_, i) => {
      if (i !== a && strides[i] !== 0) offset = offset.add(this.derive(positions(i, wanted)).mul(strides[i]))
    })
    const isInside = index.ge(0).logicalAnd(index.lt(this.shape[a]))
    return this.derive(uop('gather', this.dtype, [reshape(this.uop, [this.size]), offset.where(isInside, -1).uop]))
  }

  /** [..., classes]: true at the position that each integer names. */
  oneHot(classes: number): Tensor {
    checkIndices('oneHot', this, classes)
    return this.derive(isClass(this.uop, classes))
  }
}

/** Of shape [..., classes]: where the last coordinate is the label. */
export function isClass(labels: UOp, classes: number): UOp {
  const shape = [...shapeOf(labels).map(Number), classes]
  return equal(broadcastTo(reshape(cast(labels, dtypes.i32), [...shape.slice(0, -1), 1]), shape), positions(shape.length - 1, shape))
}

/**
 * Refuses indices that are not integers, and those outside of [0, count) as far as their values are known on the host.
 * In a captured step the check is made for each call's argument.
 */
export function checkIndices(op: string, indices: TensorCore, count: number): void {
  const check = (values: TypedArray): void => {
    values.forEach((v, i) => {
      if (typeof v === 'number' && !Number.isInteger(v)) throw new PetagradError('INVALID_DATA', `index ${v} at position ${i} is not an integer`, { op })
      if (v < 0 || v >= count) {
        throw new PetagradError('INDEX_OUT_OF_RANGE', `index ${v} at position ${i} is outside of [0, ${count})`, { op, shapes: [indices.shape] })
      }
    })
  }
  const known = hostValues(indices.uop)
  if (known !== undefined) check(known)
  if (indices.dtype.kind !== 'int' && indices.dtype.kind !== 'uint') {
    throw new PetagradError('DTYPE_MISMATCH', 'indices must be integers', { op, dtypes: [indices.dtype.name], hint: 'Cast them: indices.cast(dtypes.i32).' })
  }
  const trace = activeTrace()
  const buffer = wholeBuffer(indices.uop)
  if (trace === undefined || buffer === undefined || !trace.placeholders.has(buffer)) return
  trace.checks.set(buffer, [...(trace.checks.get(buffer) ?? []), check])
}
