import { dtypes } from '@petagrad/ir'
import { beforeAll, describe, expect, it } from 'vitest'
import { Tensor } from '../src/index.js'
import { expectClose } from './close.js'
import { useInterpreter } from './interpreted.js'
import { count, sample } from './sample.js'

beforeAll(() => void useInterpreter())

const f64 = (values: readonly number[], shape: readonly number[]): Tensor => Tensor.from(values, { shape, dtype: dtypes.f64 })
const rowsOf = (values: readonly number[], width: number): number[][] => Array.from({ length: values.length / width }, (_, i) => values.slice(i * width, (i + 1) * width))
const softmax = (row: readonly number[]): number[] => {
  const e = row.map(v => Math.exp(v - Math.max(...row)))
  return e.map(v => v / e.reduce((a, b) => a + b, 0))
}

describe('normalised exponentials', () => {
  const values = sample(1).list(12)

  it('softmax and its logarithm', async () => {
    const wanted = rowsOf(values, 4).flatMap(softmax)
    expectClose(await f64(values, [3, 4]).softmax().data(), wanted, 1e-12)
    expectClose(await f64(values, [3, 4]).logSoftmax().data(), wanted.map(Math.log), 1e-12)
    expectClose(await f64(values, [3, 4]).T.softmax(0).T.data(), wanted, 1e-12)
    expectClose(await Tensor.from([1000, -1000]).softmax().data(), [1, 0])
  })

  it('cross entropy is the mean negative log-likelihood', async () => {
    const labels = [3, 0, 1]
    const wanted = labels.reduce((total, label, i) => total - Math.log(softmax(rowsOf(values, 4)[i])[label]), 0) / 3
    const loss = f64(values, [3, 4]).crossEntropy(Tensor.from(labels, { dtype: dtypes.i32 }))
    expect(loss.shape).toEqual([])
    expectClose(await loss.data(), [wanted], 1e-12)
    expectClose(await Tensor.from([[1000, 0]]).crossEntropy(Tensor.from([1], { dtype: dtypes.i64 })).data(), [1000])
  })

  it('label smoothing spreads weight over all classes', async () => {
    const labels = [3, 0, 1], spread = 0.2
    const wanted = labels.reduce((total, label, i) => {
      const p = softmax(rowsOf(values, 4)[i])
      return total - p.reduce((sum, q, c) => sum + Math.log(q) * (spread / 4 + (c === label ? 1 - spread : 0)), 0)
    }, 0) / 3
    const loss = f64(values, [3, 4]).crossEntropy(Tensor.from(labels, { dtype: dtypes.i32 }), { labelSmoothing: spread })
    expectClose(await loss.data(), [wanted], 1e-12)
  })

  it('binary cross entropy from scores', async () => {
    const t = [0, 1, 1], x = [2, -1, 40]
    const wanted = x.reduce((total, v, i) => total + Math.log1p(Math.exp(-Math.abs(v))) + Math.max(v, 0) - v * t[i], 0) / 3
    expectClose(await f64(x, [3]).binaryCrossEntropyWithLogits(f64(t, [3])).data(), [wanted], 1e-12)
  })
})

describe('normalisation', () => {
  const values = sample(2).list(12)
  const normal = (v: readonly number[]): number[] => {
    const mean = v.reduce((a, b) => a + b, 0) / v.length
    const variance = v.reduce((a, b) => a + (b - mean) ** 2, 0) / v.length
    return v.map(x => (x - mean) / Math.sqrt(variance + 1e-5))
  }

  it('layerNorm over the last dimension, and over the last two', async () => {
    const [w, b] = [sample(3).list(4), sample(4).list(4)]
    expectClose(await f64(values, [3, 4]).layerNorm(f64(w, [4]), f64(b, [4])).data(), rowsOf(values, 4).flatMap(r => normal(r).map((v, i) => v * w[i] + b[i])), 1e-12)
    expectClose(await f64(values, [2, 2, 3]).layerNorm(Tensor.ones([2, 3])).data(), rowsOf(values, 6).flatMap(normal), 1e-12)
  })

  it('rmsNorm', async () => {
    const wanted = rowsOf(values, 4).flatMap(r => r.map(v => v / Math.sqrt(r.reduce((a, x) => a + x * x, 0) / 4 + 1e-5)))
    expectClose(await f64(values, [3, 4]).rmsNorm().data(), wanted, 1e-12)
  })

  it('batchNorm per channel', async () => {
    const out = f64(values, [2, 3, 2]).batchNorm(f64([1, 2, 3], [3]), f64([4, 4, 4], [3]), f64([1, 2, 1], [3]), f64([0, 0, 5], [3]), 0)
    const wanted = values.map((v, i) => {
      const c = Math.floor(i / 2) % 3
      return ((v - (c + 1)) / 2) * [1, 2, 1][c] + [0, 0, 5][c]
    })
    expectClose(await out.data(), wanted, 1e-12)
  })
})

describe('attention', () => {
  const [heads, queries, keys, depth, width] = [2, 3, 4, 2, 3]
  const [q, k, v] = [[heads, queries, depth], [heads, keys, depth], [heads, keys, width]].map((shape, i) => sample(20 + i).list(count(shape)))
  const truth = (visible: (t: number, s: number) => boolean): number[] => {
    const out: number[] = []
    for (let h = 0; h < heads; h++) {
      for (let t = 0; t < queries; t++) {
        const scores = Array.from({ length: keys }, (_, s) => {
          let dot = 0
          for (let d = 0; d < depth; d++) dot += q[(h * queries + t) * depth + d] * k[(h * keys + s) * depth + d]
          return visible(t, s) ? dot / Math.sqrt(depth) : -Infinity
        })
        const p = softmax(scores)
        for (let w = 0; w < width; w++) out.push(p.reduce((sum, x, s) => sum + x * v[(h * keys + s) * width + w], 0))
      }
    }
    return out
  }
  const run = (options: Parameters<Tensor['scaledDotProductAttention']>[2]): Tensor =>
    f64(q, [heads, queries, depth]).scaledDotProductAttention(f64(k, [heads, keys, depth]), f64(v, [heads, keys, width]), options)

  it('is a softmax of scaled products', async () => expectClose(await run({}).data(), truth(() => true), 1e-11))
  it('hides later keys when causal', async () => expectClose(await run({ causal: true }).data(), truth((t, s) => s <= t + keys - queries), 1e-11))
  it('takes a mask', async () => {
    const mask = Tensor.from([[true, false, true, true]])
    expectClose(await run({ mask }).data(), truth((_, s) => s !== 1), 1e-11)
  })
})
