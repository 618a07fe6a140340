import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { CommandList, Launch } from '@petagrad/device'
import { binary, dtypes, PetagradError, uop, type UOp } from '@petagrad/ir'
import type { Renderer } from '@petagrad/renderer'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { configure, createRuntime, type Backend, type RuntimeOptions } from '../../src/index.js'
import { printScheduleFile, parseScheduleFile } from '../../src/tune/schedule-file.js'
import { elementwiseSchedule } from '../elementwise-schedule.js'
import { InterpretedDevice, interpretedRenderer } from '../interpreted-backend.js'

let directory = ''
let logged: string[] = []
beforeEach(async () => {
  directory = await fs.mkdtemp(path.join(tmpdir(), 'petagrad-tune-'))
  logged = []
  configure({ log: text => logged.push(text) })
})
afterEach(async () => {
  configure({ log: undefined, debug: undefined, schedules: undefined, tune: undefined })
  await fs.rm(directory, { recursive: true, force: true })
})

const { capabilities } = interpretedRenderer
/** With vectors: without them there is one way to add two buffers. */
const renderer: Renderer = {
  ...interpretedRenderer,
  capabilities: {
    ...capabilities,
    dtypes: Object.fromEntries(Object.entries(capabilities.dtypes).map(([name, support]) => [name, { ...support, lanes: [2, 4, 8] }])),
    machine: { ...capabilities.machine, vectorBytes: 32 },
  },
}

/** A device on which a launch takes as many nanoseconds as `cost` says of the length of its program. */
class CostedDevice extends InterpretedDevice {
  laps = 0

  constructor(private readonly cost: (uops: number) => number) {
    super()
  }

  override record(launches: readonly Launch[]): CommandList {
    const list = super.record(launches)
    return {
      ...list,
      replayTimed: async () => {
        this.laps++
        await list.replay()
        return Float64Array.from(launches, l => this.cost((l.program as unknown as { readonly uops: readonly UOp[] }).uops.length))
      },
    }
  }
}

const bytesOf = (values: readonly number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer)
const SIZE = 128
/** Times in favour of short programs; the default schedule writes a lot out, so that others are faster. */
const shorter = (uops: number): number => uops * 1e3
/** Times that nothing beats the default in. */
const longer = (uops: number): number => 1e7 / uops

function setup(device: InterpretedDevice, options: Partial<RuntimeOptions> = {}) {
  const backend: Backend = { name: 'interpreted', probe: async () => ({ available: true, reason: '' }), open: async () => ({ renderer, device }) }
  const runtime = createRuntime({ backends: [backend], schedule: elementwiseSchedule, cacheDirectory: directory, ...options })
  const x = runtime.createBuffer(dtypes.f32, SIZE, { data: bytesOf(Array.from({ length: SIZE }, (_, i) => i)) })
  const read = async (buffer: UOp<'buffer'>): Promise<number[]> => [...new Float32Array((await runtime.read(buffer)).buffer)]
  return { runtime, x, read }
}
const twice = (a: UOp): UOp => binary('add', a, a)
const assign = (target: UOp, value: UOp): UOp => uop('assign', target.dtype, [target, value])
const schedules = async () => parseScheduleFile(await fs.readFile(path.join(directory, 'schedules.json'), 'utf8'))

