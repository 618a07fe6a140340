import { PetagradError } from '@petagrad/ir'
import { describe, expect, it } from 'vitest'
import { createWasmDevice, detectRelaxedSimd, detectSimd, detectThreads, type WasmDeviceOptions } from '../src/index.js'
import { addProgram, bufferOf, ints, loadProgram, scratchProgram, trapProgram, tripleProgram } from './kernels.js'

const settings: readonly (readonly [string, WasmDeviceOptions])[] = [
  ...[1, 2, 3, 4, 5, 6, 7, 8].map(threads => [`${threads} threads`, { threads, startThreads: 'at-once' }] as const),
  ['threads that start on demand', { threads: 3 }],
  ['memory that is not shared', { sharedMemory: false }],
]

const code = async (action: () => unknown): Promise<string> => {
  try {
    await action()
  } catch (error) {
    return error instanceof PetagradError ? error.code : String(error)
  }
  return 'no error'
}

describe.each(settings)('a device with %s', (_, options) => {
  it('runs every task of a launch once, and launches in order', async () => {
    const device = await createWasmDevice(options)
    const tasks = 57, n = 13
    const program = await loadProgram(device, tripleProgram(tasks, n))
    const buffer = await bufferOf(device, new Int32Array(tasks * n).fill(1))
    const launch = { program, buffers: [{ buffer, offset: 0 }], variables: [], grid: [tasks] }
    await device.run([launch, launch, launch])
    const expected = Int32Array.from({ length: tasks * n }, (_, i) => {
      const t = Math.floor(i / n)
      return ((1 * 3 + t) * 3 + t) * 3 + t
    })
    expect(await ints(device, buffer)).toEqual(expected)
    await device.close()
  })

  it('gives every worker scratch memory of its own', async () => {
    const device = await createWasmDevice(options)
    const tasks = 64, n = 2000
    const program = await loadProgram(device, scratchProgram(tasks, n))
    const input = Int32Array.from({ length: n }, (_, i) => i * 7)
    const source = await bufferOf(device, input)
    const out = device.allocate(tasks * 4)
    for (let round = 0; round < 5; round++) {
      await device.run([{ program, buffers: [{ buffer: out, offset: 0 }, { buffer: source, offset: 0 }], variables: [], grid: [tasks] }])
      const total = input.reduce((a, b) => a + b, 0)
      expect(await ints(device, out)).toEqual(Int32Array.from({ length: tasks }, (_, t) => total + t * n))
    }
    await device.close()
  })

  it('orders uploads, launches and downloads as they were called', async () => {
    const device = await createWasmDevice(options)
    const n = 1 << 16
    const program = await loadProgram(device, addProgram(n))
    const a = await bufferOf(device, new Float32Array(n))
    const b = await bufferOf(device, new Float32Array(n).fill(1))
    const launch = { program, buffers: [{ buffer: a, offset: 0 }, { buffer: b, offset: 0 }], variables: [], grid: [1] }
    const first = (bytes: Uint8Array): number => new Float32Array(bytes.buffer)[n - 1]
    const results: Promise<number>[] = []
    for (let i = 1; i <= 20; i++) {
      void device.run([launch, launch])
      results.push(device.download({ buffer: a, offset: 0 }, n * 4).then(first))
      device.upload({ buffer: b, offset: 0 }, new Uint8Array(new Float32Array(n).fill(i + 1).buffer))
    }
    // Round i adds i twice: the sum after it is i(i+1).
    expect(await Promise.all(results)).toEqual(Array.from({ length: 20 }, (_, i) => (i + 1) * (i + 2)))
    await device.close()
  })

  it('replays a recorded list, rebinds it, and times its launches', async () => {
    const device = await createWasmDevice(options)
    const program = await loadProgram(device, tripleProgram(8, 4))
    const one = await bufferOf(device, new Int32Array(32).fill(1))
    const two = await bufferOf(device, new Int32Array(32).fill(1))
    const launch = { program, buffers: [{ buffer: one, offset: 0 }], variables: [], grid: [8] }
    const list = device.record([launch, launch])
    await list.replay()
    list.rebind(1, 0, { buffer: two, offset: 0 })
    const times = await list.replayTimed()
    expect(times).toHaveLength(2)
    expect(times.every(t => t >= 0 && t < 1e9)).toBe(true)
    const times3 = (rounds: number): Int32Array => Int32Array.from({ length: 32 }, (_, i) => {
      let x = 1
      for (let r = 0; r < rounds; r++) x = x * 3 + Math.floor(i / 4)
      return x
    })
    expect(await ints(device, one)).toEqual(times3(3))
    expect(await ints(device, two)).toEqual(times3(1))
    expect(device.statistics().launches).toBe(4)
    list.free()
    list.free()
    expect(await code(() => list.replay())).toBe('USE_AFTER_FREE')
    await device.close()
  })

  it('reports a kernel that traps, and goes on', async () => {
    const device = await createWasmDevice({ ...options, maxMemory: 64 << 20 })
    const [bad, good] = [await loadProgram(device, trapProgram(16)), await loadProgram(device, tripleProgram(4, 4))]
    const buffer = await bufferOf(device, new Int32Array(16).fill(1))
    const launch = (program: typeof bad, tasks: number) => ({ program, buffers: [{ buffer, offset: 0 }], variables: [], grid: [tasks] })
    for (let round = 0; round < 3; round++) expect(await code(() => device.run([launch(bad, 16)]))).toBe('DEVICE_FAILED')
    await device.run([launch(good, 4)])
    expect((await ints(device, buffer))[15]).toBe(6)
    await device.close()
  })

  it('keeps contents and results right while memory grows under running work', async () => {
    const device = await createWasmDevice(options)
    const program = await loadProgram(device, tripleProgram(16, 64))
    const data = new Int32Array(1024).fill(2)
    const buffers = []
    for (let i = 0; i < 30; i++) {
      const buffer = await bufferOf(device, data)
      buffers.push(buffer)
      void device.run([{ program, buffers: [{ buffer, offset: 0 }], variables: [], grid: [16] }])
      device.allocate(5 << 20)
    }
    const expected = Int32Array.from({ length: 1024 }, (_, i) => 6 + Math.floor(i / 64))
    for (const buffer of buffers) expect(await ints(device, buffer)).toEqual(expected)
    await device.close()
  })
})

