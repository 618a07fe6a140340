import { cpu } from 'petagrad/cpu'
import { wasm } from 'petagrad/wasm'
import type { Backend, OpenedBackend } from '@petagrad/runtime'
import { createCRenderer } from '@petagrad/renderer-c'
import { createWasmRenderer } from '@petagrad/renderer-wasm'
import { afterAll, describe, test } from 'vitest'
import { conformanceCases, deviceTarget, programTarget, scheduledTarget, seedFrom, tensorInterpreter, type ConformanceTarget } from '../src/index.js'

const seed = seedFrom(process.env, 1000)

/** Cases run in groups at the same time, so that a device can compile a group's kernels together. */
const GROUP = 100

function suite(target: ConformanceTarget): void {
  const cases = conformanceCases(target, { seed })
  const groups = new Map<number, readonly Promise<unknown>[]>()
  const outcome = async (i: number): Promise<void> => {
    const first = i - (i % GROUP)
    let group = groups.get(first)
    if (group === undefined) {
      group = cases.slice(first, first + GROUP).map(c => (c.skip === undefined ? c.run().then(() => undefined, (error: unknown) => ({ error })) : Promise.resolve(undefined)))
      groups.set(first, group)
    }
    const failed = await group[i - first]
    if (failed !== undefined) throw (failed as { readonly error: unknown }).error // made just above
  }
  describe(`${target.name} (seed ${seed})`, () => {
    cases.forEach((c, i) => {
      if (c.skip === undefined) test(c.name, () => outcome(i))
      else test.skip(`${c.name}: ${c.skip}`, () => undefined)
    })
  })
}

suite(tensorInterpreter)
suite(scheduledTarget())
suite(programTarget('programs for WebAssembly', createWasmRenderer().capabilities))
suite(programTarget('programs for C', createCRenderer({ compiler: 'clang', isa: 'x86-64-v3', cores: 2 }).capabilities))
for (const backend of [wasm, cpu]) await deviceSuite(backend)

async function deviceSuite(backend: Backend): Promise<void> {
  const { available, reason } = await backend.probe()
  if (!available) {
    test.skip(`${backend.name}: ${reason}`, () => undefined)
    return
  }
  const { renderer, device }: OpenedBackend = await backend.open({ threads: 2 })
  afterAll(() => device.close())
  suite(deviceTarget(backend.name, renderer, device))
}
