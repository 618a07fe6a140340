import type { Tensor } from 'petagrad'
import { bytesOf, type Case } from '../case.js'
import { f32 } from '../input-values.js'
import type { JaxArray } from '../peers/jax-interface.js'

interface Ordered {
  readonly values: Tensor
  readonly indices: Tensor
}

/** Methods that a build of ours may lack; `needs` of a case says which ones it calls. */
type Ordering = Tensor & {
  cumsum(axis: number): Tensor
  sort(axis: number): Ordered
  topk(k: number): Ordered
}

const ordering = (x: Tensor): Ordering => x as Ordering // checked by `needs`

const million = 1_000_000

/** Scans, and what needs an order of the elements. Whoever gives indices with the values has to compute both. */
export const order: readonly Case[] = [
  {
    name: 'cumsum-1024',
    inputs: { x: f32([1024, 1024], 1) },
    work: { flops: 1024 * 1024, reads: bytesOf([1024, 1024]), writes: bytesOf([1024, 1024]) },
    needs: ['cumsum'],
    ours: ({ x }) => () => ordering(x).cumsum(1),
    torch: { step: 'x.cumsum(1)' },
    numpy: { step: 'x.cumsum(1)' },
    onnx: {
      nodes: [{ op: 'CumSum', inputs: ['x', 'axis'], outputs: ['y'] }],
      constants: { axis: { dtype: 'i64', shape: [], values: [1] } },
      result: { name: 'y', dtype: 'f32', shape: [1024, 1024] },
    },
    tensorflow: (tf, { x }) => () => tf.cumsum(x, 1),
    jax: (jax, { x }) => {
      const step = jax.jit((x: JaxArray) => jax.numpy.cumsum(x, 1))
      return () => step(x.ref)
    },
  },
  {
    name: 'sort-1m',
    inputs: { x: f32([million], 1) },
    work: { flops: 0, reads: bytesOf([million]), writes: 2 * bytesOf([million]) },
    needs: ['sort'],
    ours: ({ x }) => () => Object.values(ordering(x).sort(0)),
    torch: { step: 'torch.sort(x)[0]' },
    numpy: { step: 'np.sort(x)' },
    jax: (jax, { x }) => {
      const step = jax.jit((x: JaxArray) => jax.numpy.sort(x))
      return () => step(x.ref)
    },
  },
  {
    name: 'topk-1024x1000',
    inputs: { x: f32([1024, 1000], 1) },
    work: { flops: 0, reads: bytesOf([1024, 1000]), writes: 2 * bytesOf([1024, 10]) },
    needs: ['topk'],
    ours: ({ x }) => () => Object.values(ordering(x).topk(10)),
    torch: { step: 'torch.topk(x, 10)[0]' },
    numpy: { step: 'np.sort(np.partition(x, -10, 1)[:, -10:], 1)[:, ::-1]' },
    onnx: {
      nodes: [{ op: 'TopK', inputs: ['x', 'k'], outputs: ['y', 'indices'], attributes: { axis: 1 } }],
      constants: { k: { dtype: 'i64', shape: [1], values: [10] } },
      result: { name: 'y', dtype: 'f32', shape: [1024, 10] },
    },
    tensorflow: (tf, { x }) => () => tf.topk(x, 10).values,
    jax: (jax, { x }) => {
      const step = jax.jit((x: JaxArray) => {
        const [values, indices] = jax.lax.topK(x, 10)
        indices.dispose()
        return values
      })
      return () => step(x.ref)
    },
  },
]
