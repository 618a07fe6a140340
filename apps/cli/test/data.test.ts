import { createRequire } from 'node:module'
import { beforeAll, describe, expect, it } from 'vitest'
import { pixels, plainBatch, split, trainingBatch, type Digits, type Split } from '../src/demo/data.js'
import { loadDigits } from '../src/demo/load-digits.js'
import { randomStream, shuffled } from '../src/demo/random.js'

interface MnistIndex {
  readonly [digit: number]: { readonly length: number; get(which: number): number[] }
}

let digits: Digits
let parts: Split
beforeAll(async () => {
  digits = await loadDigits()
  parts = split(digits)
})

describe('the digits', () => {
  it('are what the package itself hands out', () => {
    // The package's own index throws away nothing and makes one array per image: slow, and a second opinion.
    const index = createRequire(import.meta.url)('mnist') as MnistIndex
    let at = 0
    for (let digit = 0; digit < 10; digit++) {
      for (const which of [0, 17, index[digit].length - 1]) {
        const image = digits.images.subarray((at + which) * pixels, (at + which + 1) * pixels)
        expect([...image]).toEqual(index[digit].get(which).map(Math.fround))
        expect(digits.labels[at + which]).toBe(digit)
      }
      at += index[digit].length
    }
    expect(digits.count).toBe(at)
    expect(digits.count).toBe(10_000)
  })

  it('are split without overlap and without loss', () => {
    const key = (d: Digits, i: number): string => `${d.labels[i]} ${d.images.subarray(i * pixels, (i + 1) * pixels).join()}`
    const count = new Map<string, number>()
    for (let i = 0; i < digits.count; i++) count.set(key(digits, i), (count.get(key(digits, i)) ?? 0) + 1)
    for (const part of [parts.train, parts.test]) {
      for (let i = 0; i < part.count; i++) count.set(key(part, i), (count.get(key(part, i)) ?? 0) - 1)
    }
    expect([...count.values()].every(n => n === 0)).toBe(true)
    expect([parts.train.count, parts.test.count]).toEqual([8000, 2000])
  })

  it('are held out from all classes', () => {
    const perClass = Array.from({ length: 10 }, (_, d) => parts.test.labels.filter(l => l === d).length)
    for (const n of perClass) expect(n).toBeGreaterThan(140)
  })
})

describe('training batches', () => {
  it('go through every image once an epoch', () => {
    const seen = new Float64Array(10)
    for (let step = 125; step < 250; step++) for (const label of trainingBatch(parts.train, step, 3).labels) seen[label]++
    expect([...seen]).toEqual(Array.from({ length: 10 }, (_, d) => parts.train.labels.filter(l => l === d).length))
  })

  it('depend on the step and the seed alone', () => {
    const once = trainingBatch(parts.train, 200, 7)
    trainingBatch(parts.train, 3, 7)
    expect(trainingBatch(parts.train, 200, 7)).toEqual(once)
    expect(trainingBatch(parts.train, 200, 8)).not.toEqual(once)
    expect(trainingBatch(parts.train, 201, 7)).not.toEqual(once)
  })

  it('are images moved by at most one pixel, normalised', () => {
    // Undo the normalisation: brightness in the middle of an image survives a shift of one pixel.
    const { images, labels } = trainingBatch(parts.train, 0, 1)
    const background = -0.1307 / 0.3081
    const sum = (a: Float32Array): number => a.reduce((n, v) => n + v, 0)
    const sums = new Set(
      Array.from({ length: parts.train.count }, (_, i) => `${parts.train.labels[i]} ${sum(parts.train.images.slice(i * pixels, (i + 1) * pixels)).toFixed(1)}`),
    )
    for (let i = 0; i < 64; i++) {
      const brightness = images.slice(i * pixels, (i + 1) * pixels).map(v => (v - background) * 0.3081)
      // Strokes of these images end before the border, so a shift by one loses nothing.
      expect(sums.has(`${labels[i]} ${sum(brightness).toFixed(1)}`), `image ${i}`).toBe(true)
    }
  })

  it('leave held-out images where they are', () => {
    const { images, labels } = plainBatch(parts.test, 5, 2)
    expect(images.length).toBe(2 * pixels)
    expect([...labels]).toEqual([parts.test.labels[5], parts.test.labels[6]])
    expect(images[pixels + 400]).toBeCloseTo((parts.test.images[6 * pixels + 400] - 0.1307) / 0.3081, 5)
  })
})

describe('random streams', () => {
  it('are uniform in [0, 1)', () => {
    const random = randomStream(1, 2)
    const bins = new Float64Array(16)
    for (let i = 0; i < 160_000; i++) bins[Math.floor(random() * 16)]++
    const chiSquared = bins.reduce((sum, n) => sum + (n - 10_000) ** 2 / 10_000, 0)
    expect(chiSquared).toBeLessThan(37.7) // 99.9 % point of chi squared with 15 degrees of freedom
  })
  it('differ between neighbouring seeds and streams', () => {
    const firsts = new Set([...Array(1000).keys()].flatMap(i => [randomStream(i, 0)(), randomStream(0, i + 1)()]))
    expect(firsts.size).toBe(2000)
  })
  it('shuffle to a permutation', () => expect([...shuffled(1000, randomStream(5, 5))].sort((a, b) => a - b)).toEqual([...Array(1000).keys()]))
})
