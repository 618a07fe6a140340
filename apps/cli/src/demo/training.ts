import { Adam, capture, manualSeed, Tensor, type KernelProfile } from 'petagrad'
import { side, type Batch } from './data.js'
import { DigitNet } from './model.js'
import { learningRate, recipe } from './recipe.js'

export interface TrainingOptions {
  /** Seed of the initial weights. */
  readonly seed: number
  /** Steps of the whole training, which the rate decays over. */
  readonly steps: number
}

/** A network with its optimiser and one captured step: forward, backward and Adam. */
export interface Training {
  readonly net: DigitNet
  readonly optimizer: Adam
  /** Trains on one batch and gives its loss before the update. */
  step(batch: Batch, step: number): Promise<number>
  /** The most likely class of each image. */
  classify(batch: Batch): Promise<Uint8Array>
  /** Kernels of one training step; empty before the first. */
  kernels(): readonly { readonly name: string }[]
  /** Times the kernels of one more step on the last batch, which trains too. */
  profile(): Promise<readonly KernelProfile[]>
}

export function createTraining({ seed, steps }: TrainingOptions): Training {
  manualSeed(seed)
  const net = new DigitNet()
  const optimizer = new Adam(net.parameters(), { learningRate: learningRate(0, steps), epsilon: recipe.epsilon })
  const train = capture((images: Tensor, labels: Tensor) => {
    optimizer.zeroGrad()
    const loss = smoothedCrossEntropy(net.forward(images), labels)
    loss.backward()
    optimizer.step()
    return loss
  })
  const scores = capture((images: Tensor) => net.forward(images))

  return {
    net,
    optimizer,
    async step(batch, step) {
      await optimizer.setLearningRate(learningRate(step, steps))
      const { images, labels } = tensorsOf(batch)
      return (await train(images, labels)).item()
    },
    async classify(batch) {
      const classes = 10
      const values = await (await scores(tensorsOf(batch).images)).data()
      return Uint8Array.from(batch.labels, (_, i) => highest(values.subarray(i * classes, (i + 1) * classes)))
    },
    kernels: () => train.kernels(),
    profile: () => train.profile(),
  }
}

/** Cross entropy against labels that keep `labelSmoothing` of their weight spread evenly over all classes (Szegedy et al. 2016). */
function smoothedCrossEntropy(scores: Tensor, labels: Tensor): Tensor {
  const spread = recipe.labelSmoothing
  return scores.crossEntropy(labels).mul(1 - spread).sub(scores.logSoftmax().mean().mul(spread))
}

function tensorsOf({ images, labels }: Batch): { readonly images: Tensor; readonly labels: Tensor } {
  return { images: Tensor.from(images, { shape: [labels.length, 1, side, side] }), labels: Tensor.from(labels) }
}

function highest(values: ArrayLike<number | bigint>): number {
  let best = 0
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i
  return best
}
