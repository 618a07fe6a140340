import { bytesOf, type Case } from '../case.js'
import { f32 } from '../input-values.js'
import type { JaxArray } from '../peers/jax-interface.js'
import { oneNode } from '../peers/onnx-program.js'

interface Convolution {
  readonly batch: number
  readonly channels: number
  readonly size: number
  readonly outputs: number
  readonly kernel: number
  readonly stride: number
  readonly padding: number
  readonly groups: number
}

function convolution(name: string, { batch, channels, size, outputs, kernel, stride, padding, groups }: Convolution): Case {
  const out = Math.floor((size + 2 * padding - kernel) / stride) + 1
  const image = [batch, channels, size, size]
  const filter = [outputs, channels / groups, kernel, kernel]
  const result = [batch, outputs, out, out]
  const depthwise = groups === channels && groups > 1
  return {
    name,
    inputs: { x: f32(image, 1), w: f32(filter, 2, { constant: true }) },
    work: {
      flops: 2 * batch * outputs * out * out * (channels / groups) * kernel * kernel,
      reads: bytesOf(image, filter),
      writes: bytesOf(result),
    },
    ours: ({ x, w }) => () => x.conv2d(w, undefined, { stride, padding, groups }),
    torch: { step: `F.conv2d(x, w, stride=${stride}, padding=${padding}, groups=${groups})` },
    onnx: oneNode('Conv', ['x', 'w'], result, {
      kernel_shape: [kernel, kernel], strides: [stride, stride], pads: [padding, padding, padding, padding], group: groups,
    }),
    // Channels last, as the library wants them: brought there before anything is timed.
    tensorflow: (tf, { x, w }) => {
      const images = tf.transpose(x, [0, 2, 3, 1])
      const filters = tf.transpose(w, depthwise ? [2, 3, 0, 1] : [2, 3, 1, 0])
      return {
        step: () => (depthwise ? tf.depthwiseConv2d(images, filters, stride, padding) : tf.conv2d(images, filters, stride, padding)),
        result: y => tf.transpose(y, [0, 3, 1, 2]),
      }
    },
    jax: (jax, { x, w }) => {
      const pads = [[padding, padding], [padding, padding]] as const
      const step = jax.jit(([x, w]: readonly JaxArray[]) =>
        jax.lax.convGeneralDilated(x, w, [stride, stride], pads, { featureGroupCount: groups }))
      return () => step([x.ref, w.ref])
    },
  }
}

export const convolutions: readonly Case[] = [
  convolution('conv3x3-56', { batch: 1, channels: 64, size: 56, outputs: 64, kernel: 3, stride: 1, padding: 1, groups: 1 }),
  convolution('conv7x7s2-224', { batch: 32, channels: 3, size: 224, outputs: 64, kernel: 7, stride: 2, padding: 3, groups: 1 }),
  convolution('depthwise3x3-56', { batch: 1, channels: 256, size: 56, outputs: 256, kernel: 3, stride: 1, padding: 1, groups: 256 }),
]
