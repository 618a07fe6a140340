import { confusionOf, type Confusion } from './confusion.js'
import { plainBatch, type Digits } from './data.js'
import type { Training } from './training.js'

/** Images a batch; 2,000 held-out images are a whole number of them, so one captured step serves all. */
const batch = 100

/** What the network takes each image for, in order. */
export async function classifyAll(net: Pick<Training, 'classify'>, digits: Digits): Promise<Uint8Array> {
  const predicted = new Uint8Array(digits.count)
  for (let from = 0; from < digits.count; from += batch) {
    predicted.set(await net.classify(plainBatch(digits, from, Math.min(batch, digits.count - from))), from)
  }
  return predicted
}

export async function evaluate(net: Pick<Training, 'classify'>, digits: Digits): Promise<Confusion> {
  return confusionOf(digits.labels, await classifyAll(net, digits))
}
