import { DigitNet, recipe } from '@petagrad/cli/digits'
import { Adam, dtypes, Tensor, TransformerBlock } from 'petagrad'
import { ResNet50 } from './resnet50.js'

/** A step whose compilation is timed, over inputs that are given to it. */
export interface CompiledModel {
  readonly name: string
  /** Makes parameters, and the step over inputs. */
  make(): { readonly inputs: readonly Tensor[]; step(...inputs: readonly Tensor[]): Tensor | readonly Tensor[] }
}

const [width, heads, positions] = [768, 12, 128]

/** Layers of a transformer as wide as GPT-2's smallest, forward and backward, with a gradient of every parameter. */
function transformer(layers: number): CompiledModel {
  return {
    name: `compile-transformer-${layers}`,
    make() {
      const blocks = Array.from({ length: layers }, () => new TransformerBlock(width, heads, { causal: true }))
      const parameters = blocks.flatMap(block => [...block.parameters().values()])
      return {
        inputs: [Tensor.zeros([1, positions, width]).store()],
        step(x) {
          blocks.reduce((y, block) => block.forward(y), x).square().mean().backward()
          return parameters.flatMap(p => p.grad ?? [])
        },
      }
    },
  }
}

export const compiledModels: readonly CompiledModel[] = [
  {
    name: 'compile-demo-step',
    make() {
      const net = new DigitNet()
      const adam = new Adam(net.parameters(), { epsilon: recipe.epsilon })
      return {
        inputs: [Tensor.zeros([recipe.batch, 1, 28, 28]).store(), Tensor.zeros([recipe.batch], { dtype: dtypes.i32 }).store()],
        step(images, labels) {
          adam.zeroGrad()
          const loss = net.forward(images).crossEntropy(labels, { labelSmoothing: recipe.labelSmoothing })
          loss.backward()
          adam.step()
          return loss
        },
      }
    },
  },
  {
    name: 'compile-resnet50',
    make() {
      const net = new ResNet50()
      return { inputs: [Tensor.zeros([1, 3, 224, 224]).store()], step: images => net.forward(images) }
    },
  },
  ...[6, 12, 24, 48].map(transformer),
]
