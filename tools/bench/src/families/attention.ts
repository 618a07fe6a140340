import { bytesOf, type Case } from '../case.js'
import { f32 } from '../input-values.js'
import type { JaxArray } from '../peers/jax-interface.js'

const [batch, heads, positions, depth] = [1, 8, 512, 64]
const shape = [batch, heads, positions, depth]
const scale = 1 / Math.sqrt(depth)

/** softmax(q kᵀ / √depth) v, written out: nothing says that it is attention. */
export const attention: readonly Case[] = [
  {
    name: 'attention-8x512x64',
    inputs: { q: f32(shape, 1), k: f32(shape, 2), v: f32(shape, 3) },
    work: { flops: batch * heads * positions * positions * (4 * depth + 5), reads: bytesOf(shape, shape, shape), writes: bytesOf(shape) },
    ours: ({ q, k, v }) => () => q.matmul(k.transpose()).mul(scale).softmax().matmul(v),
    torch: { step: `torch.softmax(q @ k.transpose(-1, -2) * ${scale}, -1) @ v` },
    numpy: {
      setup: [
        'def attention():',
        `    s = q @ k.transpose(0, 1, 3, 2)`,
        `    s *= np.float32(${scale})`,
        '    s -= s.max(-1, keepdims=True)',
        '    np.exp(s, out=s)',
        '    s /= s.sum(-1, keepdims=True)',
        '    return s @ v',
      ].join('\n'),
      step: 'attention()',
    },
    onnx: {
      nodes: [{ op: 'Attention', inputs: ['q', 'k', 'v'], outputs: ['y'] }],
      operatorSet: 23,
      result: { name: 'y', dtype: 'f32', shape },
    },
    tensorflow: (tf, { q, k, v }) => () => tf.matMul(tf.softmax(tf.mul(tf.matMul(q, k, false, true), scale)), v),
    jax: (jax, { q, k, v }) => {
      const step = jax.jit(([q, k, v]: readonly JaxArray[]) =>
        jax.numpy.matmul(jax.nn.softmax(jax.numpy.matmul(q, jax.numpy.matrixTranspose(k)).mul(scale), -1), v))
      return () => step([q.ref, k.ref, v.ref])
    },
  },
]
