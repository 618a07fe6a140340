import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { lowerKernel } from '@petagrad/codegen'
import { binary, constant, dtypes, uop, variable, type UOp } from '@petagrad/ir'
import { schedule } from '@petagrad/schedule'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { bindGraph, placeGraph, withPlan } from '../src/bound-graph.js'
import { BufferRegistry } from '../src/buffer-registry.js'
import { newCounters } from '../src/counters.js'
import { openDiskCache } from '../src/disk-cache.js'
import { graphText } from '../src/graph-text.js'
import { configure } from '../src/index.js'
import { KernelCompiler } from '../src/kernel-compiler.js'
import { MemoryPool } from '../src/memory-pool.js'
import { MemoryPressure } from '../src/memory-pressure.js'
import { Arena, type OpenedDevice } from '../src/opened-device.js'
import { PlanCache } from '../src/plan-cache.js'
import { planLaunches } from '../src/plan-launches.js'
import { Planner } from '../src/planner.js'
import { InterpretedDevice, interpretedRenderer } from './interpreted-backend.js'

const f32 = dtypes.f32
const made: string[] = []
afterAll(async () => {
  for (const d of made) await fs.rm(d, { recursive: true, force: true })
})
afterEach(() => configure({ debug: undefined, log: undefined }))

async function newDirectory(): Promise<string> {
  const directory = await fs.mkdtemp(path.join(tmpdir(), 'petagrad-plans-'))
  made.push(directory)
  return directory
}

/** What a process has that opens the device with this cache. */
async function openProcess(directory: string, build = 'build 1', tuned = '') {
  const store = await openDiskCache(directory)
  const interpreted = new InterpretedDevice()
  const counters = newCounters()
  const did = { schedules: 0, lowerings: 0 }
  const compiler = new KernelCompiler({
    renderer: interpretedRenderer, device: interpreted, disassemble: undefined, counters, cache: { store, build },
    lowerKernel: async () => (...args) => { did.lowerings++; return lowerKernel(...args) },
  })
  const pool = new MemoryPool(interpreted, counters)
  const device: OpenedDevice = {
    name: 'interpreted', device: interpreted, renderer: interpretedRenderer, pool, arena: new Arena(pool), compiler,
    plans: new PlanCache(store, compiler, counters, () => tuned), schedules: undefined, pressure: new MemoryPressure(),
  }
  const planner = new Planner(async () => (...args) => { did.schedules++; return schedule(...args) }, counters)
  const buffers = new BufferRegistry()
  const run = async (graph: (x: UOp) => readonly UOp[], values: readonly number[] = [1, 2, 3, 4, 5, 6]): Promise<number[][]> => {
    const buffer = buffers.create(f32, values.length, 'default', new Uint8Array(Float32Array.from(values).buffer))
    const bound = bindGraph(graph(buffer), buffers)
    const planned = withPlan(bound, await planner.plan(bound, device), buffers)
    const memory = placeGraph(planned, device, bytes => device.arena.reserve(bytes))
    await interpreted.run(planLaunches(planned.plan, planned.plan.kernels, memory))
    await compiler.settled()
    return Promise.all(planned.results.map(async result => {
      const { memory: at } = buffers.get(result)
      if (at === undefined) throw new Error('a result has no memory')
      const bytes = await interpreted.download({ buffer: at, offset: 0 }, at.bytes)
      return [...new Float32Array(bytes.buffer, 0, result.arg.size)]
    }))
  }
  return { run, did, calls: interpreted.calls, counters, plans: device.plans }
}

const times = (x: UOp, factor: number): UOp => binary('mul', x, uop('expand', f32, [uop('reshape', f32, [constant(factor, f32)], [1])], [6]))
const total = (x: UOp): UOp => uop('reduce_axis', x.dtype, [x], { alu: 'add', axes: [0] })
/** Two kernels, an intermediate, a fresh result, the buffer itself and one root twice. */
const step = (x: UOp): readonly UOp[] => {
  const kept = uop('contiguous', f32, [times(x, 2)])
  const sum = total(uop('contiguous', f32, [times(kept, 3)]))
  return [sum, uop('assign', f32, [x, kept]), sum, kept]
}
const expected = [[126], [2, 4, 6, 8, 10, 12], [126], [2, 4, 6, 8, 10, 12]]

