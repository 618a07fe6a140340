import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { cpu } from 'petagrad/cpu'
import { checkCase } from '../src/code/check-case.js'
import { casesByName } from '../src/families/index.js'

const compiler = await cpu.probe()
const reason = !compiler.available ? compiler.reason
  : process.arch !== 'x64' ? `machine code is read on x86-64 only, not on ${process.arch}`
  : spawnSync('objdump', ['--version']).status !== 0 ? 'no objdump on PATH'
  : undefined

const suite = reason === undefined ? describe : describe.skip
suite(`the machine code of the cpu device${reason === undefined ? '' : ` (${reason})`}`, () => {
  it('multiplies and adds vectors only in the inner loop of a product, in one kernel without intermediates', async () => {
    const benchmark = casesByName.get('gemm-512')
    if (benchmark === undefined) throw new Error('there is no case gemm-512')
    const { launches, arenaBytes, loops } = await checkCase(benchmark, 1)
    expect({ launches, arenaBytes }).toEqual({ launches: 1, arenaBytes: 0 })
    const [loop] = Object.values(loops)
    expect(loop?.vectorFmas).toBeGreaterThan(0)
    expect(loop?.scalarFmas).toBe(0)
    expect((loop?.loads ?? Infinity) / (loop?.vectorFmas ?? 1)).toBeLessThan(1)
  }, 120_000)
})
