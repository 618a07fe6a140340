import { createCRenderer } from '@petagrad/renderer-c'
import { createWasmRenderer } from '@petagrad/renderer-wasm'
import { describe, test } from 'vitest'
import { conformanceCases, programTarget, scheduledTarget, seedFrom, tensorInterpreter, type ConformanceTarget } from '../src/index.js'

const seed = seedFrom(process.env, 1000)

function suite(target: ConformanceTarget): void {
  describe(`${target.name} (seed ${seed})`, () => {
    for (const c of conformanceCases(target, { seed })) {
      if (c.skip === undefined) test(c.name, c.run)
      else test.skip(`${c.name}: ${c.skip}`, c.run)
    }
  })
}

suite(tensorInterpreter)
suite(scheduledTarget())
suite(programTarget('programs for WebAssembly', createWasmRenderer().capabilities))
suite(programTarget('programs for C', createCRenderer({ compiler: 'clang', isa: 'x86-64-v3', cores: 2 }).capabilities))
