import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { capture, configure, createRuntime, setDefaultRuntime, Tensor } from 'petagrad'
import { wasm } from 'petagrad/wasm'
import { afterAll, expect, it } from 'vitest'

const made: string[] = []
afterAll(async () => {
  configure({ log: undefined, debug: undefined })
  for (const d of made) await fs.rm(d, { recursive: true, force: true })
})

const n = 24
const values = (factor: number): Float32Array => Float32Array.from({ length: n * n }, (_, i) => ((i * factor) % 17) - 8)

/** What a small product on WebAssembly comes to, and what a runtime with these schedules says of it. */
async function product(schedules: string, tune: boolean) {
  const log: string[] = []
  configure({ log: text => log.push(text), debug: 3 })
  const runtime = createRuntime({ backends: [wasm], threads: 1, cacheDirectory: 'off', schedules })
  setDefaultRuntime(() => runtime)
  try {
    const [a, b] = [values(7), values(5)].map(v => Tensor.from(v, { shape: [n, n] }))
    const step = capture(() => a.matmul(b).relu())
    await step()
    const report = tune ? await step.tune({ candidates: 6, seconds: 0.1 }) : undefined
    const result = [...(await (await step()).data())].map(Number)
    const untuned = tune ? [] : log.filter(l => l.includes('schedule')).map(l => l.replace(/^.*schedule /, ''))
    return { report, result, schedules: untuned, log }
  } finally {
    await runtime.close()
    configure({ log: undefined, debug: undefined })
  }
}

it('tunes a product on WebAssembly: the same result, and a file that later runs need nothing but', async () => {
  const directory = await fs.mkdtemp(path.join(tmpdir(), 'petagrad-tune-'))
  made.push(directory)
  const file = path.join(directory, 'schedules.json')
  const usual = await product('off', false)
  const tuned = await product(file, true)
  expect(tuned.result).toEqual(usual.result) // whole numbers: no order of summation rounds
  expect(tuned.report?.kernels).toHaveLength(1)
  expect(tuned.report?.kernels[0].candidates).toBeGreaterThan(6)
  const later = await product(file, false)
  expect(later.result).toEqual(usual.result)
  const schedule = tuned.report?.kernels[0].schedule
  expect(later.schedules).toEqual(schedule === undefined ? usual.schedules : [schedule.replaceAll('\n', '; ')])
})
