import { dtypes } from '@petagrad/ir'
import { beforeAll, describe, expect, it } from 'vitest'
import { grad, Tensor, valueAndGrad } from '../src/index.js'
import { expectClose } from './close.js'
import { cases, i32, weighted } from './gradient-cases.js'
import { useInterpreter } from './interpreted.js'
import { count, sample, seed } from './sample.js'

beforeAll(() => void useInterpreter())

describe('gradients agree with finite differences in f64', () => {
  it.each(cases)(`$name (seed ${seed})`, async ({ name, shapes, f, low, high }) => {
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
