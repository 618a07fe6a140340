import { chmod, mkdir, mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { address, binary, cast, constant, dtypes, load, param, scratch, store, uop, variable, type UOp } from '@petagrad/ir'
import { createCRenderer } from '@petagrad/renderer-c'
import type { LinearProgram } from '@petagrad/renderer'
import type { BufferRef, Launch, LoadedProgram } from '@petagrad/device'
import { createCpuDevice, probeCpu, type CpuDevice, type CpuOptions } from '../src/index.js'
import { LoopTurn } from '../src/loop-turn.js'
import { listed, program } from './programs.js'

const { available, reason } = await probeCpu()
const open: CpuDevice[] = []

async function device(options: CpuOptions = {}): Promise<CpuDevice> {
  const opened = await createCpuDevice(options)
  open.push(opened)
  return opened
}

afterEach(async () => {
  await Promise.all(open.splice(0).map(d => d.close()))
})

const task = (tasks: number): UOp => uop('special', dtypes.i32, [constant(tasks, dtypes.i32)], { name: 'grid0' })

/** out[task] = out[task] * 3 + task, one element a task: order and completeness show in the numbers. */
function stepProgram(size: number): LinearProgram {
  const t = task(size)
  const at = address(param(0, dtypes.i64, size), t)
  const next = binary('add', binary('mul', load(at), constant(3n, dtypes.i64)), cast('cast', t, dtypes.i64))
  return program('step', listed(store(at, next)), [{ slot: 0, dtype: dtypes.i64, size, access: 'readwrite' }], { grid: [size] })
}

async function ready(on: CpuDevice, what: LinearProgram): Promise<LoadedProgram> {
  const artifact = createCRenderer(on.target).render(what)
  const { params, variables, scratchBytes } = what
  return on.load(await on.compile(artifact), { entry: artifact.entry, params: params.length, variables: variables.length, scratchBytes, block: [] })
}

const whole = (on: CpuDevice, bytes: number): BufferRef => ({ buffer: on.allocate(bytes), offset: 0 })
const bytesOf = (view: ArrayBufferView): Uint8Array => new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
const i64 = (bytes: Uint8Array): BigInt64Array => new BigInt64Array(bytes.slice().buffer)

describe.skipIf(!available)(`the cpu device (${reason})`, () => {
  it('turns the event loop now and then while a program awaits nothing but short work', async () => {
    const took = vi.spyOn(LoopTurn.prototype, 'took')
    const end = vi.spyOn(LoopTurn.prototype, 'end')
    const on = await device({ threads: 2 })
    const list = on.record([{ program: await ready(on, stepProgram(1000)), buffers: [whole(on, 8000)], variables: [], grid: [1000] }])
    let [held, before, ends] = [0, 0, 0]
    for (let i = 0; i < 5000; i++) {
      await list.replay()
      if (end.mock.calls.length > ends) held = 0
      else {
        before = Math.max(before, held) // what the last replay takes is known only when it is over
        held += took.mock.lastCall?.[0] ?? 0
      }
      ends = end.mock.calls.length
    }
    expect(took).toHaveBeenCalled()
    expect(before).toBeLessThanOrEqual(8e6)
    vi.restoreAllMocks()
  })

  it.each([1, 2, 3, 4, 8])('runs every task of every launch once, in launch order, on %i threads', async threads => {
    const on = await device({ threads })
    const size = 1000
    const step = await ready(on, stepProgram(size))
    const ref = whole(on, size * 8)
    on.upload(ref, new Uint8Array(size * 8))
    const rounds = 200
    const list = on.record(Array.from({ length: rounds }, (): Launch => ({ program: step, buffers: [ref], variables: [], grid: [size] })))
    await list.replay()
    await list.replay()
    const want = BigInt64Array.from({ length: size }, (_, t) => {
      let x = 0n
      for (let k = 0; k < 2 * rounds; k++) x = BigInt.asIntN(64, x * 3n + BigInt(t))
      return x
    })
    expect(i64(await on.download(ref, size * 8))).toEqual(want)
    expect(on.statistics().launches).toBe(2 * rounds)
  })

  it('runs few tasks on more threads, and none at all', async () => {
    const on = await device({ threads: 8 })
    const step = await ready(on, stepProgram(3))
    const ref = whole(on, 24)
    on.upload(ref, bytesOf(BigInt64Array.of(1n, 1n, 1n)))
    for (let k = 0; k < 500; k++) await on.run([{ program: step, buffers: [ref], variables: [], grid: [0] }])
    await on.run([{ program: step, buffers: [ref], variables: [], grid: [3] }])
    expect([...i64(await on.download(ref, 24))]).toEqual([3n, 4n, 5n])
  })

  it('keeps uploads, launches and downloads in the order they were called', async () => {
    const on = await device()
    const size = 4096
    const step = await ready(on, stepProgram(size))
    const ref = whole(on, size * 8)
    const zeros = new Uint8Array(size * 8)
    const launch: Launch = { program: step, buffers: [ref], variables: [], grid: [size] }
    on.upload(ref, zeros)
    const first = on.run([launch])
    const afterOne = on.download(ref, size * 8)
    const data = bytesOf(new BigInt64Array(size).fill(100n))
    on.upload(ref, data)
    data.fill(0) // the upload has taken what was there when it was called
    const second = on.run([launch, launch])
    const afterTwo = on.download(ref, size * 8)
    await Promise.all([first, second])
    expect(i64(await afterOne)[7]).toBe(7n)
    expect(i64(await afterTwo)[7]).toBe((100n * 3n + 7n) * 3n + 7n)
  })

  it('passes symbolic integers and gives each task its own scratch', async () => {
    const on = await device({ threads: 4 })
    const [size, most] = [64, 100]
    const n = variable('n', 0, most)
    const bound = uop('variable', dtypes.i32, [], n.arg)
    const t = task(size)
    // Counts from task upwards in scratch, n times, then stores the last: scratch of two tasks must not be one.
    const cell = address(scratch(0, dtypes.i32, most), constant(0, dtypes.i32))
    const start = store(cell, constant(0, dtypes.i32))
    const i = uop('range', dtypes.i32, [bound], { axis: 0, kind: 'loop' })
    const before = load(cell)
    const add = store(cell, binary('add', before, t))
    const total = load(uop('after', cell.dtype, [cell, add]))
    const out = store(address(param(0, dtypes.i32, size), t), total)
    const head = listed(start, t, i)
    const body = [before, ...listed(add).filter(u => u !== before && !head.includes(u))]
    const uops = [...head, ...body, uop('end', dtypes.void, [i]), ...listed(out).filter(u => !head.includes(u) && !body.includes(u))]
    const sum = await ready(on, program('times', uops, [{ slot: 0, dtype: dtypes.i32, size, access: 'write' }], { variables: [n], grid: [size], scratchBytes: 448 }))
    const ref = whole(on, size * 4)
    await on.run([{ program: sum, buffers: [ref], variables: [37], grid: [size] }])
    const got = new Int32Array((await on.download(ref, size * 4)).buffer)
    expect([...got]).toEqual(Array.from({ length: size }, (_, k) => 37 * k))
  })

  it('rebinds a recorded launch to another buffer', async () => {
    const on = await device()
    const step = await ready(on, stepProgram(2))
    const [a, b] = [whole(on, 16), whole(on, 16)]
    for (const ref of [a, b]) on.upload(ref, bytesOf(BigInt64Array.of(5n, 5n)))
    const list = on.record([{ program: step, buffers: [a], variables: [], grid: [2] }])
    const replay = list.replay()
    list.rebind(0, 0, b) // takes effect after the replay that is under way
    await replay
    await list.replay()
    expect([...i64(await on.download(a, 16))]).toEqual([15n, 16n])
    expect([...i64(await on.download(b, 16))]).toEqual([15n, 16n])
    expect(() => list.rebind(0, 1, b)).toThrow(/INDEX_OUT_OF_RANGE/)
  })

  it('describes itself in one line', async () => {
    const on = await device({ threads: 3 })
    expect(on.description).toMatch(/^.+, 3 threads, (clang|gcc) \d+\.\d\S* \(\/\S+\) for (x86-64-v[234]|aarch64)$/)
    expect(on.target).toMatchObject({ cores: 3 })
  })

  it('measures launches', async () => {
    const on = await device()
    const step = await ready(on, stepProgram(100))
    const ref = whole(on, 800)
    const times = await on.record([1, 2, 3].map((): Launch => ({ program: step, buffers: [ref], variables: [], grid: [100] }))).replayTimed()
    expect(times).toHaveLength(3)
    expect(times.every(t => t > 0 && t < 1e9)).toBe(true)
  })

  it('gives memory back, and refuses it after', async () => {
    const on = await device()
    const before = on.statistics()
    const buffers = Array.from({ length: 50 }, (_, i) => on.allocate(1 << (i % 24)))
    for (const b of buffers) b.free()
    buffers[0].free()
    expect(on.statistics()).toEqual(before)
    expect(() => on.upload({ buffer: buffers[0], offset: 0 }, new Uint8Array(1))).toThrow(/USE_AFTER_FREE/)
    expect(() => on.allocate(2 ** 52)).toThrow(/OUT_OF_MEMORY/)
    expect(() => on.allocate(-1)).toThrow(/INVALID_ARGUMENT/)
    expect(() => on.upload({ buffer: on.allocate(8), offset: 0 }, new Uint8Array(9))).toThrow(/INDEX_OUT_OF_RANGE/)
  })

  it('does not keep memory over many allocations', async () => {
    const on = await device()
    const resident = () => process.memoryUsage().rss
    for (let k = 0; k < 20; k++) touch(on)
    const before = resident()
    for (let k = 0; k < 400; k++) touch(on)
    expect(resident() - before).toBeLessThan(256 << 20)
  })

  it('shows the compiler\'s complaint and keeps the source', async () => {
    const on = await device()
    const text = 'void kernel_bad(void) { this is not C; }\n'
    const error: unknown = await on.compile({ kind: 'source', language: 'c', text, entry: 'kernel_bad' }).catch((e: unknown) => e)
    expect(String(error)).toMatch(/error: .*COMPILE_FAILED/s)
    const kept = /kept in (\S+\.c)/.exec(String(error))?.[1] ?? ''
    expect(await readFile(kept, 'utf8')).toBe(text)
    await rm(join(kept, '..'), { recursive: true })
    await expect(on.compile({ kind: 'source', language: 'wgsl', text, entry: 'x' })).rejects.toThrow(/UNSUPPORTED/)
  })

  it('compiles kernels together that have one name or share functions', async () => {
    const on = await device()
    const unit = (body: string) => ({ kind: 'source', language: 'c', entry: 'kernel_f', text: `typedef int i32;\n\nstatic inline i32 twice(i32 x) { return 2 * x; }\n\nvoid kernel_f(void *const *params) { *(i32 *)params[0] = ${body}; }\n` }) as const
    const binaries = await on.compileMany?.([unit('twice(1)'), unit('twice(2)'), unit('twice(1)'), unit('twice(3)')]) ?? []
    const ref = whole(on, 4)
    const got: number[] = []
    for (const binary of binaries) {
      const f = await on.load(binary, { entry: 'kernel_f', params: 1, variables: 0, scratchBytes: 0, block: [] })
      await on.run([{ program: f, buffers: [ref], variables: [], grid: [] }])
      got.push(new Int32Array((await on.download(ref, 4)).buffer)[0])
    }
    expect(got).toEqual([2, 4, 2, 6])
  })

  it('refuses a binary that is none, and a function that is not in it', async () => {
    const on = await device()
    const info = { entry: 'f', params: 0, variables: 0, scratchBytes: 0, block: [] }
    await expect(on.load(new Uint8Array(100), info)).rejects.toThrow(/DEVICE_FAILED/)
    const binary = await on.compile({ kind: 'source', language: 'c', text: 'int g;\n', entry: 'g' })
    await expect(on.load(binary, info)).rejects.toThrow(/f.*DEVICE_FAILED/s)
  })

  it('refuses bad thread counts and use after close', async () => {
    await expect(createCpuDevice({ threads: 0 })).rejects.toThrow(/INVALID_ARGUMENT/)
    const on = await createCpuDevice()
    await on.close()
    await on.close()
    expect(() => on.allocate(1)).toThrow(/USE_AFTER_FREE/)
  })
})

describe('the search for a compiler', () => {
  it('says in one sentence what was looked for', async () => {
    const path = process.env.PATH
    process.env.PATH = ''
    try {
      const probe = await probeCpu()
      expect(probe.available).toBe(false)
      expect(probe.reason).toMatch(/^no C compiler on PATH \(looked for clang-22, .*gcc and cc\); install clang or gcc$/)
      await expect(createCpuDevice()).rejects.toThrow(/no C compiler on PATH.*DEVICE_UNAVAILABLE/)
    } finally {
      process.env.PATH = path
    }
  })

  describe.skipIf(!available)(`and its memory (${reason})`, () => {
    /** A compiler that counts its starts, in a cache of its own. */
    async function counted(action: (compiler: string, cache: string, starts: () => Promise<number>) => Promise<void>): Promise<void> {
      const directory = await mkdtemp(join(tmpdir(), 'petagrad-test-'))
      const [compiler, log, before] = [join(directory, 'cc'), join(directory, 'log'), process.env.PETAGRAD_CACHE]
      const real = /\((\/\S+)\)/.exec(reason)?.[1] ?? ''
      await writeFile(compiler, `#!/bin/sh\necho x >> ${log}\nexec ${real} "$@"\n`)
      await chmod(compiler, 0o755)
      await writeFile(log, '')
      process.env.PETAGRAD_CACHE = join(directory, 'cache')
      try {
        await action(compiler, join(directory, 'cache', 'cpu'), async () => (await readFile(log, 'utf8')).length / 2)
      } finally {
        if (before === undefined) delete process.env.PETAGRAD_CACHE
        else process.env.PETAGRAD_CACHE = before
        await rm(directory, { recursive: true })
      }
    }

    it('tries a compiler once, and again when it or the record changed', () => counted(async (compiler, cache, starts) => {
      expect((await probeCpu({ compiler })).available).toBe(true)
      const once = await starts()
      expect((await probeCpu({ compiler })).available).toBe(true)
      expect(await starts()).toBe(once)
      for (const file of await readdir(cache)) if (file.endsWith('.json')) await truncate(join(cache, file), 10)
      expect((await probeCpu({ compiler })).available).toBe(true)
      expect(await starts()).toBe(2 * once)
      await utimes(compiler, 1, 1)
      expect((await probeCpu({ compiler })).available).toBe(true)
      expect(await starts()).toBe(3 * once)
    }))

    it('does not load code from a directory that others can write', () => counted(async (compiler, cache) => {
      await mkdir(cache, { recursive: true })
      await chmod(cache, 0o777)
      expect((await probeCpu({ compiler })).available).toBe(true)
      expect(await readdir(cache)).toEqual([])
    }))
  })

  it('reports a compiler that does not work', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'petagrad-test-'))
    const file = join(directory, 'broken')
    await writeFile(file, '#!/bin/sh\necho "license expired" >&2\nexit 3\n')
    await chmod(file, 0o755)
    expect(await probeCpu({ compiler: file })).toEqual({ available: false, reason: `${file} does not run: license expired` })
    expect((await probeCpu({ compiler: '/nowhere/cc' })).reason).toBe('no C compiler at /nowhere/cc')
    await rm(directory, { recursive: true })
  })
})

function touch(on: CpuDevice): void {
  const buffer = on.allocate(8 << 20)
  on.upload({ buffer, offset: 0 }, new Uint8Array(8 << 20).fill(1))
  buffer.free()
}
