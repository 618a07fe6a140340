import { afterEach, describe, expect, it } from 'vitest'
import type { CpuDevice } from '@petagrad/driver-cpu'
import { cpu } from '../src/cpu.js'
import { capture, configure, createRuntime, defaultRuntime, setDefaultRuntime, Tensor, type Backend, type Runtime } from '../src/index.js'
import { wasm } from '../src/wasm.js'

const opened: Runtime[] = []
const use = (backends: readonly Backend[]): Runtime => {
  const runtime = createRuntime({ backends, cacheDirectory: 'off', threads: 2 })
  opened.push(runtime)
  setDefaultRuntime(() => runtime)
  return runtime
}
const compiler = await cpu.probe()
const targets = await Promise.all([wasm, cpu].map(async backend => ({ backend, ...(await backend.probe()) })))

afterEach(async () => {
  configure({ device: undefined })
  for (const runtime of opened.splice(0)) await runtime.close()
})

for (const { backend, available, reason } of targets) describe.skipIf(!available)(`on ${backend.name}${available ? '' : `: ${reason}`}`, () => {
  it('a tensor program computes what mathematics says', async () => {
    const runtime = use([backend])
    const n = 33
    const a = Float32Array.from({ length: n * n }, (_, i) => (i % 7) - 3), b = Float32Array.from({ length: n * n }, (_, i) => (i % 5) - 2)
    const product = await Tensor.from(a, { shape: [n, n] }).matmul(Tensor.from(b, { shape: [n, n] })).data()
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0
        for (let k = 0; k < n; k++) sum += a[i * n + k] * b[k * n + j]
        expect(product[i * n + j]).toBe(sum) // small integers: exact in f32
      }
    }
    expect(await runtime.device()).toMatchObject({ name: backend.name, available: true })
  })

  it('a captured step keeps the state it assigns, and its replays schedule and allocate nothing', async () => {
    const runtime = use([backend])
    const total = Tensor.zeros([3]).contiguous()
    await total.realize()
    const step = capture((x: Tensor) => {
      total.assign(total.add(x))
      return total.mul(2)
    })
    const x = Tensor.from(Float32Array.of(1, 2, 3))
    await step(x)
    const before = runtime.statistics()
    await step(x)
    const doubled = await step(x)
    const after = runtime.statistics()
    expect([...(await doubled.data())]).toEqual([6, 12, 18])
    expect([...(await total.data())]).toEqual([3, 6, 9])
    expect({ ...after, replays: 0, kernelsRun: 0 }).toEqual({ ...before, replays: 0, kernelsRun: 0 })
    expect(after.replays).toBe(before.replays + 2)
  })
})

describe.skipIf(!compiler.available)(`kernels for the cpu${compiler.available ? '' : `: ${compiler.reason}`}`, () => {
  it('are chosen from what the driver knows of this machine', async () => {
    const { device, renderer } = await cpu.open({ threads: 2 })
    const { target } = device as CpuDevice // the cpu backend's device
    expect(renderer.capabilities.machine).toMatchObject({ cores: 2, ...target.machine })
    await device.close()
  })
})

describe('the default runtime of petagrad', () => {
  it.skipIf(!compiler.available)(`is the cpu where a C compiler is found: ${compiler.reason}`, async () => {
    const runtime = use([cpu, wasm])
    expect(await runtime.device()).toMatchObject({ name: 'cpu', reason: 'first available of cpu, wasm' })
    expect(defaultRuntime()).toBe(runtime)
  })

  it('is WebAssembly where none is', async () => {
    const path = process.env['PATH']
    process.env['PATH'] = '/nowhere'
    try {
      const runtime = use([cpu, wasm])
      expect(await runtime.device()).toMatchObject({ name: 'wasm' })
      const reports = await runtime.deviceReports()
      expect(reports[0]).toMatchObject({ name: 'cpu', available: false, reason: expect.stringContaining('clang') })
    } finally {
      process.env['PATH'] = path
    }
  })
})
