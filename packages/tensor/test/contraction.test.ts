import { dtypes } from '@petagrad/ir'
import { beforeAll, describe, expect, it } from 'vitest'
import { Tensor } from '../src/index.js'
import { expectClose } from './close.js'
import { useInterpreter } from './interpreted.js'
import { coordinates, count, offset, sample, seed } from './sample.js'

beforeAll(() => void useInterpreter())

const f64 = (values: readonly number[], shape: readonly number[]): Tensor => Tensor.from(values, { shape, dtype: dtypes.f64 })

describe('matmul', () => {
  it.each([
    [[2, 3], [3, 4]], [[3], [3]], [[3], [3, 2]], [[2, 3], [3]], [[5, 2, 3], [3, 4]], [[2, 1, 2, 3], [5, 3, 4]], [[1, 1], [1, 1]], [[2, 3, 4], [2, 4, 1]],
  ])(`%j by %j (seed ${seed})`, async (left, right) => {
    const s = sample(left.length * 10 + right.length)
    const [a, b] = [s.list(count(left)), s.list(count(right))]
    const [l, r] = [left.length === 1 ? [1, ...left] : left, right.length === 1 ? [...right, 1] : right]
    const rank = Math.max(l.length, r.length)
    const [lp, rp] = [l, r].map(shape => [...Array<number>(rank - shape.length).fill(1), ...shape])
    const batch = lp.slice(0, -2).map((d, i) => Math.max(d, rp[i]))
    const [m, k, n] = [l[l.length - 2], l[l.length - 1], r[r.length - 1]]
    const wanted = coordinates([...batch, m, n]).map(at => {
      const pick = (shape: readonly number[]): number[] => at.slice(0, -2).map((v, i) => (shape[i] === 1 ? 0 : v))
      let total = 0
      for (let i = 0; i < k; i++) total += a[offset([...pick(lp), at[at.length - 2], i], lp)] * b[offset([...pick(rp), i, at[at.length - 1]], rp)]
      return total
    })
    const out = f64(a, left).matmul(f64(b, right))
    expect(out.shape).toEqual([...batch, ...(left.length === 1 ? [] : [m]), ...(right.length === 1 ? [] : [n])])
    expectClose(await out.data(), wanted, 1e-12)
  })
})

describe('narrow floats', () => {
  it('are multiplied and summed in f32, and rounded once', async () => {
    const half = (values: readonly number[], shape: readonly number[]): Tensor => Tensor.from(values, { shape, dtype: dtypes.f16 })
    // 300² is beyond f16.
    expect(await half([300, 300], [2]).dot(half([300, -300], [2])).tolist()).toBe(0)
    expect(await half([300, 300], [1, 2, 1, 1]).conv2d(half([300, -300], [1, 2, 1, 1])).item()).toBe(0)
    expect(await half(Array<number>(4).fill(60000), [4]).mean().item()).toBeCloseTo(60000, -2)
  })
})

interface ConvolutionCase {
  readonly batch: number; readonly inputs: number; readonly outputs: number; readonly size: readonly [number, number]; readonly kernel: readonly [number, number]
  readonly stride: readonly [number, number]; readonly padding: readonly [number, number]; readonly dilation: readonly [number, number]; readonly groups: number
}

const plain = { batch: 2, inputs: 2, outputs: 3, size: [5, 6], kernel: [3, 2], stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 } as const
const convolutions: readonly ConvolutionCase[] = [
  plain,
  { ...plain, stride: [2, 1] }, { ...plain, stride: [2, 3] }, { ...plain, padding: [1, 2] }, { ...plain, dilation: [2, 1] },
  { ...plain, stride: [2, 2], padding: [1, 1], dilation: [1, 2] }, { ...plain, kernel: [1, 1] }, { ...plain, kernel: [1, 1], stride: [2, 2] },
  { ...plain, kernel: [5, 6] }, { ...plain, kernel: [3, 3], stride: [3, 3], padding: [2, 2] },
  { ...plain, inputs: 4, outputs: 4, groups: 2 }, { ...plain, inputs: 3, outputs: 6, groups: 3, padding: [1, 1] },
]

