import { dtypes } from '@petagrad/ir'
import { manualSeed, realizeAll, Tensor } from '@petagrad/tensor'
import { beforeEach, describe, expect, it } from 'vitest'
import { expectClose } from '../../tensor/test/close.js'
import { useInterpreter } from '../../tensor/test/interpreted.js'
import {
  Adam, BatchNorm2d, Conv2d, Dropout, Embedding, glorotNormal, glorotUniform, kaimingNormal, kaimingUniform, LayerNorm, Linear, loadStateDict, MultiheadAttention, Sequential,
  stateDict, TransformerBlock,
} from '../src/index.js'

beforeEach(() => {
  useInterpreter()
  manualSeed(3)
})

const numbers = async (t: Tensor | undefined): Promise<number[]> => Array.from((await t?.data()) ?? [], Number)
const line = (shape: readonly number[], f: (i: number) => number = i => Math.sin(i)): Tensor =>
  Tensor.from(Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => f(i)), { shape })

describe('layers', () => {
  it('Linear is x·Wᵀ + b', async () => {
    const layer = new Linear(3, 2)
    const [w, b, x] = [await numbers(layer.weight), await numbers(layer.bias), line([4, 3])]
    const xs = await numbers(x)
    const wanted = Array.from({ length: 8 }, (_, i) => {
      const [row, column] = [Math.floor(i / 2), i % 2]
      return b[column] + [0, 1, 2].reduce((sum, k) => sum + xs[row * 3 + k] * w[column * 3 + k], 0)
    })
    expectClose(await layer.forward(x).data(), wanted, 1e-6)
    expect(new Linear(3, 2, { bias: false }).parameters().size).toBe(1)
  })

  it('Embedding looks up rows, and its gradient reaches those rows only', async () => {
    const layer = new Embedding(5, 2)
    const indices = Tensor.from([[1, 1], [4, 0]], { dtype: dtypes.i32 })
    const out = layer.forward(indices)
    const table = await numbers(layer.weight)
    expectClose(await out.data(), [1, 1, 4, 0].flatMap(r => table.slice(2 * r, 2 * r + 2)))
    out.sum().backward()
    expect(await numbers(layer.weight.grad)).toEqual([1, 1, 2, 2, 0, 0, 0, 0, 1, 1])
    expect(() => layer.forward(Tensor.from([5], { dtype: dtypes.i32 }))).toThrow(expect.objectContaining({ code: 'INDEX_OUT_OF_RANGE' }))
  })

  it('LayerNorm starts as plain normalisation', async () => {
    const out = await numbers(new LayerNorm(4).forward(line([2, 4])))
    for (const row of [out.slice(0, 4), out.slice(4)]) {
      expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 5)
      expect(row.reduce((a, b) => a + b * b, 0) / 4).toBeCloseTo(1, 3)
    }
  })

  it('BatchNorm2d normalises by the batch and remembers it', async () => {
    const layer = new BatchNorm2d(2, { momentum: 0.5 })
    const x = line([2, 2, 1, 3], i => i)
    const perChannel = [[0, 1, 2, 6, 7, 8], [3, 4, 5, 9, 10, 11]]
    const mean = perChannel.map(v => v.reduce((a, b) => a + b, 0) / 6)
    const variance = perChannel.map((v, c) => v.reduce((a, b) => a + (b - mean[c]) ** 2, 0) / 6)
    const out = await numbers(layer.forward(x))
    expectClose(out, Array.from({ length: 12 }, (_, i) => {
      const c = Math.floor(i / 3) % 2
      return (i - mean[c]) / Math.sqrt(variance[c] + 1e-5)
    }), 1e-5)
    await realizeAll()
    expectClose(await numbers(layer.runningMean), mean.map(m => m / 2), 1e-5)
    expectClose(await numbers(layer.runningVariance), variance.map(v => 0.5 + (v * 6) / 5 / 2), 1e-5)
    layer.training = false
    const [m, v] = [mean[0] / 2, 0.5 + (variance[0] * 6) / 10]
    expect((await numbers(layer.forward(x)))[2]).toBeCloseTo((2 - m) / Math.sqrt(v + 1e-5), 4)
  })

  it('Dropout drops while training only', async () => {
    const layer = new Dropout(0.5)
    expect((await numbers(layer.forward(Tensor.ones([200])))).filter(v => v === 0).length).toBeGreaterThan(60)
    layer.training = false
    const x = Tensor.ones([3])
    expect(layer.forward(x)).toBe(x)
    expect(() => new Dropout(2)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  })

  it('causal attention does not see what comes later', async () => {
    const layer = new MultiheadAttention(4, 2, { causal: true })
    const [a, b] = [line([1, 3, 4]), line([1, 3, 4], i => (i < 8 ? Math.sin(i) : 9))]
    const [x, y] = [await numbers(layer.forward(a)), await numbers(layer.forward(b))]
    expectClose(y.slice(0, 8), x.slice(0, 8), 1e-6)
    expect(y.slice(8)).not.toEqual(x.slice(8))
    expect(() => new MultiheadAttention(5, 2)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  })

  it('a transformer block gives every parameter a gradient', async () => {
    const block = new TransformerBlock(4, 2, { causal: true, hidden: 6 })
    block.forward(line([2, 3, 4])).square().mean().backward()
    for (const [name, p] of block.parameters()) {
      const gradient = await numbers(p.grad)
      expect(gradient.some(v => v !== 0) && gradient.every(Number.isFinite), name).toBe(true)
    }
  })

  it('a small network learns', async () => {
    const model = new Sequential(new Linear(2, 8), (x: Tensor) => x.tanh(), new Linear(8, 2))
    const optimizer = new Adam(model.parameters(), { learningRate: 0.05 })
    const x = Tensor.from([[0, 0], [0, 1], [1, 0], [1, 1]]), y = Tensor.from([0, 1, 1, 0], { dtype: dtypes.i32 })
    const losses: number[] = []
    for (let i = 0; i < 60; i++) {
      optimizer.zeroGrad()
      const loss = model.forward(x).crossEntropy(y)
      loss.backward()
      optimizer.step()
      await realizeAll(loss)
      losses.push(await loss.item())
    }
    expect(losses[59]).toBeLessThan(0.1)
    expect(await model.forward(x).argmax(1).tolist()).toEqual([0, 1, 1, 0])
  })
})

describe('initialisers', () => {
  const shape = [20, 10, 3, 3]
  it.each([
    ['kaimingUniform', kaimingUniform, 2 / 90], ['kaimingNormal', kaimingNormal, 2 / 90], ['glorotUniform', glorotUniform, 2 / 270], ['glorotNormal', glorotNormal, 2 / 270],
  ] as const)('%s has the variance that it promises', async (_, make, variance) => {
    const values = await numbers(make(shape))
    const found = values.reduce((a, b) => a + b * b, 0) / values.length
    expect(Math.abs(found / variance - 1)).toBeLessThan(4 * Math.sqrt(2 / values.length))
  })
})

describe('state', () => {
  const model = (): Sequential => new Sequential(new Conv2d(1, 2, 3), new BatchNorm2d(2), (x: Tensor) => x.relu(), new Linear(4, 2))

  it('goes from one model to another', async () => {
    const [a, b] = [model(), model()]
    const x = line([1, 1, 6, 6])
    expect([...stateDict(a).keys()]).toEqual(['0.weight', '0.bias', '1.weight', '1.bias', '3.weight', '3.bias', '1.running_mean', '1.running_var'])
    expect(await numbers(a.forward(x))).not.toEqual(await numbers(b.forward(x)))
    loadStateDict(b, stateDict(a))
    await realizeAll()
    expect(await numbers(b.forward(x))).toEqual(await numbers(a.forward(x)))
  })

  it('is refused where it does not fit, and then nothing changes', async () => {
    const m = model()
    const before = await numbers(stateDict(m).get('0.bias'))
    const state = (change: (s: Map<string, Tensor>) => void): Map<string, Tensor> => {
      const s = stateDict(model())
      change(s)
      return s
    }
    expect(() => loadStateDict(m, state(s => s.delete('0.weight')))).toThrow(/missing: 0\.weight/)
    expect(() => loadStateDict(m, state(s => s.set('9.weight', Tensor.ones([1]))))).toThrow(/unexpected: 9\.weight/)
    expect(() => loadStateDict(m, state(s => s.set('3.bias', Tensor.ones([3]))))).toThrow(expect.objectContaining({ code: 'SHAPE_MISMATCH' }))
    expect(() => loadStateDict(m, state(s => s.set('3.bias', Tensor.ones([2], { dtype: dtypes.f64 }))))).toThrow(expect.objectContaining({ code: 'DTYPE_MISMATCH' }))
    await realizeAll()
    expect(await numbers(stateDict(m).get('0.bias'))).toEqual(before)
    expect(loadStateDict(m, state(s => s.delete('0.weight')), { strict: false })).toEqual({ missing: ['0.weight'], unexpected: [] })
  })
})
