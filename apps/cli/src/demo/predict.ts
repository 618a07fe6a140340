import { capture, loadSafetensors, loadStateDict, Tensor } from 'petagrad'
import { pixels, plainBatch, side, split } from './data.js'
import { openRuntime } from './device.js'
import { digitRows } from './digit-art.js'
import { loadDigits } from './load-digits.js'
import { DigitNet } from './model.js'

export interface PredictOptions {
  readonly device?: string
  readonly count: number
  readonly json?: boolean
}

/** `petagrad predict`: loads a model that the demo saved and shows held-out digits with what it takes them for. */
export async function predict(model: string, options: PredictOptions): Promise<void> {
  const { runtime } = await openRuntime(options.device)
  try {
    const { tensors } = await loadSafetensors(model)
    const { test } = split(await loadDigits())
    const count = Math.min(options.count, test.count)
    const net = new DigitNet()
    loadStateDict(net, tensors)
    const classes = capture((images: Tensor) => net.forward(images).argmax(1))
    const { images, labels } = plainBatch(test, 0, count)
    const predicted = Array.from(await (await classes(Tensor.from(images, { shape: [count, 1, side, side] }))).data(), Number)
    if (options.json) {
      console.log(JSON.stringify({ labels: [...labels], predicted }))
      return
    }
    const digits = predicted.map((guess, i) => ({
      image: test.images.subarray(i * pixels, (i + 1) * pixels),
      caption: guess === labels[i] ? `${guess}` : `${guess}, wrong: it is a ${labels[i]}`,
    }))
    console.log(`\n${model}, loaded in a process of its own, takes held-out digits for:\n`)
    console.log(digitRows(digits))
  } finally {
    await runtime.close()
  }
}
