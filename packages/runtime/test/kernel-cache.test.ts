import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { address, binary, constant, dtypes, indexConst, load, param, range, store, uop, type UOp } from '@petagrad/ir'
import { lowerKernel } from '@petagrad/codegen'
import { afterAll, describe, expect, it } from 'vitest'
import { newCounters } from '../src/counters.js'
import { openDiskCache } from '../src/disk-cache.js'
import { KernelCompiler } from '../src/kernel-compiler.js'
import { kernelText } from '../src/graph-text.js'
import { decodeLowered, encodeLowered, type LoweredKernel } from '../src/lowered-kernel.js'
import { InterpretedDevice, interpretedRenderer } from './interpreted-backend.js'

const made: string[] = []
afterAll(async () => {
  for (const d of made) await fs.rm(d, { recursive: true, force: true })
})

function addConstant(value: number, name = 'k'): UOp<'kernel'> {
  const i = range(8, 0, 'loop')
  const at = (slot: number): UOp => address(param(slot, dtypes.f32, 8), i)
  return uop('kernel', dtypes.void, [store(at(0), binary('add', load(at(1)), constant(value, dtypes.f32)))], { name })
}

async function compilers() {
  const directory = await fs.mkdtemp(path.join(tmpdir(), 'petagrad-kernels-'))
  made.push(directory)
  return async (build: string | undefined) => {
    const device = new InterpretedDevice()
    const counters = newCounters()
    let lowerings = 0
    const store = await openDiskCache(directory)
    const compiler = new KernelCompiler({
      renderer: interpretedRenderer, device, disassemble: undefined, counters, cache: { store, build },
      lowerKernel: async () => (...args) => { lowerings++; return lowerKernel(...args) },
    })
    return { compiler, device, counters, lowerings: () => lowerings }
  }
}

describe('kernels on disk', () => {
  it('need neither codegen nor a compiler in the next process', async () => {
    const open = await compilers()
    const first = await open('build 1')
    const kernel = addConstant(1)
    const { lowered } = await first.compiler.compile(kernel)
    expect([first.lowerings(), first.device.calls.compile]).toEqual([1, 1])
    await first.compiler.settled()
    const next = await open('build 1')
    expect((await next.compiler.compile(kernel)).lowered).toEqual(lowered)
    expect([next.lowerings(), next.device.calls.compile, next.device.calls.load]).toEqual([0, 0, 1])
  })

  it('that another build of the compiler rendered are not taken; equal artifacts need no compiler even so', async () => {
    const open = await compilers()
    const first = await open('build 1')
    await first.compiler.compile(addConstant(1))
    await first.compiler.settled()
    for (const build of ['build 2', undefined]) {
      const next = await open(build)
      await next.compiler.compile(addConstant(1))
      expect([next.lowerings(), next.device.calls.compile]).toEqual([1, 0])
    }
  })

  it('are told apart by the schedule that was given', async () => {
    const open = await compilers()
    const schedules = [undefined, '0: split 0 by 2', '0: split 0 by 4', undefined]
    const first = await open('build 1')
    const made: string[] = []
    for (const schedule of schedules) {
      made.push((await first.compiler.compileWith(addConstant(1), schedule)).lowered.schedule)
      await first.compiler.settled()
    }
    expect(made.slice(1, 3)).toEqual(schedules.slice(1, 3))
    expect(first.lowerings()).toBe(3) // the last one is known
    const next = await open('build 1')
    for (const [i, schedule] of schedules.entries()) expect((await next.compiler.compileWith(addConstant(1), schedule)).lowered.schedule).toBe(made[i])
    expect(next.lowerings()).toBe(0)
  })

  it('are told apart by every constant and name', async () => {
    const open = await compilers()
    const { compiler, device } = await open('build 1')
    await Promise.all([compiler.compile(addConstant(1)), compiler.compile(addConstant(2)), compiler.compile(addConstant(0)),
      compiler.compile(addConstant(-0)), compiler.compile(addConstant(1, 'other'))])
    expect(device.calls.compile).toBe(5)
  })
})

it('kernel text is the same whatever was built before', () => {
  const early = kernelText(addConstant(3))
  for (let i = 0; i < 100; i++) indexConst(1e6 + i)
  expect(kernelText(addConstant(3, 'k'))).toBe(early)
  expect(kernelText(addConstant(4))).not.toBe(early)
})

describe('a lowered kernel as bytes', () => {
  const base: LoweredKernel = {
    name: 'k', artifact: { kind: 'source', language: 'c', text: 'void k() {} // µ', entry: 'k' },
    info: { entry: 'k', params: 2, variables: 0, scratchBytes: 64, block: [] }, grid: [4], work: { ops: 8, bytes: 64 }, schedule: 'unroll i 4',
  }
  it.each<[string, LoweredKernel]>([
    ['source', base],
    ['binary', { ...base, artifact: { kind: 'binary', format: 'wasm', bytes: Uint8Array.of(0, 97, 115, 109), entry: 'k' } }],
  ])('comes back the same: %s', (_, kernel) => {
    const bytes = encodeLowered(kernel)
    expect(bytes && decodeLowered(bytes)).toEqual(kernel)
  })

  it('is refused where its grid is symbolic', () => {
    expect(encodeLowered({ ...base, grid: [uop('variable', dtypes.index, [], { name: 'n', min: 1, max: 9 })] })).toBeUndefined()
  })
})
