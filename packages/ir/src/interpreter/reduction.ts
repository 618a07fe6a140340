import type { DType } from '../dtype.js'
import { isFloat } from '../dtype.js'
import type { ConstValue, ReduceAlu } from '../op.js'
import { roundTo } from './formats.js'
import { evalAlu, reduceIdentity } from './scalar.js'

/**
 * Combines values one by one. Integers wrap at every step, as any order of adding does. Float sums and products are
 * carried in double and rounded once: the answer that every target's order of adding should be near.
 */
export class Reduction {
  private total: ConstValue

  constructor(
    private readonly alu: ReduceAlu,
    private readonly dtype: DType,
  ) {
    this.total = reduceIdentity(alu, dtype)
  }

  add(value: ConstValue): void {
    if (isFloat(this.dtype) && this.alu !== 'max') {
      this.total = this.alu === 'add' ? Number(this.total) + Number(value) : Number(this.total) * Number(value)
    } else {
      this.total = evalAlu(this.alu, this.dtype, [this.total, value], [this.dtype, this.dtype])
    }
  }

  get result(): ConstValue {
    return isFloat(this.dtype) ? roundTo(this.dtype, Number(this.total)) : this.total
  }
}
