import { dtypes } from '@petagrad/ir'
import { beforeAll, describe, expect, it } from 'vitest'
import { grad, Tensor, valueAndGrad } from '../src/index.js'
import { expectClose } from './close.js'
import { useInterpreter } from './interpreted.js'
import { count, sample, seed } from './sample.js'

beforeAll(() => void useInterpreter())

type Case = readonly [name: string, shapes: readonly (readonly number[])[], f: (...x: Tensor[]) => Tensor, low?: number, high?: number]

const i32 = (data: readonly number[]): Tensor => Tensor.from(data, { dtype: dtypes.i32 })

/** Functions to differentiate; results of any shape are weighted and summed. Inputs are uniform in [low, high). */
const cases: readonly Case[] = [
  ['add', [[2, 3], [3]], (a, b) => a.add(b)],
  ['sub', [[2, 1], [3]], (a, b) => a.sub(b)],
  ['mul', [[2, 3], [2, 1]], (a, b) => a.mul(b)],
  ['div', [[3], [2, 3]], (a, b) => a.div(b), 0.5, 2],
  ['neg', [[3]], x => x.neg()],
  ['reciprocal', [[3]], x => x.reciprocal(), 0.5, 2],
  ['exp', [[4]], x => x.exp()],
  ['exp2', [[4]], x => x.exp2()],
  ['log', [[4]], x => x.log(), 0.5, 3],
  ['log2', [[4]], x => x.log2(), 0.5, 3],
  ['sqrt', [[4]], x => x.sqrt(), 0.5, 3],
  ['rsqrt', [[4]], x => x.rsqrt(), 0.5, 3],
  ['sin', [[4]], x => x.sin()],
  ['cos', [[4]], x => x.cos()],
  ['tan', [[4]], x => x.tan(), -1, 1],
  ['tanh', [[9]], x => x.tanh(), -1, 1],
  ['sigmoid', [[6]], x => x.sigmoid()],
  ['silu', [[6]], x => x.silu()],
  ['softplus', [[6]], x => x.softplus()],
  ['gelu', [[6]], x => x.gelu('tanh')],
  ['erf near', [[6]], x => x.erf(), -0.9, 0.9],
  ['relu', [[6]], x => x.relu()],
  ['leakyRelu', [[6]], x => x.leakyRelu(0.2)],
  ['elu', [[6]], x => x.elu(1.5)],
  ['abs', [[6]], x => x.abs()],
  ['pow 3', [[4]], x => x.pow(3)],
  ['pow -2', [[4]], x => x.pow(-2), 0.5, 2],
  ['pow of tensors', [[4], [4]], (x, y) => x.pow(y), 0.5, 2],
  ['fmod', [[5], [5]], (x, y) => x.mul(7).fmod(y), 0.7, 1],
  ['mod', [[5], [5]], (x, y) => x.mul(-7).mod(y), 0.7, 1],
  ['floor passes nothing', [[4]], x => x.floor().add(x)],
  ['maximum', [[6], [6]], (a, b) => a.maximum(b)],
  ['minimum', [[6], [6]], (a, b) => a.minimum(b)],
  ['clip', [[8]], x => x.clip(-0.5, 0.5)],
  ['where', [[6], [6]], (a, b) => a.where(a.gt(0), b)],
  ['cast', [[4]], x => x.cast(dtypes.f64).cast(dtypes.f64).mul(2)],
  ['reshape and permute', [[2, 3, 2]], x => x.permute([2, 0, 1]).reshape([4, 3])],
  ['expand', [[2, 1]], x => x.expand([3, 2, 4])],
  ['pad', [[2, 2]], x => x.pad([[1, 0], [0, 2]])],
  ['shrink', [[3, 4]], x => x.shrink([[1, 3], [0, 2]])],
  ['flip', [[2, 3]], x => x.flip([0, 1])],
  ['slice with steps', [[5, 4]], x => x.slice([null, null, 2], [3, 0, -1])],
  ['repeat', [[2, 2]], x => x.repeat([2, 3])],
  ['concat', [[2, 2], [1, 2]], (a, b) => Tensor.concat([a, b])],
  ['stack', [[2], [2]], (a, b) => Tensor.stack([a, b], 1)],
  ['sum', [[2, 3]], x => x.sum(0)],
  ['mean', [[2, 3]], x => x.mean(1)],
  ['max', [[3, 4]], x => x.max(1)],
  ['min', [[3, 4]], x => x.min(0)],
  ['prod', [[2, 3]], x => x.prod(1)],
  ['var', [[2, 4]], x => x.var(1)],
  ['std', [[2, 4]], x => x.std(1, { correction: 1 })],
  ['logsumexp', [[2, 4]], x => x.logsumexp(1)],
  ['softmax', [[2, 4]], x => x.softmax()],
  ['logSoftmax', [[2, 4]], x => x.logSoftmax()],
  ['take', [[4, 2]], x => x.take(i32([3, 0, 3]))],
  ['take along 1', [[2, 4]], x => x.take(i32([3, 0, 3]), 1)],
  ['gather', [[2, 3]], x => x.gather(1, Tensor.from([[0, 2], [1, 1]], { dtype: dtypes.i32 }))],
  ['matmul', [[2, 3], [3, 2]], (a, b) => a.matmul(b)],
  ['matmul batched', [[2, 2, 3], [3, 2]], (a, b) => a.matmul(b)],
  ['dot', [[4], [4]], (a, b) => a.dot(b)],
  ['conv2d', [[1, 2, 4, 4], [3, 2, 2, 3], [3]], (x, w, b) => x.conv2d(w, b)],
  ['conv2d strided, padded, dilated', [[1, 2, 5, 5], [2, 2, 2, 2]], (x, w) => x.conv2d(w, undefined, { stride: 2, padding: 1, dilation: 2 })],
  ['conv2d in groups', [[1, 4, 3, 3], [4, 2, 2, 2]], (x, w) => x.conv2d(w, undefined, { groups: 2 })],
  ['maxPool2d', [[1, 1, 4, 4]], x => x.maxPool2d(2)],
  ['maxPool2d overlapping, padded', [[1, 1, 4, 4]], x => x.maxPool2d(3, { stride: 2, padding: 1 })],
  ['avgPool2d', [[1, 1, 4, 4]], x => x.avgPool2d(2, { stride: 1 })],
  ['layerNorm', [[2, 4], [4], [4]], (x, w, b) => x.layerNorm(w, b)],
  ['rmsNorm', [[2, 4], [4]], (x, w) => x.rmsNorm(w)],
  ['crossEntropy', [[3, 4]], x => x.crossEntropy(i32([1, 3, 0]))],
  ['binary cross entropy', [[4], [4]], (x, t) => x.binaryCrossEntropyWithLogits(t.detach())],
  ['mse', [[4], [4]], (a, b) => a.mse(b)],
  ['attention', [[3, 2], [3, 2], [3, 2]], (q, k, v) => q.scaledDotProductAttention(k, v, { causal: true })],
  ['two layers', [[2, 3], [4, 3], [1, 4]], (x, w, v) => x.matmul(w.T).tanh().matmul(v.T).sigmoid()],
]