describe('refusals', () => {
  it('name what is wrong by code', async () => {
    const device = await createWasmDevice({ threads: 1, maxMemory: 32 << 20 })
    const other = await createWasmDevice({ sharedMemory: false })
    const program = await loadProgram(device, tripleProgram(1, 4))
    const buffer = device.allocate(64)
    const foreign = other.allocate(64)
    const launch = { program, buffers: [{ buffer, offset: 0 }], variables: [], grid: [1] }
    expect(await code(() => device.allocate(33 << 20))).toBe('OUT_OF_MEMORY')
    expect(await code(() => device.upload({ buffer, offset: 0 }, new Uint8Array(65)))).toBe('INDEX_OUT_OF_RANGE')
    expect(await code(() => device.download({ buffer, offset: 64 }, 1))).toBe('INDEX_OUT_OF_RANGE')
    expect(await code(() => device.run([{ ...launch, buffers: [] }]))).toBe('INVALID_ARGUMENT')
    expect(await code(() => device.run([{ ...launch, buffers: [{ buffer: foreign, offset: 0 }] }]))).toBe('INVALID_ARGUMENT')
    expect(await code(() => device.compile({ kind: 'source', language: 'c', text: '', entry: 'f' }))).toBe('COMPILE_FAILED')
    expect(await code(() => device.load(Uint8Array.of(1, 2, 3), program.info))).toBe('COMPILE_FAILED')
    expect(await code(() => createWasmDevice({ threads: 0 }))).toBe('INVALID_ARGUMENT')
    buffer.free()
    buffer.free()
    expect(await code(() => device.upload({ buffer, offset: 0 }, new Uint8Array(1)))).toBe('USE_AFTER_FREE')
    program.free()
    expect(await code(() => device.run([launch]))).toBe('USE_AFTER_FREE')
    await device.close()
    await device.close()
    expect(await code(() => device.allocate(1))).toBe('USE_AFTER_FREE')
    await other.close()
  })
})

describe('what the host can do', () => {
  it('is found out by validating small modules', () => {
    expect(detectSimd()).toBe(true)
    expect(detectThreads()).toBe(true)
    expect(typeof detectRelaxedSimd()).toBe('boolean')
  })
})