describe('tuning a step', () => {
  it('finds the schedule that the device is fastest with, uses it, and keeps it for later processes', async () => {
    const device = new CostedDevice(shorter)
    const { runtime, x, read } = setup(device)
    const step = await runtime.capture([twice(x)])
    const report = await step.tune()
    const [kernel] = report.kernels
    expect(kernel.schedule).toContain('lane')
    expect(kernel.nanoseconds).toBeLessThan(0.97 * kernel.defaultNanoseconds)
    expect(report).toMatchObject({ defaultNanoseconds: kernel.defaultNanoseconds, nanoseconds: kernel.nanoseconds }) // there is no other
    await step.replay()
    expect(await read(step.results[0])).toEqual(Array.from({ length: SIZE }, (_, i) => 2 * i))
    const [entries] = Object.values(await schedules())
    expect(Object.values(entries)).toEqual([expect.objectContaining({ schedule: kernel.schedule, name: kernel.name })])
    await runtime.close()

    configure({ debug: 3 })
    const next = setup(new InterpretedDevice())
    const again = await next.runtime.capture([twice(next.x)])
    expect(logged.some(line => line.includes(`schedule ${kernel.schedule?.replaceAll('\n', '; ')}`))).toBe(true)
    configure({ debug: undefined })
    await again.replay()
    expect(await next.read(again.results[0])).toEqual(Array.from({ length: SIZE }, (_, i) => 2 * i))
    expect(await again.tune()).toMatchObject({ kernels: [], untouched: 1 })
  })

  it('leaves the default where nothing is faster, and remembers that', async () => {
    const device = new CostedDevice(longer)
    const { runtime, x } = setup(device)
    const step = await runtime.capture([twice(x)])
    const [kernel] = (await step.tune()).kernels
    expect(kernel).toMatchObject({ schedule: undefined, candidates: expect.any(Number) })
    expect(kernel.candidates).toBeGreaterThan(1)
    expect(Object.values(Object.values(await schedules())[0])[0].schedule).toBeNull()
    const before = device.laps
    expect((await step.tune()).kernels).toEqual([])
    expect(device.laps - before).toBe(1) // to see which kernels take the time
    expect((await step.tune({ again: true })).kernels).toHaveLength(1)
  })

  it('leaves the memory of the step as it was', async () => {
    const { runtime, x, read } = setup(new CostedDevice(shorter))
    const step = await runtime.capture([assign(x, twice(x))])
    await step.replay()
    await step.tune()
    expect(await read(x)).toEqual(Array.from({ length: SIZE }, (_, i) => 2 * i))
    await step.replay()
    expect(await read(x)).toEqual(Array.from({ length: SIZE }, (_, i) => 4 * i))
  })

  it('is done to every captured step where it is asked for', async () => {
    const { runtime, x } = setup(new CostedDevice(shorter), { tune: true })
    await runtime.capture([twice(x)])
    expect(Object.keys(await schedules())).toHaveLength(1)
  })

  it('does not take a schedule with which something else is computed', async () => {
    const device = new CostedDevice(shorter)
    const { runtime, x } = setup(device)
    const step = await runtime.capture([twice(x)])
    const run = device.run.bind(device)
    let runs = 0
    device.run = async launches => {
      await run(launches)
      if (runs++ > 0) device.upload(launches[0].buffers[0], bytesOf([700, 700])) // all but the default schedule are wrong here
    }
    expect((await step.tune()).kernels[0].schedule).toBeUndefined()
    expect(logged).toEqual([expect.stringContaining('computes something else with this schedule, the default stays')])
  })
})

describe('a schedule from a file', () => {
  async function fileWith(schedule: string): Promise<string> {
    const { runtime, x } = setup(new CostedDevice(shorter))
    await (await runtime.capture([twice(x)])).tune()
    await runtime.close()
    const known = await schedules()
    const file = path.join(directory, 'changed.json')
    const changed = Object.fromEntries(Object.entries(known).map(([target, kernels]) =>
      [target, Object.fromEntries(Object.entries(kernels).map(([k, e]) => [k, { ...e, schedule }]))]))
    await fs.writeFile(file, printScheduleFile(changed))
    return file
  }

  it.each([
    ['0: split 0 by 7', 'does not divide'],
    ['0: task 99', 'no axis 99'],
    ['0: dance 1', 'not a schedule step'],
    ['0: lane 0\n0: lane 0\n5: loop 0', 'there is no nest 5'],
  ])('that does not apply is named, and the default is used: %j', async (schedule, why) => {
    const file = await fileWith(schedule)
    const { runtime, x, read } = setup(new InterpretedDevice(), { schedules: file })
    const [result] = await runtime.realize([twice(x)])
    expect(await read(result)).toEqual(Array.from({ length: SIZE }, (_, i) => 2 * i))
    expect(logged).toEqual([expect.stringMatching(new RegExp(`^schedules: the one for .* in ${file} does not apply, the default is used: .*${why}`))])
  })

  it('that takes more scratch than there is does not apply', async () => {
    const file = await fileWith('0: stage 1 at 0')
    const small: Backend = {
      name: 'interpreted', probe: async () => ({ available: true, reason: '' }),
      open: async () => ({ renderer, device: new InterpretedDevice() }),
    }
    const runtime = createRuntime({
      backends: [small], schedule: elementwiseSchedule, cacheDirectory: 'off', schedules: file,
      lowerKernel: (kernel, capabilities, options) => {
        if (options?.schedule === undefined) throw new PetagradError('UNSUPPORTED', 'the default was asked for')
        return { ...interpretedProgram(kernel), scratchBytes: capabilities.scratch.private + 1 }
      },
    })
    await expect(runtime.realize([twice(runtime.createBuffer(dtypes.f32, SIZE))])).rejects.toThrow('the default was asked for')
    expect(logged[0]).toContain('bytes of scratch')
  })

  it('is part of the key that a rendered kernel is kept under', async () => {
    const file = await fileWith('0: split 0 by 2')
    configure({ debug: 3 })
    for (const [options, schedule] of [[{ schedules: file }, '0: split 0 by 2'], [{ schedules: 'off' }, '0: split 0 by 8; '], [{ schedules: file }, '0: split 0 by 2']] as const) {
      logged = []
      const { runtime, x } = setup(new InterpretedDevice(), options)
      await runtime.realize([twice(x)])
      await runtime.close()
      expect(logged.filter(l => l.includes('schedule'))).toEqual([expect.stringContaining(`schedule ${schedule}`)])
    }
  })
})

const interpretedProgram = (kernel: UOp<'kernel'>) => ({
  name: kernel.arg.name, uops: [], params: [], variables: [], grid: [1], block: [], scratchBytes: 0, work: { ops: 0, bytes: 0 }, schedule: '',
})
