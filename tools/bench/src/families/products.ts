import { bytesOf, type Case } from '../case.js'
import { f32 } from '../input-values.js'
import type { JaxArray } from '../peers/jax-interface.js'
import { oneNode } from '../peers/onnx-program.js'

/** Which operand is stored transposed. */
type Layout = 'NN' | 'NT' | 'TN'

function product(name: string, [m, k, n]: readonly [number, number, number], layout: Layout = 'NN'): Case {
  const a = layout === 'TN' ? [k, m] : [m, k]
  const b = layout === 'NT' ? [n, k] : [k, n]
  const python = `${layout === 'TN' ? 'a.T' : 'a'} @ ${layout === 'NT' ? 'b.T' : 'b'}`
  return {
    name,
    inputs: { a: f32(a, 1), b: f32(b, 2, { constant: true }) },
    work: { flops: 2 * m * k * n, reads: bytesOf(a, b), writes: bytesOf([m, n]) },
    ours: ({ a, b }) => () => (layout === 'TN' ? a.transpose() : a).matmul(layout === 'NT' ? b.transpose() : b),
    torch: { step: python },
    numpy: { setup: `out = np.empty((${m}, ${n}), np.float32)`, step: `np.matmul(${python.replace(' @ ', ', ')}, out=out)` },
    onnx: layout === 'NN'
      ? oneNode('MatMul', ['a', 'b'], [m, n])
      : oneNode('Gemm', ['a', 'b'], [m, n], { transA: layout === 'TN' ? 1 : 0, transB: layout === 'NT' ? 1 : 0 }),
    tensorflow: (tf, { a, b }) => () => tf.matMul(a, b, layout === 'TN', layout === 'NT'),
    jax: (jax, { a, b }) => {
      const step = jax.jit(([a, b]: readonly [JaxArray, JaxArray]) => jax.numpy.matmul(
        layout === 'TN' ? jax.numpy.matrixTranspose(a) : a,
        layout === 'NT' ? jax.numpy.matrixTranspose(b) : b,
      ))
      return () => step([a.ref, b.ref])
    },
  }
}

/** Products of two matrices, and of a vector and a matrix. The right side is a layer's weights. */
export const products: readonly Case[] = [
  product('gemm-512', [512, 512, 512]),
  product('gemm-1024', [1024, 1024, 1024]),
  product('gemm-2048', [2048, 2048, 2048]),
  product('gemm-128x768x3072', [128, 768, 3072]),
  product('gemm-32x4096x4096', [32, 4096, 4096]),
  product('gemm-1000', [1000, 1000, 1000]),
  product('gemm-1024-nt', [1024, 1024, 1024], 'NT'),
  product('gemm-1024-tn', [1024, 1024, 1024], 'TN'),
  product('gemv-4096', [1, 4096, 4096]),
]
