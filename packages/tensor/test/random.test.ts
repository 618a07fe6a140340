import { dtypes } from '@petagrad/ir'
import { beforeEach, describe, expect, it } from 'vitest'
import { bernoulli, capture, dropout, manualSeed, normal, permutation, randint, randomState, setRandomState, Tensor, threefry2x32, uniform } from '../src/index.js'
import { useInterpreter } from './interpreted.js'

beforeEach(() => {
  useInterpreter()
  manualSeed(42)
})

const numbers = async (t: Tensor): Promise<number[]> => Array.from(await t.data(), Number)
const mean = (v: readonly number[]): number => v.reduce((a, b) => a + b, 0) / v.length

describe('Threefry-2x32-20', () => {
  // The known-answer tests that Random123 is distributed with (kat_vectors).
  it.each([
    [[0, 0], [0, 0], [0x6b200159, 0x99ba4efe]],
    [[0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff], [0x1cb996fc, 0xbb002be7]],
    [[0x243f6a88, 0x85a308d3], [0x13198a2e, 0x03707344], [0xc4923a9c, 0x483df7a0]],
  ])('counter %j, key %j', async (counter, key, wanted) => {
    const word = (v: number): Tensor => Tensor.from(Uint32Array.of(v))
    const [a, b] = threefry2x32([word(key[0]).uop, word(key[1]).uop], [word(counter[0]).uop, word(counter[1]).uop])
    expect([await Tensor.ofNode(a).item(), await Tensor.ofNode(b).item()]).toEqual(wanted)
  })
})

describe('distributions', () => {
  const n = 4000
  it('uniform covers its interval evenly', async () => {
    const values = await numbers(uniform([n], -1, 3))
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-1)
    expect(Math.max(...values)).toBeLessThan(3)
    const bins = Array.from({ length: 8 }, (_, i) => values.filter(v => Math.floor((v + 1) * 2) === i).length)
    // χ² with 7 degrees of freedom is above 24.3 once in a thousand seeds.
    expect(bins.reduce((sum, b) => sum + (b - n / 8) ** 2 / (n / 8), 0)).toBeLessThan(24.3)
  })
  it('normal has mean 0, variance 1, no skew, kurtosis 3', async () => {
    const values = await numbers(normal([n]))
    const moment = (k: number): number => mean(values.map(v => v ** k))
    expect(Math.abs(moment(1))).toBeLessThan(4 / Math.sqrt(n))
    expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / n))
    expect(Math.abs(moment(3))).toBeLessThan(4 * Math.sqrt(15 / n))
    expect(Math.abs(moment(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / n))
  })
  it('randint, bernoulli, dropout', async () => {
    const dice = await numbers(randint([n], 1, 7))
    expect(new Set(dice)).toEqual(new Set([1, 2, 3, 4, 5, 6]))
    expect(Math.abs(mean(dice) - 3.5)).toBeLessThan((4 * 1.71) / Math.sqrt(n))
    expect(Math.abs(mean(await numbers(bernoulli([n], 0.2))) - 0.2)).toBeLessThan((4 * 0.4) / Math.sqrt(n))
    const dropped = await numbers(dropout(Tensor.ones([n]), 0.25))
    expect(new Set(dropped)).toEqual(new Set([0, Math.fround(1 / 0.75)]))
  })
  it('permutation holds everything once', () => {
    const order = permutation(100)
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i))
    expect([...order]).not.toEqual([...permutation(100)])
  })
  it('f64 has 53 random bits', async () => {
    const values = await numbers(uniform([50], 0, 1, { dtype: dtypes.f64 }))
    expect(values.every(v => Number.isInteger(v * 2 ** 53))).toBe(true)
    expect(values.some(v => !Number.isInteger(v * 2 ** 40))).toBe(true)
  })
})

describe('the sequence', () => {
  it('repeats after the seed, not from draw to draw', async () => {
    const a = await numbers(uniform([4]))
    const b = await numbers(uniform([4]))
    manualSeed(42)
    expect(await numbers(uniform([4]))).toEqual(a)
    expect(b).not.toEqual(a)
    manualSeed(43)
    expect(await numbers(uniform([4]))).not.toEqual(a)
  })

  it('goes on from a saved state', async () => {
    uniform([1])
    const state = randomState()
    const a = await numbers(uniform([3]))
    manualSeed(7)
    setRandomState(state)
    expect(await numbers(uniform([3]))).toEqual(a)
  })

  it('moves on in a captured step, the same after the same seed', async () => {
    const run = async (): Promise<number[][]> => {
      manualSeed(1)
      const step = capture(() => uniform([2]).add(uniform([2]).mul(0)))
      const results: number[][] = []
      for (let i = 0; i < 3; i++) results.push(await numbers(await step()))
      return results
    }
    const first = await run()
    expect(new Set(first.map(String)).size).toBe(3)
    expect(await run()).toEqual(first)
  })
})
