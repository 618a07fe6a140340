import { createCRenderer } from '@petagrad/renderer-c'
import { createWasmRenderer } from '@petagrad/renderer-wasm'
import type { Backend } from '@petagrad/runtime'
import { cpu } from 'petagrad/cpu'
import { wasm } from 'petagrad/wasm'
import { afterAll, describe, test } from 'vitest'
import { conformanceCases, deviceTarget, programTarget, scheduledTarget, seedFrom, tensorInterpreter, type ConformanceTarget } from '../src/index.js'
import { inGroups } from './in-groups.js'

const seed = seedFrom(process.env, 1000)

function suite(target: ConformanceTarget): void {
  const cases = conformanceCases(target, { seed })
  const outcome = inGroups(cases.map(c => (c.skip === undefined ? c.run : () => Promise.resolve())))
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
suite(programTarget('programs for C', createCRenderer({ compiler: 'clang', isa: 'x86-64-v3', features: ['avxvnni'], cores: 2 }).capabilities))
for (const backend of [wasm, cpu]) await deviceSuite(backend)

async function deviceSuite(backend: Backend): Promise<void> {
  const { available, reason } = await backend.probe()
  if (!available) {
    test.skip(`${backend.name}: ${reason}`, () => undefined)
    return
  }
  const { renderer, device } = await backend.open({ threads: 2 })
  afterAll(() => device.close())
  suite(deviceTarget(backend.name, renderer, device))
}
