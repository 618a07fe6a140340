import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dtypes, evalAlu, type AluOp, type DType, type ScalarName } from '@petagrad/ir'
import { createCRenderer } from '@petagrad/renderer-c'
import type { LoadedProgram } from '@petagrad/device'
import { createCpuDevice, probeCpu, type CpuDevice } from '../src/index.js'
import { agrees, aluProgram, arity, decode, edgeValues, encode, random, randomValue, type AluCase } from './programs.js'

const SEED = 20_260_801

function cases(op: AluOp, name: ScalarName, lanes: readonly number[], castsTo: readonly ScalarName[]): AluCase[] {
  const d = dtypes[name]
  const widths = [1, ...lanes]
  const over = (result: DType, operands: readonly DType[]) => widths.map(n => ({ op, result, operands, lanes: n, count: 1024 }))
  switch (op) {
    case 'cast': return castsTo.filter(to => to !== name).flatMap(to => over(dtypes[to], [d]))
    case 'bitcast': return castsTo.filter(to => to !== name && to !== 'bool' && dtypes[to].bits === d.bits).flatMap(to => over(dtypes[to], [d]))
    case 'lt': case 'eq': case 'ne': return over(dtypes.bool, [d, d])
    case 'where': return over(d, [dtypes.bool, d, d])
    default: return over(d, Array.from({ length: arity(op) }, () => d))
  }
}

/** All pairs of edge values first, random values after them. */
function inputs({ operands, count }: AluCase): unknown[][] {
  const next = random(SEED)
  const edges = operands.map(edgeValues)
  return operands.map((d, k) => Array.from({ length: count }, (_, i) => {
    const period = edges.slice(0, k).reduce((p, e) => p * e.length, 1)
    return i < edges[0].length * (edges[1]?.length ?? 1) || i % 3 === 0 ? edges[k][Math.floor(i / period) % edges[k].length] : randomValue(d, next)
  }))
}

for (const compiler of ['clang-19', 'gcc']) {
  const { available, reason } = await probeCpu({ compiler })
  describe.skipIf(!available)(`C kernels through ${compiler} (${reason})`, () => {
    let device: CpuDevice
    const loaded = new Map<string, { readonly program: LoadedProgram; readonly test: AluCase }>()
    const probe = ['bool', 'i8', 'u8', 'i16', 'u16', 'i32', 'u32', 'i64', 'u64', 'f32', 'f64'] as const

    beforeAll(async () => {
      device = await createCpuDevice({ compiler, threads: 1 })
      const renderer = createCRenderer(device.target)
      const tests = probe.flatMap(name => {
        const support = renderer.capabilities.dtypes[name]
        return (support?.ops ?? []).flatMap(op => cases(op, name, support?.lanes ?? [], support?.castsTo ?? []))
      })
      const artifacts = tests.map(test => renderer.render(aluProgram(test)))
      const binaries = await device.compileMany?.(artifacts) ?? []
      for (const [i, test] of tests.entries()) {
        const program = await device.load(binaries[i], { entry: artifacts[i].entry, params: test.operands.length + 1, variables: 0, scratchBytes: 0, block: [] })
        loaded.set(`${test.op} ${test.operands.map(d => d.name).join()} ${test.result.name} x${test.lanes}`, { program, test })
      }
    }, 300_000)
    afterAll(() => device.close())

    it(`agrees with the scalar semantics on every op, dtype and width (seed ${SEED})`, async () => {
      const failures: string[] = []
      for (const [name, { program, test }] of loaded) {
        const args = inputs(test) as ReturnType<typeof decode>[] // values of the operands' dtypes, made above
        const refs = [test.result, ...test.operands].map((d, k) => {
          const buffer = device.allocate(test.count * (d.bits / 8))
          if (k > 0) device.upload({ buffer, offset: 0 }, encode(d, args[k - 1]))
          return { buffer, offset: 0 }
        })
        await device.run([{ program, buffers: refs, variables: [], grid: [1] }])
        const got = decode(test.result, await device.download(refs[0], refs[0].buffer.bytes))
        const wrong = got.findIndex((x, i) => !agrees(test.op, x, args.map(a => a[i]), test.result, test.operands))
        if (wrong >= 0) {
          const at = args.map(a => a[wrong])
          failures.push(`${name}(${at.map(String).join(', ')}) = ${String(got[wrong])}, not ${String(evalAlu(test.op, test.result, at, test.operands))}`)
        }
        for (const { buffer } of refs) buffer.free()
      }
      expect(loaded.size).toBeGreaterThan(500)
      expect(failures).toEqual([])
    }, 300_000)
  })
}
