import { DigitNet, recipe } from '@petagrad/cli/digits'
import { Adam } from 'petagrad'
import type { Case } from '../case.js'
import { f32, integers } from '../input-values.js'
import { parametersOf, torchTraining, trainingWork } from './adam-training.js'

const { batch, labelSmoothing, peakRate, epsilon } = recipe
const classes = 10
const image = [batch, 1, 28, 28]
const shapes = { conv1: [32, 1, 5, 5], conv2: [32, 32, 5, 5], conv3: [64, 32, 3, 3], conv4: [64, 64, 3, 3], head: [classes, 64 * 3 * 3] }
/** Positions of an image at which a layer computes its outputs. */
const positions = { conv1: 24 * 24, conv2: 20 * 20, conv3: 8 * 8, conv4: 6 * 6, head: 1 }
const parameters = parametersOf(shapes)
const layerFlops = Object.values(shapes).map((shape, i) => 2 * batch * Object.values(positions)[i] * shape.reduce((a, b) => a * b, 1))

/**
 * One training step of the demo's network, on the same batch again and again. No peer on WebAssembly: TensorFlow.js has no
 * gradient of a convolution there, onnxruntime-web does not train, and jax-js takes many seconds for a step.
 */
export const convnet: readonly Case[] = [
  {
    name: 'convnet-adam-64',
    inputs: { x: f32(image, 1), y: integers('i32', [batch], 2, 0, classes), ...parameters },
    work: trainingWork(layerFlops, parameters, image),
    ours: inputs => {
      const net = new DigitNet()
      const trained = net.parameters()
      for (const [name, parameter] of trained) parameter.assign(inputs[name])
      const adam = new Adam(trained, { learningRate: peakRate, epsilon })
      return () => {
        adam.zeroGrad()
        const scores = net.forward(inputs.x)
        const loss = scores.crossEntropy(inputs.y, { labelSmoothing })
        loss.backward()
        adam.step()
        return loss
      }
    },
    torch: torchTraining({
      setup: [
        'conv = lambda x, name: F.relu(F.conv2d(x, p[name + ".weight"], p[name + ".bias"]))',
        'def forward(x):',
        '    x = F.max_pool2d(conv(conv(x, "conv1"), "conv2"), 2)',
        '    x = F.max_pool2d(conv(conv(x, "conv3"), "conv4"), 2)',
        '    return F.linear(x.flatten(1), p["head.weight"], p["head.bias"])',
      ].join('\n'),
      scores: 'forward(x)',
      loss: `F.cross_entropy(scores, labels, label_smoothing=${labelSmoothing})`,
      adam: `lr=${peakRate}, eps=${epsilon}`,
    }),
  },
]
