import { dtypes } from '@petagrad/ir'
import { createRuntime, setDefaultRuntime, type Backend } from '@petagrad/runtime'
import { cpu } from 'petagrad/cpu'
import { wasm } from 'petagrad/wasm'
import { afterAll, beforeAll, describe, it, test } from 'vitest'
import { manualSeed, normal, realizeAll, Tensor, uniform, valueAndGrad } from '../src/index.js'
import { expectClose } from './close.js'
import { cases, weighted } from './gradient-cases.js'
import { useInterpreter } from './interpreted.js'
import { count, sample, seed } from './sample.js'

/** Elements of each input whose gradient is compared: each costs two more runs. */
const CHECKED = 3

/** The compiled gradients against finite differences of the compiled values, in f64. */
function gradientsOf(name: string): void {
  describe(`gradients on ${name} (seed ${seed})`, () => {
    it.each(cases)('$name', async ({ name: title, shapes, f, low, high }) => {
      const s = sample(title.length * 31 + title.charCodeAt(0))
      const values = shapes.map(shape => s.list(count(shape), low, high))
      const make = (v: readonly (readonly number[])[]): Tensor[] => v.map((data, i) => Tensor.from([...data], { shape: shapes[i], dtype: dtypes.f64 }))
      const loss = (...x: Tensor[]): Tensor => weighted(f(...x))
      const { gradients } = valueAndGrad(loss)(...make(values))
      const step = 1e-5
      const inputs = title === 'binary cross entropy' ? gradients.slice(0, 1) : gradients // its second input is detached
      for (const [i, gradient] of inputs.entries()) {
        const found = await gradient.data()
        const checked = values[i].map((_, k) => k).sort(() => s.number(-1, 1)).slice(0, CHECKED)
        const at = (k: number, d: number): Promise<number> => loss(...make(values.map((v, j) => (j === i ? v.map((x, m) => (m === k ? x + d : x)) : v)))).item()
        const wanted: number[] = []
        for (const k of checked) wanted.push((await at(k, step) - await at(k, -step)) / (2 * step))
        expectClose(checked.map(k => Number(found[k])), wanted, 2e-7)
      }
    })
  })
}

/** Random numbers are the same everywhere: uniform ones bit for bit, normal ones as far as the functions in them are. */
function randomOf(name: string): void {
  it(`random numbers on ${name} are the interpreter's`, async () => {
    const draw = async (): Promise<readonly (readonly number[])[]> => {
      manualSeed(11)
      const drawn = [uniform([40]), uniform([10], 0, 1, { dtype: dtypes.f64 }), normal([40])]
      await realizeAll(...drawn)
      return Promise.all(drawn.map(async t => Array.from(await t.data(), Number)))
    }
    const actual = await draw()
    useInterpreter()
    const wanted = await draw()
    expectClose(actual[0], wanted[0], 0)
    expectClose(actual[1], wanted[1], 0)
    expectClose(actual[2], wanted[2], 2e-6)
  })
}

async function target(backend: Backend): Promise<void> {
  const { available, reason } = await backend.probe()
  if (!available) {
    test.skip(`${backend.name}: ${reason}`, () => undefined)
    return
  }
  describe(backend.name, () => {
    const runtime = createRuntime({ backends: [backend], threads: 2 })
    beforeAll(() => setDefaultRuntime(() => runtime))
    afterAll(() => runtime.close())
    gradientsOf(backend.name)
    randomOf(backend.name)
  })
}

for (const backend of [wasm, cpu]) await target(backend)
