import { dtypes } from '@petagrad/ir'
import { beforeEach, describe, expect, it } from 'vitest'
import { capture, realizeAll, Tensor } from '../src/index.js'
import { useInterpreter, type InterpretedExecutor } from './interpreted.js'

let executor: InterpretedExecutor
beforeEach(() => { executor = useInterpreter() })

const i32 = (data: readonly number[]): Tensor => Tensor.from(data, { dtype: dtypes.i32 })

describe('realisation', () => {
  it('computes once', async () => {
    const x = Tensor.from([1, 2]).add(1)
    await Promise.all([x.data(), x.data(), x.realize()])
    await x.data()
    expect(executor.realizations).toBe(1)
  })

  it('computes several together', async () => {
    const x = Tensor.from([1, 2])
    const [a, b] = [x.add(1), x.mul(2)]
    await realizeAll(a, b)
    expect(executor.realizations).toBe(1)
    expect([await a.tolist(), await b.tolist()]).toEqual([[2, 3], [2, 4]])
  })

  it('dispose gives the memory back', async () => {
    let view: Tensor
    {
      using x = Tensor.from([1, 2])
      view = x.reshape([2, 1])
      expect(await x.tolist()).toEqual([1, 2])
    }
    await expect(view.data()).rejects.toThrow(/no memory/)
    const y = Tensor.from([1])
    y.dispose()
    y.dispose()
    expect(() => y.add(1)).toThrow(expect.objectContaining({ code: 'USE_AFTER_FREE' }))
  })

  it('a view that was realised keeps the memory', async () => {
    const x = await Tensor.from([1, 2]).add(0).realize()
    const view = await x.reshape([2, 1]).realize()
    x.dispose()
    expect(await view.tolist()).toEqual([[1], [2]])
  })
})

