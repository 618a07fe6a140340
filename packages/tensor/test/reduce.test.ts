import { dtypes } from '@petagrad/ir'
import { beforeAll, describe, expect, it } from 'vitest'
import { Tensor, type Axes, type ReduceOptions } from '../src/index.js'
import { expectClose } from './close.js'
import { useInterpreter } from './interpreted.js'
import { coordinates, count, sample, seed } from './sample.js'

beforeAll(() => void useInterpreter())

const sum = (v: readonly number[]): number => v.reduce((a, b) => a + b, 0)
const mean = (v: readonly number[]): number => sum(v) / v.length
const variance = (v: readonly number[]): number => mean(v.map(x => (x - mean(v)) ** 2))
const reductions: readonly (readonly [string, (t: Tensor, axis: Axes, o: ReduceOptions) => Tensor, (v: readonly number[]) => number])[] = [
  ['sum', (t, a, o) => t.sum(a, o), sum],
  ['mean', (t, a, o) => t.mean(a, o), mean],
  ['prod', (t, a, o) => t.prod(a, o), v => v.reduce((x, y) => x * y, 1)],
  ['max', (t, a, o) => t.max(a, o), v => Math.max(...v)],
  ['min', (t, a, o) => t.min(a, o), v => Math.min(...v)],
  ['var', (t, a, o) => t.var(a, o), variance],
  ['std', (t, a, o) => t.std(a, o), v => Math.sqrt(variance(v))],
  ['logsumexp', (t, a, o) => t.logsumexp(a, o), v => Math.log(sum(v.map(Math.exp)))],
]

describe('reductions', () => {
  it.each(reductions)(`%s over random axes (seed ${seed})`, async (_, f, truth) => {
    for (let stream = 0; stream < 6; stream++) {
      const s = sample(stream)
      const shape = s.shape(s.integer(1, 4))
      const values = s.list(count(shape))
      const axes = shape.map((_, i) => i).filter(() => s.number(0, 1) < 0.6)
      const kept = shape.map((d, i) => (axes.includes(i) ? 1 : d))
      const groups = coordinates(kept).map(at => {
        const members = coordinates(shape).flatMap((c, i) => (c.every((v, k) => axes.includes(k) || v === at[k]) ? [values[i]] : []))
        return truth(members)
      })
      const x = Tensor.from(values, { shape, dtype: dtypes.f64 })
      const out = f(x, axes, { keepDims: true })
      expect(out.shape).toEqual(kept)
      expectClose(await out.data(), groups, 1e-10)
      expect(f(x, axes, {}).shape).toEqual(shape.filter((_, i) => !axes.includes(i)))
    }
    expectClose(await f(Tensor.from([1, 2, 3], { dtype: dtypes.f64 }), undefined, {}).data(), [truth([1, 2, 3])], 1e-12)
  })

  it('integers keep their kind, and small ones do not overflow', async () => {
    expect(await Tensor.from(Int8Array.of(100, 100)).sum().item()).toBe(200)
    expect(Tensor.from(Uint8Array.of(1)).sum().dtype).toBe(dtypes.u32)
    expect(await Tensor.from(Int32Array.of(-5, 7, -(2 ** 31))).min().item()).toBe(-(2 ** 31))
    expect(await Tensor.from(Uint32Array.of(5, 2 ** 32 - 1)).min().item()).toBe(5)
    expect(await Tensor.from([3n, -(2n ** 63n)]).min().tolist()).toBe(-(2n ** 63n))
    expect(await Tensor.from([true, true, false]).sum().item()).toBe(2)
  })

  it('any and all', async () => {
    const x = Tensor.from([[true, false], [true, true]])
    expect(await x.all(1).tolist()).toEqual([false, true])
    expect(await x.any(0).tolist()).toEqual([true, true])
    expect(await Tensor.from([0, 0]).any().tolist()).toBe(false)
  })

  it('argmax and argmin give the first, and NaN wins', async () => {
    const x = Tensor.from([[1, 3, 3], [-1, -4, NaN]])
    expect(await x.argmax(1).tolist()).toEqual([1, 2])
    expect(await x.argmin(1).tolist()).toEqual([0, 2])
    expect(await x.argmax(0, { keepDims: true }).tolist()).toEqual([[0, 0, 1]])
    expect(await Tensor.from(Int32Array.of(4, 9, 9)).argmax().item()).toBe(1)
    expect(x.argmax(1).dtype).toBe(dtypes.i32)
  })

  it('the sample variance divides by one less', async () => {
    expect(await Tensor.from([1, 2, 4], { dtype: dtypes.f64 }).var(undefined, { correction: 1 }).item()).toBeCloseTo(7 / 3, 12)
  })

  it('logsumexp of large values does not overflow', async () => {
    expectClose(await Tensor.from([1000, 1000]).logsumexp().data(), [1000 + Math.LN2])
  })
})