/** The definition, written as loops. */
function convolve(c: ConvolutionCase, x: readonly number[], w: readonly number[]): { readonly shape: number[]; readonly values: number[] } {
  const out = [0, 1].map(i => Math.floor((c.size[i] + 2 * c.padding[i] - c.dilation[i] * (c.kernel[i] - 1) - 1) / c.stride[i]) + 1)
  const shape = [c.batch, c.outputs, out[0], out[1]]
  const per = c.inputs / c.groups
  const values = coordinates(shape).map(([b, o, y, z]) => {
    let total = 0
    for (const [ci, ky, kx] of coordinates([per, ...c.kernel])) {
      const iy = y * c.stride[0] + ky * c.dilation[0] - c.padding[0]
      const ix = z * c.stride[1] + kx * c.dilation[1] - c.padding[1]
      if (iy < 0 || ix < 0 || iy >= c.size[0] || ix >= c.size[1]) continue
      const channel = Math.floor(o / (c.outputs / c.groups)) * per + ci
      total += x[offset([b, channel, iy, ix], [c.batch, c.inputs, ...c.size])] * w[offset([o, ci, ky, kx], [c.outputs, per, ...c.kernel])]
    }
    return total
  })
  return { shape, values }
}

describe('convolution', () => {
  it.each(convolutions)(`$size kernel $kernel stride $stride padding $padding dilation $dilation groups $groups (seed ${seed})`, async c => {
    const s = sample(9)
    const weightShape = [c.outputs, c.inputs / c.groups, ...c.kernel]
    const x = s.list(c.batch * c.inputs * count(c.size)), w = s.list(count(weightShape)), bias = s.list(c.outputs)
    const truth = convolve(c, x, w)
    const out = f64(x, [c.batch, c.inputs, ...c.size]).conv2d(f64(w, weightShape), f64(bias, [c.outputs]), c)
    expect(out.shape).toEqual(truth.shape)
    expectClose(await out.data(), truth.values.map((v, i) => v + bias[coordinates(truth.shape)[i][1]]), 1e-11)
  })
})

describe('pooling', () => {
  const size = [5, 6], shape = [1, 2, ...size]
  it.each([
    { window: 2 }, { window: [3, 2] as const }, { window: 3, stride: 1 }, { window: 2, stride: [1, 2] as const }, { window: 3, stride: 2, padding: 1 },
    { window: 2, stride: 2, dilation: 2 },
  ])(`window %j (seed ${seed})`, async ({ window, ...options }) => {
    const pair = (p: number | readonly [number, number]): readonly [number, number] => (typeof p === 'number' ? [p, p] : p)
    const [k, s, p, d] = [pair(window), pair(options.stride ?? window), pair(options.padding ?? 0), pair(options.dilation ?? 1)]
    const x = sample(4).list(count(shape), -3, -1)
    const out = [0, 1].map(i => Math.floor((size[i] + 2 * p[i] - d[i] * (k[i] - 1) - 1) / s[i]) + 1)
    const windows = coordinates([1, 2, ...out]).map(([b, c, y, z]) => coordinates(k).flatMap(([ky, kx]) => {
      const [iy, ix] = [y * s[0] + ky * d[0] - p[0], z * s[1] + kx * d[1] - p[1]]
      return iy < 0 || ix < 0 || iy >= size[0] || ix >= size[1] ? [] : [x[offset([b, c, iy, ix], shape)]]
    }))
    const image = f64(x, shape)
    expect(image.maxPool2d(window, options).shape).toEqual([1, 2, ...out])
    expectClose(await image.maxPool2d(window, options).data(), windows.map(w => Math.max(...w)), 1e-12)
    expectClose(await image.avgPool2d(window, options).data(), windows.map(w => w.reduce((a, b) => a + b, 0) / count(k)), 1e-12)
  })
})
