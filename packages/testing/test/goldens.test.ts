import { decodeValues, dtypes, parseDType, type ConstValue, type DType } from '@petagrad/ir'
import { createRuntime, setDefaultRuntime, type Executor } from '@petagrad/runtime'
import { Tensor } from '@petagrad/tensor'
import { readdirSync, readFileSync } from 'node:fs'
import { cpu } from 'petagrad/cpu'
import { wasm } from 'petagrad/wasm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { scheduledTarget, tensorInterpreter } from '../src/index.js'
import { inGroups } from './in-groups.js'
import { targetExecutor } from './target-executor.js'

interface Encoded {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly data: string
}

type Argument = number | readonly unknown[] | { readonly input: number } | { readonly dtype: string } | Readonly<Record<string, unknown>>

interface Golden {
  readonly name: string
  readonly method: string
  readonly inputs: readonly Encoded[]
  readonly args: readonly Argument[]
  readonly output: Encoded
  readonly tolerance?: { readonly relative: number; readonly absolute: number }
}

const folder = new URL('../goldens/', import.meta.url)
const families = readdirSync(folder).sort().map(file => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as { readonly family: string; readonly cases: readonly Golden[] }) // written by tools/goldens/generate.py

const dtypeOf = (name: string): DType => parseDType(name) ?? dtypes.void
const bytesOf = (x: Encoded): Uint8Array => Uint8Array.from(Buffer.from(x.data, 'base64'))
const tensorOf = (x: Encoded): Tensor => Tensor.fromBytes(bytesOf(x), dtypeOf(x.dtype), x.shape)

function resultOf({ method, inputs, args }: Golden): Tensor {
  const tensors = inputs.map(tensorOf)
  const given = args.map(a => {
    if (typeof a !== 'object' || Array.isArray(a)) return a
    if ('input' in a) return tensors[Number(a.input)]
    return 'dtype' in a ? dtypeOf(String(a.dtype)) : a
  })
  const [x] = tensors
  const [name, part] = method.split('.')
  const call: unknown = Reflect.get(x, name)
  if (typeof call !== 'function') throw new Error(`Tensor has no method ${name}`)
  const result: unknown = Reflect.apply(call, x, given)
  return (part === undefined ? result : Reflect.get(Object(result), part)) as Tensor // every method named in the goldens gives one, or has it as a part
}

function isNear(expected: ConstValue, actual: ConstValue, tolerance: Golden['tolerance']): boolean {
  if (Object.is(expected, actual)) return true
  if (tolerance === undefined || typeof expected !== 'number' || typeof actual !== 'number') return false
  return Math.abs(expected - actual) <= tolerance.absolute + tolerance.relative * Math.abs(expected)
}

test('there are at least 200 goldens', () => expect(families.reduce((n, f) => n + f.cases.length, 0)).toBeGreaterThanOrEqual(200))

async function check(golden: Golden): Promise<void> {
  const result = resultOf(golden)
  expect([result.dtype.name, result.shape]).toEqual([golden.output.dtype, golden.output.shape])
  const expected = decodeValues(result.dtype, bytesOf(golden.output))
  const actual = decodeValues(result.dtype, await result.bytes())
  const wrong = expected.map((e, i) => [i, e, actual[i]] as const).filter(([, e, a]) => !isNear(e, a, golden.tolerance))
  expect(wrong).toEqual([])
}

function goldensOn(name: string, make: () => Executor): void {
  describe(`NumPy's answers on ${name}`, () => {
    beforeAll(() => setDefaultRuntime(make))
    const cases = families.flatMap(f => f.cases.map(golden => ({ title: `${f.family}: ${golden.name}`, golden })))
    const outcome = inGroups(cases.map(({ golden }) => () => check(golden)))
    cases.forEach(({ title }, i) => test(title, () => outcome(i)))
  })
}

goldensOn('the tensor interpreter', () => targetExecutor(tensorInterpreter))
goldensOn('the scheduler', () => targetExecutor(scheduledTarget()))
for (const backend of [wasm, cpu]) {
  const { available, reason } = await backend.probe()
  if (!available) test.skip(`${backend.name}: ${reason}`, () => undefined)
  else {
    const runtime = createRuntime({ backends: [backend] })
    goldensOn(backend.name, () => runtime)
    afterAll(() => runtime.close())
  }
}
