import { Adam } from '@petagrad/nn'
import { Tensor, type StepResult } from '@petagrad/tensor'
import { convnet } from '../../../packages/nn/test/convnet.js'
import { LanguageModel } from '../../../packages/nn/test/models/language-model.js'
import { resnet50 } from '../../../packages/nn/test/models/resnet.js'

/** A step to capture, and its inputs. */
export interface Model {
  readonly inputs: readonly Tensor[]
  readonly step: (...inputs: readonly Tensor[]) => StepResult
}

const zeros = (shape: readonly number[]): Tensor => Tensor.from(new Float32Array(shape.reduce((a, b) => a * b, 1)), { shape })
const integers = (shape: readonly number[]): Tensor => Tensor.from(new Int32Array(shape.reduce((a, b) => a * b, 1)), { shape })

/** By the name that the command line takes. `layers` is that of `transformer:24`. */
export const models: Readonly<Record<string, (layers: number) => Model>> = {
  demo() {
    const net = convnet()
    const adam = new Adam(net.parameters())
    return {
      inputs: [zeros([64, 1, 28, 28]), integers([64])],
      step(images, labels) {
        adam.zeroGrad()
        const loss = net.forward(images).crossEntropy(labels)
        loss.backward()
        adam.step()
        return loss
      },
    }
  },
  'demo-forward'() {
    const net = convnet()
    return { inputs: [zeros([64, 1, 28, 28])], step: images => net.forward(images) }
  },
  resnet50() {
    const net = resnet50()
    return { inputs: [zeros([1, 3, 224, 224])], step: images => net.forward(images) }
  },
  transformer(layers) {
    const model = new LanguageModel({ layers, width: 768, heads: 12, vocabulary: 1000, positions: 128 })
    const parameters = model.parameters()
    return {
      inputs: [integers([4, 128]), integers([4, 128])],
      step(tokens, next) {
        for (const p of parameters.values()) p.zeroGrad()
        const loss = model.loss(tokens, next)
        loss.backward()
        return { loss, ...Object.fromEntries([...parameters].flatMap(([name, p]) => (p.grad === undefined ? [] : [[name, p.grad]]))) }
      },
    }
  },
}
