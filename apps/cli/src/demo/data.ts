import { recipe } from './recipe.js'
import { randomStream, shuffled } from './random.js'

export const side = 28
export const pixels = side * side
export const classes = 10

/** Images in one array, row-major, one brightness from 0 to 1 a pixel. */
export interface Digits {
  readonly count: number
  readonly images: Float32Array
  readonly labels: Uint8Array
}

export interface Split {
  readonly train: Digits
  readonly test: Digits
}

/** A batch as the network takes it: normalised images and their labels. */
export interface Batch {
  readonly images: Float32Array<ArrayBuffer>
  readonly labels: Int32Array<ArrayBuffer>
}

/** Holds out the same images in every run. */
export function split(digits: Digits): Split {
  const order = shuffled(digits.count, randomStream(recipe.splitSeed, 0))
  return { test: pick(digits, order.subarray(0, recipe.heldOut)), train: pick(digits, order.subarray(recipe.heldOut)) }
}

function pick(from: Digits, order: Uint32Array): Digits {
  const images = new Float32Array(order.length * pixels)
  order.forEach((source, i) => images.set(from.images.subarray(source * pixels, (source + 1) * pixels), i * pixels))
  return { count: order.length, images, labels: Uint8Array.from(order, i => from.labels[i]) }
}

// Mean and standard deviation of the training pixels of MNIST.
const mean = 0.1307
const deviation = 0.3081
const background = -mean / deviation

/**
 * Training batch `step`, which depends on nothing but its number and the seed: every epoch has its own order, every
 * image is shifted by up to `recipe.shift` pixels. Steps count from 0 over all epochs; a last batch that is not full is left out.
 */
export function trainingBatch(digits: Digits, step: number, seed: number): Batch {
  const { batch, shift } = recipe
  const perEpoch = Math.floor(digits.count / batch)
  const epoch = Math.floor(step / perEpoch)
  const order = epochOrder(digits.count, seed, epoch)
  const random = randomStream(seed, 2 * step + 1)
  const images = new Float32Array(batch * pixels).fill(background)
  const labels = new Int32Array(batch)
  for (let i = 0; i < batch; i++) {
    const source = order[(step - epoch * perEpoch) * batch + i]
    labels[i] = digits.labels[source]
    const down = Math.floor(random() * (2 * shift + 1)) - shift
    const right = Math.floor(random() * (2 * shift + 1)) - shift
    for (let y = Math.max(0, down); y < Math.min(side, side + down); y++) {
      for (let x = Math.max(0, right); x < Math.min(side, side + right); x++) {
        const value = digits.images[source * pixels + (y - down) * side + (x - right)]
        images[i * pixels + y * side + x] = (value - mean) / deviation
      }
    }
  }
  return { images, labels }
}

let lastOrder: { readonly key: string; readonly order: Uint32Array } | undefined

function epochOrder(count: number, seed: number, epoch: number): Uint32Array {
  const key = `${count} ${seed} ${epoch}`
  if (lastOrder?.key !== key) lastOrder = { key, order: shuffled(count, randomStream(seed, 2 * epoch)) }
  return lastOrder.order
}

/** Images `from` to `from + count - 1` as they are. */
export function plainBatch(digits: Digits, from: number, count: number): Batch {
  const images = Float32Array.from(digits.images.subarray(from * pixels, (from + count) * pixels), v => (v - mean) / deviation)
  return { images, labels: Int32Array.from(digits.labels.subarray(from, from + count)) }
}
