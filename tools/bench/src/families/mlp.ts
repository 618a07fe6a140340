import { Adam, type Tensor } from 'petagrad'
import type { Case } from '../case.js'
import { f32, integers } from '../input-values.js'
import type { JaxArray, JaxArrays } from '../peers/jax-interface.js'
import type { TfTensor } from '../peers/tensorflow-interface.js'
import { parametersIn, parametersOf, torchTraining, trainingWork } from './adam-training.js'
import { jaxTraining } from './jax-adam.js'

const batch = 128
const classes = 10
const shapes = { first: [512, 784], second: [512, 512], head: [classes, 512] }
const parameters = parametersOf(shapes)
const layerFlops = Object.values(shapes).map(([outputs, inputs]) => 2 * batch * outputs * inputs)

/** One step of a perceptron with two hidden layers, on the same batch again and again. */
export const mlp: readonly Case[] = [
  {
    name: 'mlp-adam-128',
    inputs: { x: f32([batch, 784], 1), y: integers('i32', [batch], 2, 0, classes), ...parameters },
    work: trainingWork(layerFlops, parameters, [batch, 784]),
    ours: inputs => {
      const trained = parametersIn(inputs, parameters)
      for (const p of trained.values()) p.requireGrad()
      const adam = new Adam(trained)
      const layer = (x: Tensor, name: string): Tensor => x.matmul(inputs[`${name}.weight`].transpose()).add(inputs[`${name}.bias`])
      return () => {
        adam.zeroGrad()
        const loss = layer(layer(layer(inputs.x, 'first').relu(), 'second').relu(), 'head').crossEntropy(inputs.y)
        loss.backward()
        adam.step()
        return loss
      }
    },
    torch: torchTraining({
      setup: 'layer = lambda x, name: F.linear(x, p[name + ".weight"], p[name + ".bias"])',
      scores: 'layer(F.relu(layer(F.relu(layer(x, "first")), "second")), "head")',
      loss: 'F.cross_entropy(scores, labels)',
      adam: 'lr=1e-3',
    }),
    tensorflow: (tf, inputs) => {
      const variables = Object.fromEntries(Object.keys(parameters).map(name => [name, tf.variable(inputs[name])]))
      const labels = tf.oneHot(inputs.y, classes)
      const adam = tf.train.adam(1e-3)
      const layer = (x: TfTensor, name: string): TfTensor =>
        tf.add(tf.matMul(x, variables[`${name}.weight`], false, true), variables[`${name}.bias`])
      return () => adam.minimize(() => {
        const scores = layer(tf.relu(layer(tf.relu(layer(inputs.x, 'first')), 'second')), 'head')
        return tf.losses.softmaxCrossEntropy(labels, scores)
      }, true)
    },
    jax: (jax, { x, y, ...initial }) => {
      const layer = (x: JaxArray, p: JaxArrays, name: string): JaxArray =>
        jax.numpy.matmul(x, jax.numpy.matrixTranspose(p[`${name}.weight`])).add(p[`${name}.bias`])
      return jaxTraining(jax, initial, { x, labels: jax.nn.oneHot(y.ref, classes) }, (p, { x, labels }) => {
        const scores = layer(jax.nn.relu(layer(jax.nn.relu(layer(x, p, 'first')), p, 'second')), p, 'head')
        return jax.nn.logSoftmax(scores, -1).mul(labels).sum().mul(-1 / batch)
      })
    },
  },
]
