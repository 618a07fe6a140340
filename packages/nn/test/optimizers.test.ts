import { capture, manualSeed, realizeAll, Tensor } from '@petagrad/tensor'
import { beforeEach, describe, expect, it } from 'vitest'
import { expectClose } from '../../tensor/test/close.js'
import { useInterpreter } from '../../tensor/test/interpreted.js'
import { Adam, AdamW, loadStateDict, SGD, stateDict } from '../src/index.js'

beforeEach(() => {
  useInterpreter()
  manualSeed(0)
})

/** One parameter by the optimiser's published formulas, in doubles. */
type Rule = (p: number, g: number, t: number, state: { m: number; v: number }) => number

const sgd = (momentum: number, nesterov: boolean, decay: number): Rule => (p, g0, _, s) => {
  const g = g0 + decay * p
  s.m = momentum * s.m + g
  return p - 0.1 * (nesterov ? g + momentum * s.m : momentum === 0 ? g : s.m)
}
const adam = (decay: number, decoupled: boolean): Rule => (p, g0, t, s) => {
  const g = decoupled ? g0 : g0 + decay * p
  s.m = 0.9 * s.m + 0.1 * g
  s.v = 0.999 * s.v + 0.001 * g * g
  const step = (0.1 * (s.m / (1 - 0.9 ** t))) / (Math.sqrt(s.v / (1 - 0.999 ** t)) + 1e-8)
  return p - (decoupled ? 0.1 * decay * p : 0) - step
}

const learningRate = 0.1
const optimizers: readonly (readonly [string, (p: Map<string, Tensor>) => SGD | Adam, Rule])[] = [
  ['SGD', p => new SGD(p, { learningRate }), sgd(0, false, 0)],
  ['SGD with momentum', p => new SGD(p, { learningRate, momentum: 0.9 }), sgd(0.9, false, 0)],
  ['SGD with Nesterov momentum and decay', p => new SGD(p, { learningRate, momentum: 0.9, nesterov: true, weightDecay: 0.1 }), sgd(0.9, true, 0.1)],
  ['Adam', p => new Adam(p, { learningRate }), adam(0, false)],
  ['Adam with decay', p => new Adam(p, { learningRate, weightDecay: 0.1 }), adam(0.1, false)],
  ['AdamW', p => new AdamW(p, { learningRate, weightDecay: 0.1 }), adam(0.1, true)],
]

describe.each(optimizers)('%s', (_, make, rule) => {
  const start = [1, -2, 3], target = [0.5, 0.5, 3.2]
  /** The loss is Σ (p - target)², its gradient 2 (p - target). */
  const truth = (steps: number): number[] => start.map((p0, i) => {
    const state = { m: 0, v: 0 }
    let p = p0
    for (let t = 1; t <= steps; t++) p = rule(p, 2 * (p - target[i]), t, state)
    return p
  })
  const lossOf = (p: Tensor): Tensor => p.sub(Tensor.from(target)).square().sum()

  it('follows its formula, step by step', async () => {
    const p = Tensor.from(start, { requiresGrad: true })
    const optimizer = make(new Map([['p', p]]))
    for (let t = 1; t <= 4; t++) {
      optimizer.zeroGrad()
      lossOf(p).backward()
      optimizer.step()
      await realizeAll()
      expectClose(await p.data(), truth(t), 1e-5)
    }
  })

  it('does the same in a captured step, and goes on from a saved state', async () => {
    const p = Tensor.from(start, { requiresGrad: true })
    const optimizer = make(new Map([['p', p]]))
    const train = (q: Tensor, o: SGD | Adam) => capture(() => {
      o.zeroGrad()
      const loss = lossOf(q)
      loss.backward()
      o.step()
      return loss
    })
    const step = train(p, optimizer)
    for (let t = 1; t <= 2; t++) await step()
    expectClose(await p.data(), truth(2), 1e-5)

    const q = Tensor.from((await p.data()) as Float32Array, { requiresGrad: true }) // an f32 tensor gives a Float32Array
    const resumed = make(new Map([['p', q]]))
    const saved = new Map<string, Tensor>()
    for (const [name, t] of stateDict(optimizer)) saved.set(name, Tensor.from(await t.data(), { shape: t.shape }))
    loadStateDict(resumed, saved)
    const again = train(q, resumed)
    await again()
    expectClose(await q.data(), truth(3), 1e-5)
  })
})

describe('an optimiser', () => {
  it('takes a new learning rate, captured or not', async () => {
    const p = Tensor.from([1], { requiresGrad: true })
    const optimizer = new SGD(new Map([['p', p]]), { learningRate: 1 })
    const step = capture(() => {
      optimizer.zeroGrad()
      const loss = p.sum()
      loss.backward()
      optimizer.step()
      return loss
    })
    await step()
    await optimizer.setLearningRate(0.25)
    await step()
    expect(await p.item()).toBe(-0.25)
  })

  it('says when there is nothing to do', () => {
    const p = Tensor.from([1], { requiresGrad: true })
    expect(() => new SGD(new Map([['p', p]])).step()).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    expect(() => new SGD(new Map())).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    expect(() => new SGD(new Map([['p', p]]), { learningRate: NaN })).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  })
})
