import { dtypes } from 'petagrad'
import type { Case } from '../case.js'
import { integers } from '../input-values.js'

const n = 1024

/**
 * Bytes times signed bytes, summed in 32 bits: what a quantised layer computes. The left side is unsigned, because that is
 * what the processors' dot product instructions take and what onnxruntime is fastest with.
 */
export const integerProduct: readonly Case[] = [
  {
    name: 'gemm-1024-i8',
    inputs: { a: integers('u8', [n, n], 1, 0, 256), b: integers('i8', [n, n], 2, -128, 256) },
    work: { flops: 2 * n ** 3, reads: 2 * n * n, writes: 4 * n * n },
    arithmetic: 'i8',
    ours: ({ a, b }) => () => a.cast(dtypes.i32).matmul(b.cast(dtypes.i32)),
    onnx: {
      nodes: [{ op: 'MatMulInteger', inputs: ['a', 'b'], outputs: ['y'] }],
      result: { name: 'y', dtype: 'i32', shape: [n, n] },
    },
  },
]
