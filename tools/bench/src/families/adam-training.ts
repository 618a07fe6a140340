import type { Tensor } from 'petagrad'
import { bytesOf, type PythonProgram, type Tensors, type Work } from '../case.js'
import { f32, type Input } from '../input-values.js'

export type Parameters = Readonly<Record<string, Input>>

/** Initial weights and biases of layers, spread as wide as a network would draw them. */
export function parametersOf(weights: Readonly<Record<string, readonly number[]>>): Parameters {
  return Object.fromEntries(Object.entries(weights).flatMap(([name, shape], i) => {
    const scale = 1 / Math.sqrt(shape.slice(1).reduce((a, b) => a * b, 1))
    return [[`${name}.weight`, f32(shape, 10 + 2 * i, { scale })], [`${name}.bias`, f32([shape[0]], 11 + 2 * i, { scale })]] as const
  }))
}

/**
 * Forward, the gradients of weights and of inputs, and Adam, which reads and writes the weights and two averages. The
 * first layer's input needs no gradient.
 */
export function trainingWork(layerFlops: readonly number[], parameters: Parameters, batch: readonly number[]): Work {
  const bytes = bytesOf(...Object.values(parameters).map(p => p.shape))
  const forward = layerFlops.reduce((a, b) => a + b, 0)
  const adamFlops = 12
  return { flops: 3 * forward - layerFlops[0] + (adamFlops * bytes) / 4, reads: 3 * bytes + bytesOf(batch), writes: 3 * bytes }
}

/** Those inputs that are parameters. */
export const parametersIn = (inputs: Tensors, parameters: Parameters): Map<string, Tensor> =>
  new Map(Object.keys(parameters).map(name => [name, inputs[name]]))

/** Expressions over the parameters `p` by name, the batch `x` and its `labels`. */
interface TorchTraining {
  readonly setup?: string
  readonly scores: string
  readonly loss: string
  /** Arguments of the optimiser. */
  readonly adam: string
}

export function torchTraining(parts: TorchTraining): PythonProgram {
  return {
    gradients: true,
    setup: [
      parts.setup ?? '',
      'p = {name: tensor.clone().requires_grad_() for name, tensor in inputs.items() if "." in name}',
      'labels = y.long()',
      `adam = torch.optim.Adam(list(p.values()), ${parts.adam})`,
      'def train():',
      `    scores = ${parts.scores}`,
      `    loss = ${parts.loss}`,
      '    adam.zero_grad(set_to_none=True)',
      '    loss.backward()',
      '    adam.step()',
      '    return loss',
    ].join('\n'),
    step: 'train()',
  }
}