describe('assign', () => {
  it('changes the tensor, in order', async () => {
    const x = Tensor.from([1, 2])
    x.assign(x.add(1))
    x.assign(x.mul(10))
    expect(await x.tolist()).toEqual([20, 30])
    x.assign(x.add(1))
    x.assign(x.add(1))
    expect(await x.tolist()).toEqual([22, 32])
  })

  it('of the same expression each time', async () => {
    const x = Tensor.from([1])
    for (let i = 0; i < 3; i++) {
      x.assign(x.mul(2))
      await x.realize()
    }
    expect(await x.item()).toBe(8)
  })

  it('gives others that are computed with it the old values', async () => {
    const x = Tensor.from([1, 2])
    const before = x.mul(2)
    x.assign(x.add(100))
    const after = x.mul(2)
    await realizeAll(before, after)
    expect([await before.tolist(), await after.tolist(), await x.tolist()]).toEqual([[2, 4], [202, 204], [101, 102]])
  })

  it('runs once, whoever needs it first', async () => {
    const x = Tensor.from([1])
    x.assign(x.add(1))
    const y = x.mul(3)
    expect(await y.item()).toBe(6)
    expect(await x.item()).toBe(2)
    expect(await x.mul(5).item()).toBe(10)
  })

  it('refuses what was built before, and computed after', async () => {
    const x = Tensor.from([1, 2])
    const before = x.mul(2)
    const view = x.reshape([2, 1])
    const after = x.assign(x.add(1)).mul(2)
    await x.realize()
    await expect(before.data()).rejects.toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    expect(() => before.add(1)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    expect(await view.tolist()).toEqual([[2], [3]])
    expect(await after.tolist()).toEqual([4, 6])
    expect(await x.mul(2).tolist()).toEqual([4, 6])
  })

  it('computes a loss with the update that its gradient feeds', async () => {
    const w = Tensor.from([3], { requiresGrad: true })
    const loss = w.square().sum()
    loss.backward()
    if (w.grad !== undefined) w.assign(w.sub(w.grad.mul(0.5)))
    await realizeAll()
    expect([await loss.item(), await w.item()]).toEqual([9, 0])
  })

  it('a write comes after what was asked for before it', async () => {
    const [x, rate] = [Tensor.from([1]), Tensor.from([10])]
    x.assign(x.add(rate))
    await rate.write([100])
    expect(await x.item()).toBe(11)
  })

  it('of a part changes the whole', async () => {
    const x = Tensor.from([[1, 2], [3, 4]])
    x.slice(1).assign(Tensor.from([9, 8]))
    await realizeAll()
    expect(await x.tolist()).toEqual([[1, 2], [9, 8]])
  })

  it('broadcasts, and refuses other shapes and dtypes', async () => {
    const x = Tensor.zeros([2, 2])
    x.assign(Tensor.from([1, 2]))
    expect(await x.tolist()).toEqual([[1, 2], [1, 2]])
    expect(() => x.assign(Tensor.zeros([3]))).toThrow(expect.objectContaining({ code: 'SHAPE_MISMATCH' }))
    expect(() => x.assign(i32([1, 2]))).toThrow(expect.objectContaining({ code: 'DTYPE_MISMATCH' }))
  })

  it('two parameters of equal first values are two', async () => {
    const [a, b] = [Tensor.zeros([2]).store(), Tensor.zeros([2]).store()]
    a.assign(a.add(1))
    await realizeAll()
    expect([await a.tolist(), await b.tolist()]).toEqual([[1, 1], [0, 0]])
  })

  it('write overwrites', async () => {
    const x = Tensor.from([1, 2])
    await x.write([5, 6])
    expect(await x.add(1).tolist()).toEqual([6, 7])
  })
})

describe('capture', () => {
  it('replays with new inputs and carried state', async () => {
    const total = Tensor.zeros([2]).store()
    let traced = 0
    const step = capture((x: Tensor) => {
      traced++
      total.assign(total.add(x))
      return total.mul(10)
    })
    expect(await (await step(Tensor.from([1, 2]))).tolist()).toEqual([10, 20])
    const out = await step(Tensor.from([3, 4]).add(1))
    expect(await out.tolist()).toEqual([50, 70])
    expect(await total.tolist()).toEqual([5, 7])
    expect([traced, executor.replays]).toEqual([1, 2])
  })

  it('does what was pending before it first, once', async () => {
    const w = Tensor.full([1], 5).requireGrad()
    const step = capture((x: Tensor) => {
      w.zeroGrad()
      const loss = w.mul(x).sum()
      loss.backward()
      if (w.grad !== undefined) w.assign(w.sub(w.grad))
      return loss
    })
    expect(await (await step(Tensor.from([1]))).item()).toBe(5)
    expect(await (await step(Tensor.from([1]))).item()).toBe(4)
    expect(await w.item()).toBe(3)
    expect(w.grad).toBeUndefined()
  })

  it('makes state that is born in the step once', async () => {
    let state: Tensor | undefined
    const step = capture(() => {
      state ??= Tensor.full([1], 7).store()
      state.assign(state.add(1))
      return state.mul(1)
    })
    expect(await (await step()).item()).toBe(8)
    expect(await (await step()).item()).toBe(9)
    expect(await state?.item()).toBe(9)
  })

  it('keeps calls apart that are not awaited', async () => {
    const total = Tensor.zeros([1]).store()
    const step = capture((x: Tensor) => { total.assign(total.mul(10).add(x)) })
    await Promise.all([1, 2, 3].map(v => step(Tensor.from([v]))))
    expect(await total.item()).toBe(123)
  })

  it('returns tensors by name', async () => {
    const step = capture((x: Tensor) => ({ sum: x.sum(), twice: x.mul(2) }))
    const { sum, twice } = await step(Tensor.from([1, 2]))
    expect([await sum.item(), await twice.tolist()]).toEqual([3, [2, 4]])
  })

  it('checks the labels of each call', async () => {
    const step = capture((labels: Tensor) => Tensor.zeros([2, 3]).crossEntropy(labels))
    await step(i32([0, 1]))
    await expect(step(i32([0, 3]))).rejects.toThrow(expect.objectContaining({ code: 'INDEX_OUT_OF_RANGE' }))
  })

  it.each([
    ['a readback', capture((x: Tensor) => { void x.item().catch(() => undefined); return x.realize() as unknown as Tensor })],
    ['an asynchronous function', capture((async (x: Tensor) => x) as unknown as (x: Tensor) => Tensor)],
    ['nothing to do', capture((x: Tensor) => { x.add(1) })],
    ['state without memory', capture((x: Tensor) => x.add(1).assign(x))],
  ])('refuses %s', async (_, step) => {
    await expect(step(Tensor.from([1]))).rejects.toThrow(expect.objectContaining({ code: 'CAPTURE_INVALID' }))
  })

  it('refuses other shapes, and a gradient from outside', async () => {
    const step = capture((x: Tensor) => x.add(1))
    await step(Tensor.from([1]))
    await expect(step(Tensor.from([1, 2]))).rejects.toThrow(expect.objectContaining({ code: 'CAPTURE_INVALID' }))
    const w = Tensor.from([1], { requiresGrad: true })
    w.sum().backward()
    const train = capture(() => {
      const loss = w.sum()
      loss.backward()
      return loss
    })
    await expect(train()).rejects.toThrow(expect.objectContaining({ code: 'CAPTURE_INVALID' }))
  })
})
