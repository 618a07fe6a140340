import { binary, dtypes, PetagradError, uop, type DType, type UOp } from '@petagrad/ir'
import { afterEach, describe, expect, it } from 'vitest'
import { configure, createRuntime, type Runtime } from '../src/index.js'
import { elementwiseSchedule } from './elementwise-schedule.js'
import { InterpretedDevice, interpretedBackend } from './interpreted-backend.js'
import { mulberry } from './random.js'

const f32 = dtypes.f32
const bytesOf = (values: readonly number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer)
const read = async (runtime: Runtime, buffer: UOp<'buffer'>): Promise<number[]> => {
  const bytes = await runtime.read(buffer)
  return [...new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)]
}
const plus = (a: UOp, b: UOp): UOp => binary('add', a, b)
const twice = (a: UOp): UOp => plus(a, a)
const assign = (target: UOp, value: UOp): UOp => uop('assign', target.dtype, [target, value])
const contiguous = (x: UOp): UOp => uop('contiguous', x.dtype, [x])

function setup(device = new InterpretedDevice(), options: { readonly cacheDirectory?: string } = {}) {
  const runtime = createRuntime({
    backends: [interpretedBackend(device)], cacheDirectory: options.cacheDirectory ?? 'off', schedule: elementwiseSchedule,
  })
  return { runtime, device, make: (...values: number[]) => runtime.createBuffer(f32, values.length, { data: bytesOf(values) }) }
}

afterEach(() => configure({ debug: undefined, log: undefined, device: undefined }))

describe('realize', () => {
  it('computes roots together and says where each is', async () => {
    const { runtime, make } = setup()
    const x = make(1, 2, 3), y = make(10, 20, 30)
    const sum = plus(x, y)
    const [a, b, c, d] = await runtime.realize([sum, assign(y, twice(x)), x, sum])
    expect(await read(runtime, a)).toEqual([11, 22, 33])
    expect(b).toBe(y)
    expect(c).toBe(x)
    expect(d).toBe(a)
    expect(await read(runtime, y)).toEqual([2, 4, 6])
  })

  it('keeps intermediates in one arena that grows to the largest plan', async () => {
    const { runtime, device, make } = setup()
    const x = make(1, 2, 3)
    const [r] = await runtime.realize([plus(contiguous(twice(x)), contiguous(twice(twice(x))))])
    expect(await read(runtime, r)).toEqual([6, 12, 18])
    const live = device.calls.live
    await runtime.realize([assign(x, contiguous(twice(x)))])
    expect(device.calls.live).toBe(live)
    expect(await read(runtime, x)).toEqual([2, 4, 6])
  })

  it('compiles each distinct kernel once, however concurrently it is asked for', async () => {
    const { runtime, device, make } = setup()
    const x = make(1, 2), y = make(3, 4), z = make(5, 6)
    await Promise.all([x, y, z].map(b => runtime.realize([twice(b)])))
    expect(device.calls).toMatchObject({ compile: 1, load: 1, run: 3 })
    expect(runtime.statistics()).toMatchObject({ kernelsCompiled: 1, kernelCacheHits: 2, kernelsRun: 3, schedules: 3 })
  })

  it('takes effect in call order, whatever is awaited', async () => {
    const seed = Number(process.env['PETAGRAD_SEED'] ?? Date.now() % 100_000)
    console.log(`order: seed ${seed}`)
    const random = mulberry(seed)
    const { runtime, make } = setup()
    const buffers = [make(1), make(2), make(3)]
    const model = [1, 2, 3]
    const pick = (): number => Math.floor(random() * 3)
    const pending: Promise<unknown>[] = []
    for (let i = 0; i < 200; i++) {
      const to = pick(), a = pick(), b = pick()
      const action = random()
      if (action < 0.5) {
        model[to] = Math.fround(model[a] + model[b])
        pending.push(runtime.realize([assign(buffers[to], plus(buffers[a], buffers[b]))]))
      } else if (action < 0.7) {
        model[to] = i
        const data = bytesOf([i])
        pending.push(runtime.write(buffers[to], data))
        data.fill(0xff) // the content was that of the call
      } else {
        const expected = model[to]
        pending.push(read(runtime, buffers[to]).then(v => expect(v).toEqual([expected])))
      }
      if (random() < 0.2) await Promise.all(pending.splice(0))
      if (Math.max(...model) > 1e30) {
        model.fill(1)
        pending.push(...buffers.map(buffer => runtime.write(buffer, bytesOf([1]))))
      }
    }
    await Promise.all(pending)
  })

  it('fails alone: what comes after runs, and the kernel is tried again', async () => {
    const device = new InterpretedDevice()
    const compile = device.compile.bind(device)
    let broken = true
    device.compile = async artifact => {
      if (broken) throw new PetagradError('COMPILE_FAILED', 'not now')
      return compile(artifact)
    }
    const { runtime, make } = setup(device)
    const x = make(1, 2)
    const failing = runtime.realize([twice(x)])
    const reading = read(runtime, x)
    await expect(failing).rejects.toMatchObject({ code: 'COMPILE_FAILED' })
    expect(await reading).toEqual([1, 2])
    broken = false
    const [r] = await runtime.realize([twice(x)])
    expect(await read(runtime, r)).toEqual([2, 4])
  })
})

