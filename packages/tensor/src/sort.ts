import { dtypes, PetagradError, uop, type UOp } from '@petagrad/ir/graph'
import { axisOf } from './core.js'
import { numericShape } from './movement.js'
import { ScanOps } from './scan.js'
import type { Tensor } from './tensor.js'

export interface SortOptions {
  /** Largest first; smallest first when left out. */
  readonly descending?: boolean
}

/** Elements of each line along an axis, and their positions in it (i32). */
export interface Sorted {
  readonly values: Tensor
  readonly indices: Tensor
}

/**
 * Lines along an axis in order. Equal elements, -0 and 0 among them, stay in their order; NaN counts as larger than all
 * others, so it comes last, or first when descending.
 */
export abstract class SortOps extends ScanOps {
  sort(axis = -1, options: SortOptions = {}): Sorted { return this.ordered('sort', axis, options.descending ?? false) }

  /** The positions from which `sort` takes its elements, i32. */
  argsort(axis = -1, options: SortOptions = {}): Tensor { return this.sort(axis, options).indices }

  /** The k largest elements, largest first, or with `descending: false` the k smallest, smallest first. */
  topk(k: number, axis = -1, options: SortOptions = {}): Sorted {
    const extent = this.shape[axisOf('topk', axis, this.rank)]
    if (!Number.isInteger(k) || k < 0 || k > extent) {
      throw new PetagradError('INVALID_ARGUMENT', `there are no ${k} largest of ${extent} elements`, { op: 'topk', shapes: [this.shape] })
    }
    return this.ordered('topk', axis, options.descending ?? true, k)
  }

  private ordered(op: string, axis: number, descending: boolean, k?: number): Sorted {
    const x = this.uop
    const a = axisOf(op, axis, this.rank)
    const arg = { axis: a, descending, count: k ?? numericShape(x)[a] }
    return { values: this.derive(uop('sort', x.dtype, [x], arg)), indices: this.derive(argsortOf(x, arg)) }
  }
}

export const argsortOf = (x: UOp, arg: UOp<'sort'>['arg']): UOp<'argsort'> => uop('argsort', dtypes.i32, [x], arg)