const weighted = (t: Tensor): Tensor => t.mul(Tensor.from(sample(77).list(t.size, 0.5, 1.5), { shape: t.shape, dtype: dtypes.f64 })).sum()

describe('gradients agree with finite differences in f64', () => {
  it.each(cases)(`%s (seed ${seed})`, async (name, shapes, f, low = -1.5, high = 1.5) => {
    const s = sample(name.length * 31 + name.charCodeAt(0))
    const values = shapes.map(shape => s.list(count(shape), low, high))
    const make = (v: readonly (readonly number[])[]): Tensor[] => v.map((data, i) => Tensor.from([...data], { shape: shapes[i], dtype: dtypes.f64 }))
    const loss = (...x: Tensor[]): Tensor => weighted(f(...x))
    const { gradients } = valueAndGrad(loss)(...make(values))
    const step = 1e-5
    for (const [i, gradient] of gradients.entries()) {
      expect(gradient.shape).toEqual(shapes[i])
      if (name === 'binary cross entropy' && i === 1) continue // detached
      const wanted = await Promise.all(values[i].map(async (_, k) => {
        const at = (d: number): Promise<number> => loss(...make(values.map((v, j) => (j === i ? v.map((x, m) => (m === k ? x + d : x)) : v)))).item()
        return (await at(step) - await at(-step)) / (2 * step)
      }))
      expectClose(await gradient.data(), wanted, 2e-7)
    }
  })
})

