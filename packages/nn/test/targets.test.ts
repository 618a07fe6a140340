import { dtypes } from '@petagrad/ir'
import { createRuntime, setDefaultRuntime, type Backend } from '@petagrad/runtime'
import { capture, manualSeed, Tensor } from '@petagrad/tensor'
import { cpu } from 'petagrad/cpu'
import { wasm } from 'petagrad/wasm'
import { afterAll, describe, it, test } from 'vitest'
import { expectClose } from '../../tensor/test/close.js'
import { useInterpreter } from '../../tensor/test/interpreted.js'
import { Adam, AdamW, BatchNorm2d, Conv2d, Dropout, Embedding, Linear, prefixed, Sequential, SGD, TransformerBlock } from '../src/index.js'

/** A model, an optimiser and data: captured steps from a seed, and the losses that they give. */
type Training = () => { readonly step: () => Promise<Tensor> }

const relu = (x: Tensor): Tensor => x.relu()
const wave = (shape: readonly number[]): Tensor =>
  Tensor.from(Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i * 0.7)), { shape })

const trainings: Readonly<Record<string, Training>> = {
  'a convolutional network with Adam': () => {
    const model = new Sequential(
      new Conv2d(1, 4, 3), relu, (x: Tensor) => x.maxPool2d(2), new Conv2d(4, 3, 2, { stride: 2, padding: 1 }), new BatchNorm2d(3), relu,
      (x: Tensor) => x.flatten(1), new Dropout(0.25), new Linear(3 * 3 * 3, 5),
    )
    const optimizer = new Adam(model.parameters(), { learningRate: 0.01 })
    const [x, y] = [wave([4, 1, 11, 11]), Tensor.from(Int32Array.of(0, 4, 2, 1))]
    const step = capture((images: Tensor, labels: Tensor) => {
      optimizer.zeroGrad()
      const loss = model.forward(images).crossEntropy(labels)
      loss.backward()
      optimizer.step()
      return loss
    })
    return { step: () => step(x, y) }
  },
  'a transformer with AdamW': () => {
    const [embedding, block, head] = [new Embedding(7, 8), new TransformerBlock(8, 2, { causal: true, hidden: 12 }), new Linear(8, 7)]
    const optimizer = new AdamW(prefixed({ embedding: embedding.parameters(), block: block.parameters(), head: head.parameters() }), { learningRate: 0.01 })
    const tokens = Tensor.from([[1, 4, 2, 6, 0], [3, 3, 5, 1, 2]], { dtype: dtypes.i32 })
    const step = capture((t: Tensor) => {
      optimizer.zeroGrad()
      const scores = head.forward(block.forward(embedding.forward(t.slice(null, [0, 4]))))
      const loss = scores.crossEntropy(t.slice(null, [1, 5]))
      loss.backward()
      optimizer.step()
      return loss
    })
    return { step: () => step(tokens) }
  },
  'a regression with momentum': () => {
    const model = new Sequential(new Linear(3, 6), (x: Tensor) => x.tanh(), new Linear(6, 1))
    const optimizer = new SGD(model.parameters(), { learningRate: 0.05, momentum: 0.9, nesterov: true })
    const step = capture((x: Tensor) => {
      optimizer.zeroGrad()
      const loss = model.forward(x).mse(x.sum(1, { keepDims: true }))
      loss.backward()
      optimizer.step()
      return loss
    })
    return { step: () => step(wave([9, 3])) }
  },
}

async function losses(training: Training): Promise<number[]> {
  manualSeed(5)
  const { step } = training()
  const values: number[] = []
  for (let i = 0; i < 4; i++) values.push(await (await step()).item())
  return values
}

async function target(backend: Backend): Promise<void> {
  const { available, reason } = await backend.probe()
  if (!available) {
    test.skip(`${backend.name}: ${reason}`, () => undefined)
    return
  }
  describe(`on ${backend.name}, as in the interpreter`, () => {
    const runtime = createRuntime({ backends: [backend], threads: 2 })
    afterAll(() => runtime.close())
    it.each(Object.entries(trainings))('%s', async (_, training) => {
      useInterpreter()
      const wanted = await losses(training)
      setDefaultRuntime(() => runtime)
      expectClose(await losses(training), wanted, 2e-5)
    })
  })
}

for (const backend of [wasm, cpu]) await target(backend)
