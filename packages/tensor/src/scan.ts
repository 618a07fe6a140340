import { uop, type ReduceAlu, type UOp } from '@petagrad/ir/graph'
import { cast } from './build.js'
import { axisOf } from './core.js'
import { IndexingOps } from './indexing.js'
import { numericShape } from './movement.js'
import { sumDType } from './reduce.js'
import type { Tensor } from './tensor.js'

/** Running totals along an axis; element i of a result is made of elements 0 to i. */
export abstract class ScanOps extends IndexingOps {
  /** Running sums; bool and small integers are summed as i32 or u32. */
  cumsum(axis: number): Tensor { return this.accumulated('cumsum', 'add', axis) }
  /** Running products, in the dtype that `prod` has. */
  cumprod(axis: number): Tensor { return this.accumulated('cumprod', 'mul', axis) }
  /** The largest element so far; NaN from the first NaN on. */
  cummax(axis: number): Tensor { return this.derive(scanAxis('max', this.uop, axisOf('cummax', axis, this.rank))) }

  private accumulated(op: string, alu: ReduceAlu, axis: number): Tensor {
    const x = this.uop
    const total = scanAxis(alu, cast(x, sumDType(x.dtype)), axisOf(op, axis, this.rank))
    return this.derive(x.dtype.kind === 'float' ? cast(total, x.dtype) : total)
  }
}

/** Running totals along an axis. */
export const scanAxis = (alu: ReduceAlu, x: UOp, axis: number): UOp =>
  numericShape(x)[axis] <= 1 ? x : uop('scan_axis', x.dtype, [x], { alu, axis, buckets: 0 })
