import { bytesOf, type Case } from '../case.js'
import { f32 } from '../input-values.js'
import type { JaxArray } from '../peers/jax-interface.js'
import { oneNode } from '../peers/onnx-program.js'

const rows = 4096
const columns = 1024
const shape = [rows, columns]

/** Rows normalised over their length: a reduction whose result is needed for every element of the row again. */
export const normalisations: readonly Case[] = [
  {
    name: 'softmax-4096x1024',
    inputs: { x: f32(shape, 1, { scale: 4 }) },
    // A maximum, a difference, an exponential counted as one, a sum and a product.
    work: { flops: 5 * rows * columns, reads: bytesOf(shape), writes: bytesOf(shape) },
    ours: ({ x }) => () => x.softmax(1),
    torch: { step: 'torch.softmax(x, 1)' },
    numpy: { step: '(lambda e: np.divide(e, e.sum(1, keepdims=True), out=e))(np.exp(x - x.max(1, keepdims=True)))' },
    onnx: oneNode('Softmax', ['x'], shape, { axis: 1 }),
    tensorflow: (tf, { x }) => () => tf.softmax(x, 1),
    jax: (jax, { x }) => {
      const step = jax.jit((x: JaxArray) => jax.nn.softmax(x, 1))
      return () => step(x.ref)
    },
  },
  {
    name: 'layernorm-4096x1024',
    inputs: { x: f32(shape, 1, { scale: 4 }), weight: f32([columns], 2, { constant: true }), bias: f32([columns], 3, { constant: true }) },
    work: { flops: 8 * rows * columns, reads: bytesOf(shape, [columns], [columns]), writes: bytesOf(shape) },
    ours: ({ x, weight, bias }) => () => x.layerNorm(weight, bias),
    torch: { step: 'F.layer_norm(x, (1024,), weight, bias)' },
    numpy: {
      setup: [
        'def layer_norm():',
        '    c = x - x.mean(1, keepdims=True)',
        '    c *= 1 / np.sqrt((c * c).mean(1, keepdims=True) + np.float32(1e-5))',
        '    c *= weight',
        '    c += bias',
        '    return c',
      ].join('\n'),
      step: 'layer_norm()',
    },
    onnx: oneNode('LayerNormalization', ['x', 'weight', 'bias'], shape, { axis: 1 }),
    tensorflow: (tf, { x, weight, bias }) => () => {
      const centred = tf.sub(x, tf.mean(x, 1, true))
      const scale = tf.rsqrt(tf.add(tf.mean(tf.square(centred), 1, true), 1e-5))
      return tf.add(tf.mul(tf.mul(centred, scale), weight), bias)
    },
    jax: (jax, { x, weight, bias }) => {
      const step = jax.jit(([x, weight, bias]: readonly JaxArray[]) => {
        const centred = x.ref.sub(x.mean(1, { keepdims: true }))
        const variance = jax.numpy.square(centred.ref).mean(1, { keepdims: true })
        return centred.div(jax.numpy.sqrt(variance.add(1e-5))).mul(weight).add(bias)
      })
      return () => step([x.ref, weight.ref, bias.ref])
    },
  },
]