describe('a plan on disk', () => {
  it('spares the next process scheduling, codegen and compilation', async () => {
    const directory = await newDirectory()
    const first = await openProcess(directory)
    expect(await first.run(step)).toEqual(expected)
    expect(first.did.schedules).toBe(1)
    const next = await openProcess(directory)
    expect(await next.run(step)).toEqual(expected)
    expect(next.did).toEqual({ schedules: 0, lowerings: 0 })
    expect(next.calls.compile).toBe(0)
    expect(next.counters).toMatchObject({ schedules: 1, scheduleCacheHits: 1 })
  })

  it('serves other buffers of the same structure, and loads its kernels once', async () => {
    const directory = await newDirectory()
    await (await openProcess(directory)).run(step)
    const next = await openProcess(directory)
    await next.run(step)
    const { load } = next.calls
    expect((await next.run(step, [10, 20, 30, 40, 50, 60]))[0]).toEqual([1260])
    expect(next.calls.load).toBe(load)
    expect(next.did.schedules).toBe(0)
  })

  it('is not taken by another build of the compiler', async () => {
    const directory = await newDirectory()
    await (await openProcess(directory)).run(step)
    const next = await openProcess(directory, 'build 2')
    expect(await next.run(step)).toEqual(expected)
    expect(next.did.schedules).toBe(1)
    expect(next.did.lowerings).toBeGreaterThan(0)
  })

  it('is not taken where tuning has found other schedules meanwhile', async () => {
    const directory = await newDirectory()
    await (await openProcess(directory)).run(step)
    const next = await openProcess(directory, 'build 1', 'a kernel and its schedule')
    expect(await next.run(step)).toEqual(expected)
    expect(next.did.schedules).toBe(1)
  })

  it('is not taken for a graph that differs in a constant, a shape or the roles of its buffers', async () => {
    const directory = await newDirectory()
    await (await openProcess(directory)).run(x => [times(x, 2)])
    const next = await openProcess(directory)
    expect(await next.run(x => [times(x, 3)])).toEqual([[3, 6, 9, 12, 15, 18]])
    expect(await next.run(x => [uop('flip', f32, [times(x, 2)], [0])])).toEqual([[12, 10, 8, 6, 4, 2]])
    expect(next.did.schedules).toBe(2)
  })

  it('that is cut short or damaged is made again', async () => {
    const directory = await newDirectory()
    await (await openProcess(directory)).run(step)
    for (const name of await fs.readdir(directory, { recursive: true })) {
      const file = path.join(directory, name)
      if ((await fs.stat(file)).isFile()) await fs.truncate(file, 100)
    }
    const next = await openProcess(directory)
    expect(await next.run(step)).toEqual(expected)
    expect(next.did.schedules).toBe(1)
  })

  it('is left aside where debugging output shows how plans come about', async () => {
    const directory = await newDirectory()
    await (await openProcess(directory)).run(step)
    const lines: string[] = []
    configure({ debug: 3, log: text => lines.push(text) })
    const next = await openProcess(directory)
    await next.run(step)
    expect(next.did.schedules).toBe(1)
    expect(lines.some(l => l.includes('schedule'))).toBe(true)
  })
})

describe('the text of a graph', () => {
  const buffer = (id: number): UOp => uop('buffer', f32, [], { id, size: 6, device: 'default' })
  const sink = (...roots: UOp[]): UOp => uop('sink', dtypes.void, roots)

  it('does not depend on which buffers a graph is over, but on which are the same', () => {
    const sum = (a: UOp, b: UOp): string | undefined => graphText(sink(binary('add', a, b)))?.text
    expect(sum(buffer(1001), buffer(1002))).toBe(sum(buffer(1004), buffer(1003)))
    expect(sum(buffer(1001), buffer(1001))).not.toBe(sum(buffer(1001), buffer(1002)))
  })

  it('names buffers in the order in which plans number them', () => {
    const graph = sink(binary('sub', buffer(1008), buffer(1007)), buffer(1006)) as UOp<'sink'> // by its op
    expect(graphText(graph)?.buffers).toEqual(schedule(graph).externals)
  })

  it('is not given where sizes are symbolic', () => {
    const n = variable('n', 1, 6)
    expect(graphText(sink(uop('shrink', f32, [buffer(1009)], [[0, n]])))).toBeUndefined()
  })
})
