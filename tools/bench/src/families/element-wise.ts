import type { Case } from '../case.js'
import { f32 } from '../input-values.js'
import type { JaxArray } from '../peers/jax-interface.js'

const size = 16 * 1024 * 1024

/** A chain of element-wise operations into one sum: memory is read once where they are fused. */
export const elementWise: readonly Case[] = [
  {
    name: 'relu-sum-16m',
    inputs: { x: f32([size], 1) },
    work: { flops: 4 * size, reads: 4 * size, writes: 4 },
    ours: ({ x }) => () => x.mul(2).add(1).relu().sum(),
    torch: { step: '(2 * x + 1).relu().sum()' },
    numpy: { step: 'np.maximum(2 * x + 1, 0).sum()' },
    onnx: {
      nodes: [
        { op: 'Mul', inputs: ['x', 'two'], outputs: ['doubled'] },
        { op: 'Add', inputs: ['doubled', 'one'], outputs: ['shifted'] },
        { op: 'Relu', inputs: ['shifted'], outputs: ['positive'] },
        { op: 'ReduceSum', inputs: ['positive'], outputs: ['y'], attributes: { keepdims: 0 } },
      ],
      constants: { two: { dtype: 'f32', shape: [], values: [2] }, one: { dtype: 'f32', shape: [], values: [1] } },
      result: { name: 'y', dtype: 'f32', shape: [] },
    },
    tensorflow: (tf, { x }) => () => tf.sum(tf.relu(tf.add(tf.mul(x, 2), 1))),
    jax: (jax, { x }) => {
      const step = jax.jit((x: JaxArray) => jax.nn.relu(x.mul(2).add(1)).sum())
      return () => step(x.ref)
    },
  },
]
