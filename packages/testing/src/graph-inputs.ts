import { encodeValues, uop, type ConstValue, type DType, type UOp } from '@petagrad/ir'

/** The buffers of one test graph: numbered from 0, so that its text is the same in every run. */
export class GraphInputs {
  readonly bytes = new Map<UOp, Uint8Array>()

  /** A buffer that holds the values, as a tensor of this shape. */
  tensor(dtype: DType, shape: readonly number[], values: readonly ConstValue[]): UOp {
    const buffer = this.buffer(dtype, values)
    return shape.length === 1 && shape[0] === values.length ? buffer : uop('reshape', dtype, [buffer], shape)
  }

  buffer(dtype: DType, values: readonly ConstValue[]): UOp<'buffer'> {
    const buffer = uop('buffer', dtype, [], { id: this.bytes.size, size: values.length, device: 'test' })
    this.bytes.set(buffer, encodeValues(dtype, values))
    return buffer
  }
}

export const countOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)
