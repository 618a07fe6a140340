import { bytesOf, type Case } from '../case.js'
import { f32 } from '../input-values.js'
import type { JaxArray } from '../peers/jax-interface.js'

const n = 4096

function sum(axis: 0 | 1): Case {
  return {
    name: `sum-axis${axis}-4096`,
    inputs: { x: f32([n, n], 1) },
    work: { flops: n * n, reads: bytesOf([n, n]), writes: bytesOf([n]) },
    ours: ({ x }) => () => x.sum(axis),
    torch: { step: `x.sum(${axis})` },
    numpy: { step: `x.sum(${axis})` },
    onnx: {
      nodes: [{ op: 'ReduceSum', inputs: ['x', 'axes'], outputs: ['y'], attributes: { keepdims: 0 } }],
      constants: { axes: { dtype: 'i64', shape: [1], values: [axis] } },
      result: { name: 'y', dtype: 'f32', shape: [n] },
    },
    tensorflow: (tf, { x }) => () => tf.sum(x, axis),
    jax: (jax, { x }) => {
      const step = jax.jit((x: JaxArray) => x.sum(axis))
      return () => step(x.ref)
    },
  }
}

export const reductions: readonly Case[] = [sum(0), sum(1)]
