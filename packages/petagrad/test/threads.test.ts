import { createCpuDevice, type CpuDevice } from '@petagrad/driver-cpu'
import { createWasmDevice, type WasmDevice } from '@petagrad/driver-wasm'
import { createCRenderer } from '@petagrad/renderer-c'
import { createWasmRenderer } from '@petagrad/renderer-wasm'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { cpu } from '../src/cpu.js'
import {
  Adam, capture, Conv2d, createRuntime, Linear, manualSeed, normal, setDefaultRuntime, type Backend, type Runtime, type Tensor,
} from '../src/index.js'
import { wasm } from '../src/wasm.js'

/*
 * Results with 1 to 8 threads, whatever the number of cores. Kernels are rendered for four cores throughout, so that
 * all runs have one schedule: then every bit must be the same, however the tasks are shared.
 */
const CORES = 4
const targets: readonly Backend[] = [
  {
    name: 'wasm',
    probe: wasm.probe,
    async open({ threads }) {
      const device: WasmDevice = await createWasmDevice({ threads, startThreads: 'at-once' })
      return { device, renderer: createWasmRenderer({ ...device.target, threads: CORES }) }
    },
  },
  {
    name: 'cpu',
    probe: cpu.probe,
    async open({ threads }) {
      const device: CpuDevice = await createCpuDevice({ threads })
      return { device, renderer: createCRenderer({ ...device.target, cores: CORES }) }
    },
  },
]
const available = await Promise.all(targets.map(async backend => ({ backend, ...(await backend.probe()) })))

let runtime: Runtime | undefined
/** All thread counts compile the same kernels: once is enough. */
let cacheDirectory = ''
beforeAll(async () => {
  cacheDirectory = await mkdtemp(join(tmpdir(), 'petagrad-threads-'))
})
afterEach(() => runtime?.close())
afterAll(() => rm(cacheDirectory, { recursive: true, force: true }))

type Values = readonly (readonly number[])[]
const results = new Map<string, Values>()

/** What every number of threads must give: what the first gave. */
function expectSame(name: string, values: Values): void {
  const first = results.get(name)
  if (first === undefined) results.set(name, values)
  else expect(values).toEqual(first)
}

const numbers = async (...tensors: readonly Tensor[]): Promise<Values> => Promise.all(tensors.map(async t => [...(await t.data())].map(Number)))

for (const { backend, available: there, reason } of available) {
  describe.skipIf(!there)(`on ${backend.name}${there ? '' : `: ${reason}`}`, () => {
    describe.each([1, 2, 3, 4, 5, 6, 7, 8])('with %i threads', threads => {
      const begin = (): void => {
        runtime = createRuntime({ backends: [backend], threads, cacheDirectory })
        setDefaultRuntime(() => runtime ?? createRuntime({ backends: [] }))
        manualSeed(3)
      }

      it('sums, maxima, sorts and running totals are the same', async () => {
        begin()
        const x = normal([37, 5003])
        expectSame(`${backend.name} reductions`, await numbers(x.sum(), x.sum(0), x.sum(1), x.max(1), x.softmax(1).sum(0), x.cumsum(1), x.sort(1).values))
      })

      it('products, convolutions and their gradients are the same', async () => {
        begin()
        const a = normal([61, 130]), b = normal([130, 77])
        const convolution = new Conv2d(3, 8, 3)
        const images = normal([2, 3, 20, 20])
        const loss = convolution.forward(images).relu().sum()
        loss.backward()
        const gradients = [...convolution.parameters().values()].map(p => p.grad).filter(g => g !== undefined)
        expect(gradients).toHaveLength(2)
        expectSame(`${backend.name} products`, await numbers(a.matmul(b), loss, ...gradients))
      })

      it('a captured training step gives the same losses, however often it is replayed', async () => {
        begin()
        const [first, second] = [new Linear(48, 96), new Linear(96, 10)]
        const parameters = new Map([...first.parameters()].map(([k, v]) => [`1.${k}`, v] as const))
        for (const [k, v] of second.parameters()) parameters.set(`2.${k}`, v)
        const optimizer = new Adam(parameters, { learningRate: 0.01 })
        const step = capture((x: Tensor, labels: Tensor) => {
          optimizer.zeroGrad()
          const loss = second.forward(first.forward(x).relu()).sub(labels).square().mean()
          loss.backward()
          optimizer.step()
          return loss
        })
        const x = normal([64, 48]), labels = normal([64, 10])
        const losses: number[] = []
        for (let i = 0; i < 60; i++) losses.push(Number(await (await step(x, labels)).item()))
        expect(losses[59]).toBeLessThan(losses[0])
        expectSame(`${backend.name} training`, [losses, ...(await numbers(...parameters.values()))])
      })
    })
  })
}
