import { describe, expect, it } from 'vitest'
import { accuracyOf, confusionOf, confusionTable } from '../src/demo/confusion.js'
import { digitLines, digitRows } from '../src/demo/digit-art.js'
import { kernelTable } from '../src/demo/kernel-table.js'
import { binned, svgCurve, terminalCurve } from '../src/demo/learning-curve.js'
import { learningRate, recipe } from '../src/demo/recipe.js'
import { deviceTable } from '../src/devices.js'

describe('the confusion matrix', () => {
  it('counts truth by prediction', () => {
    const matrix = confusionOf([0, 0, 1, 9], [0, 1, 1, 8])
    expect([matrix[0][0], matrix[0][1], matrix[1][1], matrix[9][8]]).toEqual([1, 1, 1, 1])
    expect(accuracyOf(matrix)).toBe(0.5)
    expect(confusionTable(matrix).split('\n')[1]).toBe('   0    1   1   ·   ·   ·   ·   ·   ·   ·   ·   50.0%')
  })
})

describe('the kernel table', () => {
  it('gives shares and rates per second, slowest first', () => {
    const table = kernelTable([
      { name: 'small', milliseconds: 1, ops: 2e6, bytes: 3e6 },
      { name: 'large', milliseconds: 3, ops: 9e9, bytes: 6e6 },
    ])
    expect(table.split('\n').map(l => l.trim().split(/\s+/))).toEqual([
      ['kernel', 'ms', 'share', 'GFLOPS', 'GB/s'],
      ['large', '3.000', '75.0%', '3000.0', '2.0'],
      ['small', '1.000', '25.0%', '2.0', '3.0'],
      ['2', 'kernels', '4.000'],
    ])
  })
  it('divides by no zero', () => expect(kernelTable([{ name: 'k', milliseconds: 0, ops: 1, bytes: 1 }])).not.toMatch(/NaN|Infinity/))
})

describe('the learning curve', () => {
  const losses = Array.from({ length: 250 }, (_, i) => 2.3 * Math.exp(-i / 50))
  it('is averaged over equal stretches', () => {
    expect(binned([1, 3, 5, 7], 2)).toEqual([2, 6])
    expect(binned([1, 2], 10)).toEqual([1, 2])
  })
  it('fits a terminal', () => {
    for (const line of terminalCurve({ losses, accuracies: [], stepsPerEpoch: 125 }).split('\n')) expect(line.length).toBeLessThanOrEqual(84)
  })
  it('is a well-formed SVG file with finite coordinates inside the picture', () => {
    const svg = svgCurve({ losses, accuracies: [0.91, 0.97], stepsPerEpoch: 125 }, 'a < b & c')
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 860 420"/)
    expect(svg).toContain('a &lt; b &amp; c')
    const tags = [...svg.matchAll(/<(\/?)([a-z]+)([^>]*?)(\/?)>/g)]
    expect(tags.filter(t => t[1] === '' && t[4] === '').length).toBe(tags.filter(t => t[1] === '/').length)
    const points = [...svg.matchAll(/[ML]([-\d.]+) ([-\d.]+)/g)]
    expect(points.length).toBeGreaterThan(250)
    for (const [, x, y] of points) {
      expect(Number(x)).toBeGreaterThanOrEqual(56)
      expect(Number(x)).toBeLessThanOrEqual(804)
      expect(Number(y)).toBeGreaterThanOrEqual(29)
      expect(Number(y)).toBeLessThanOrEqual(376)
    }
  })
  it.each([[0], [1]])('survives %i steps', n => {
    const svg = svgCurve({ losses: losses.slice(0, n), accuracies: [], stepsPerEpoch: 125 }, 't')
    expect(svg).not.toMatch(/NaN|Infinity/)
  })
})

describe('digits as text', () => {
  it('draw an upper half, a lower half and a full block', () => {
    const image = new Float32Array(784)
    image[0] = 1
    image[28 + 1] = 1
    image[2] = image[28 + 2] = 1
    expect(digitLines(image)[0].trimEnd()).toBe('▀▄█')
  })
  it('stand side by side under their captions', () => {
    const image = new Float32Array(784).fill(1)
    const lines = digitRows(Array.from({ length: 5 }, (_, i) => ({ image, caption: `digit ${i}` }))).split('\n')
    expect(lines.length).toBe(2 * 15)
    expect(lines[0].split(/\s{2,}/)).toEqual(['digit 0', 'digit 1', 'digit 2', 'digit 3'])
    expect(lines[1].length).toBe(4 * 28 + 3)
  })
})

describe('the learning rate', () => {
  it('rises to its peak and falls towards nothing', () => {
    const rates = Array.from({ length: 750 }, (_, i) => learningRate(i, 750))
    expect(rates[0]).toBeLessThan(recipe.peakRate / 50)
    expect(Math.max(...rates)).toBeLessThanOrEqual(recipe.peakRate)
    expect(Math.max(...rates)).toBeGreaterThan(0.9 * recipe.peakRate)
    expect(rates[749]).toBeLessThanOrEqual(0.021 * recipe.peakRate)
    expect(Math.min(...rates)).toBeGreaterThan(0)
  })
})

describe('the device table', () => {
  it('marks the chosen device and keeps columns', () => {
    const table = deviceTable(
      [
        { name: 'cpu', available: false, reason: 'no C compiler' },
        { name: 'wasm', available: true, reason: 'first available', description: '2 threads' },
      ],
      'wasm',
    )
    expect(table.split('\n')).toEqual([
      '   device  available  why              description',
      '   cpu     no         no C compiler',
      '*  wasm    yes        first available  2 threads',
    ])
  })
})