describe('buffers', () => {
  it('hold zeros or what they were given, before any device is open', async () => {
    const { runtime, device, make } = setup()
    const zeros = runtime.createBuffer(f32, 3)
    expect(await read(runtime, zeros)).toEqual([0, 0, 0])
    expect(await read(runtime, make(4, 5))).toEqual([4, 5])
    await runtime.write(zeros, bytesOf([7, 8, 9]))
    expect(await read(runtime, zeros)).toEqual([7, 8, 9])
    expect(device.calls.live).toBe(0)
  })

  it('hold zeros on the device too', async () => {
    const { runtime } = setup()
    const size = 50_000
    const x = runtime.createBuffer(f32, size)
    const [r] = await runtime.realize([twice(x)])
    expect((await read(runtime, r)).every(v => v === 0)).toBe(true)
  })

  it('are gone when their last holder lets go, and what is under way keeps them', async () => {
    const { runtime, make } = setup()
    const x = make(1, 2)
    runtime.retain(x)
    runtime.retain(x)
    runtime.release(x)
    const pending = runtime.realize([twice(x)])
    runtime.release(x)
    const [r] = await pending
    expect(await read(runtime, r)).toEqual([2, 4])
    await expect(runtime.read(x)).rejects.toMatchObject({ code: 'USE_AFTER_FREE' })
    await expect(runtime.realize([twice(x)])).rejects.toMatchObject({ code: 'USE_AFTER_FREE' })
    runtime.release(x)
  })

  it('are recycled by size', async () => {
    const { runtime, device, make } = setup()
    const x = make(1, 2, 3, 4)
    for (let i = 0; i < 20; i++) {
      const [r] = await runtime.realize([twice(x)])
      runtime.retain(r)
      runtime.release(r)
    }
    expect(device.statistics().allocations).toBe(2)
  })

  it('make room by giving idle memory back when the device is full', async () => {
    const { runtime, make } = setup(new InterpretedDevice(3000))
    const small = make(...Array.from({ length: 300 }, () => 1)) // 1280 bytes each after rounding
    const [r] = await runtime.realize([twice(small)])
    runtime.retain(r)
    runtime.release(r)
    const other = make(...Array.from({ length: 100 }, () => 1)) // 512 bytes
    const [s] = await runtime.realize([twice(other)])
    expect((await read(runtime, s))[99]).toBe(2)
    await expect(runtime.realize([twice(make(...Array.from({ length: 700 }, () => 1)))])).rejects.toMatchObject({ code: 'OUT_OF_MEMORY' })
  })

  it('that nobody can reach are given back when the device is full', async () => {
    const { runtime, device, make } = setup(new InterpretedDevice(20_000))
    const x = make(...Array.from({ length: 300 }, (_, i) => i))
    for (let i = 0; i < 100; i++) {
      const [r] = await runtime.realize([twice(x)])
      if (i === 99) expect((await read(runtime, r))[299]).toBe(598)
    }
    expect(device.allocatedBytes).toBeLessThanOrEqual(20_000)
  })

  it.each<[string, DType, number, Uint8Array | undefined, string]>([
    ['too little data', f32, 3, new Uint8Array(8), 'INVALID_DATA'],
    ['a negative size', f32, -1, undefined, 'INVALID_ARGUMENT'],
    ['a size that is no integer', f32, 1.5, undefined, 'INVALID_ARGUMENT'],
    ['a dtype that is no data', dtypes.index, 1, undefined, 'DTYPE_MISMATCH'],
  ])('refuse %s', (_, dtype, size, data, code) => {
    const { runtime } = setup()
    expect(() => runtime.createBuffer(dtype, size, { data })).toThrow(expect.objectContaining({ code }))
  })

  it('refuse content of another length, and buffers of another runtime', async () => {
    const a = setup(), b = setup()
    await expect(a.runtime.write(a.make(1, 2), new Uint8Array(4))).rejects.toMatchObject({ code: 'INVALID_DATA' })
    await expect(b.runtime.read(a.make(1))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })
})

describe('capture', () => {
  it('replays with no scheduling, no compilation and no allocation', async () => {
    const { runtime, device, make } = setup()
    const x = make(1, 2), state = make(0, 0)
    const step = await runtime.capture([assign(state, plus(state, contiguous(x))), twice(x)])
    expect(step.results[0]).toBe(state)
    expect(await read(runtime, state)).toEqual([0, 0])
    await step.replay()
    const before = runtime.statistics(), allocated = device.statistics().allocations
    await Promise.all([step.replay(), step.replay(), step.replay()])
    await runtime.write(x, bytesOf([100, 200]))
    await step.replay()
    const after = runtime.statistics()
    expect(await read(runtime, state)).toEqual([104, 208])
    expect(await read(runtime, step.results[1])).toEqual([200, 400])
    expect(after).toEqual({ ...before, replays: before.replays + 4, kernelsRun: before.kernelsRun + 4 * step.kernels.length })
    expect(device.statistics().allocations).toBe(allocated)
    expect(device.calls.run).toBe(0)
  })

  it('keeps its memory until it is freed, and none after', async () => {
    const { runtime, device, make } = setup()
    const x = make(1, 2)
    runtime.retain(x)
    const step = await runtime.capture([assign(x, twice(contiguous(x)))])
    runtime.release(x)
    await step.replay()
    expect((await step.profile()).map(k => k.milliseconds)).toEqual([0.001, 0.001])
    step.free()
    step.free()
    await expect(step.replay()).rejects.toMatchObject({ code: 'USE_AFTER_FREE' })
    await runtime.close()
    expect(device.closed).toBe(true)
    await expect(runtime.realize([twice(make(1))])).rejects.toMatchObject({ code: 'DEVICE_FAILED' })
  })

  it('has an arena of its own: it outlives the shared one, and overwrites nobody', async () => {
    const { runtime, make } = setup()
    const x = make(1, 2)
    const step = await runtime.capture([plus(contiguous(x), contiguous(twice(x)))])
    const large = make(...Array.from({ length: 500 }, () => 1))
    await runtime.realize([contiguous(twice(large))]) // the shared arena grows, its old memory is free to take
    const input = make(5, 6)
    const [output] = await runtime.realize([twice(input)])
    await step.replay()
    expect(await read(runtime, step.results[0])).toEqual([3, 6])
    expect(await read(runtime, input)).toEqual([5, 6])
    expect(await read(runtime, output)).toEqual([10, 12])
  })
})

describe('debugging output', () => {
  it('says at level 2 which device was chosen, and gives one line a kernel', async () => {
    const lines: string[] = []
    configure({ debug: 2, log: text => lines.push(text) })
    const { runtime, device, make } = setup()
    await runtime.realize([twice(make(1, 2))])
    expect(lines).toHaveLength(2)
    expect(lines[0]).toBe('device interpreted: an interpreter of kernels (first available of interpreted)')
    expect(lines[1]).toMatch(/^interpreted k0 .* GFLOPS .* GB\/s/)
    expect(device.calls).toMatchObject({ timed: 1, run: 0 })
  })
})