describe('second derivatives', () => {
  const x = (): Tensor => Tensor.from([0.7], { dtype: dtypes.f64 })
  it.each([
    ['x³', (t: Tensor) => t.pow(3), (v: number) => 6 * v],
    ['sin', (t: Tensor) => t.sin(), (v: number) => -Math.sin(v)],
    ['sigmoid', (t: Tensor) => t.sigmoid(), (v: number) => { const s = 1 / (1 + Math.exp(-v)); return s * (1 - s) * (1 - 2 * s) }],
    ['1/x', (t: Tensor) => t.reciprocal(), (v: number) => 2 / v ** 3],
    ['logsumexp', (t: Tensor) => Tensor.concat([t, t.mul(0)]).logsumexp(), (v: number) => { const s = 1 / (1 + Math.exp(-v)); return s * (1 - s) }],
  ] as const)('%s', async (_, f, truth) => {
    const twice = grad((t: Tensor) => grad((u: Tensor) => f(u).sum())(t).sum())
    expectClose(await twice(x()).data(), [truth(0.7)], 1e-9)
  })
})

describe('where a function has a corner', () => {
  const derivative = async (f: (t: Tensor) => Tensor, at: readonly number[]): Promise<number[]> =>
    Array.from(await grad((t: Tensor) => f(t).sum())(Tensor.from([...at], { dtype: dtypes.f64 })).data(), Number)

  it('relu has slope 0 at 0, and sigmoid none lost far away', async () => {
    expect(await derivative(t => t.relu(), [0])).toEqual([0])
    expect(await derivative(t => t.abs(), [0])).toEqual([0])
    expect(await derivative(t => t.sigmoid(), [-1000, 0, 1000])).toEqual([0, 0.25, 0])
  })
  it('a tie of maxima shares the gradient', async () => {
    expect(await derivative(t => t.max(), [2, 1, 2])).toEqual([0.5, 0, 0.5])
    expect(await derivative(t => t.maximum(t.flip(0)), [1, 1])).toEqual([1, 1])
  })
  it('a product with zeros', async () => {
    expect(await derivative(t => t.prod(), [0, 2, 3])).toEqual([6, 0, 0])
    expect(await derivative(t => t.prod(), [0, 0, 3])).toEqual([0, 0, 0])
  })
})

describe('backward', () => {
  it('adds up in grad, and starts anew after zeroGrad', async () => {
    const w = Tensor.from([1, 2], { requiresGrad: true })
    w.mul(3).sum().backward()
    w.square().sum().backward()
    expect(await w.grad?.tolist()).toEqual([5, 7])
    w.zeroGrad()
    expect(w.grad).toBeUndefined()
  })

  it('reaches parameters that have not been computed, and those assigned to', async () => {
    const w = Tensor.full([2], 3).requireGrad()
    const loss = w.square().sum()
    await w.realize()
    loss.backward()
    expect(await w.grad?.tolist()).toEqual([6, 6])
    w.zeroGrad()
    w.assign(w.sub(1))
    w.square().sum().backward()
    expect(await w.grad?.tolist()).toEqual([4, 4])
  })

  it('finds its way through values that have been read', async () => {
    const w = Tensor.from([1, 2], { requiresGrad: true })
    const hidden = await w.square().realize()
    const loss = hidden.mul(hidden).sum()
    expect(await loss.item()).toBe(17)
    loss.backward()
    expect(await w.grad?.tolist()).toEqual([4, 32])
  })

  it('refuses a value whose parameters have changed', async () => {
    const w = Tensor.from([1, 2], { requiresGrad: true })
    const loss = w.square().sum()
    await loss.realize()
    await w.assign(w.add(1)).realize()
    expect(() => loss.backward()).toThrow(expect.objectContaining({ code: 'NOT_DIFFERENTIABLE' }))
  })

  it('stops at detach', async () => {
    const w = Tensor.from([2], { requiresGrad: true })
    w.mul(w.detach()).sum().backward()
    expect(await w.grad?.tolist()).toEqual([2])
    expect(() => w.detach().sum().backward()).toThrow(expect.objectContaining({ code: 'NOT_DIFFERENTIABLE' }))
  })

  it('needs a scalar of floats', () => {
    const w = Tensor.from([1, 2], { requiresGrad: true })
    expect(() => w.mul(2).backward()).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    expect(() => Tensor.from([1], { dtype: dtypes.i32, requiresGrad: true })).toThrow(expect.objectContaining({ code: 'NOT_DIFFERENTIABLE' }))
    expect(() => grad((t: Tensor) => t.sum())(i32([1]))).toThrow(expect.objectContaining({ code: 'NOT_DIFFERENTIABLE' }))
  })

  it('walks graphs of 20,000 operations', async () => {
    const w = Tensor.from([1], { requiresGrad: true })
    let y: Tensor = w
    for (let i = 0; i < 10_000; i++) y = y.add(w).mul(1)
    y.sum().backward()
    expect(w.grad?.shape).toEqual([1])
  })
})
