import { bytesOf, type Case } from '../case.js'
import { f32 } from '../input-values.js'
import type { JaxArray } from '../peers/jax-interface.js'
import { oneNode } from '../peers/onnx-program.js'

const n = 4096

/** Every library that makes views is asked for the transposed values in memory. */
export const movement: readonly Case[] = [
  {
    name: 'transpose-4096',
    inputs: { x: f32([n, n], 1) },
    work: { flops: 0, reads: bytesOf([n, n]), writes: bytesOf([n, n]) },
    ours: ({ x }) => () => x.transpose().contiguous(),
    torch: { step: 'x.t().contiguous()' },
    numpy: { step: 'np.ascontiguousarray(x.T)' },
    onnx: oneNode('Transpose', ['x'], [n, n], { perm: [1, 0] }),
    tensorflow: (tf, { x }) => () => tf.transpose(x),
    jax: (jax, { x }) => {
      const step = jax.jit((x: JaxArray) => x.transpose())
      return () => step(x.ref)
    },
  },
]
