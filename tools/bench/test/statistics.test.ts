import { describe, expect, it } from 'vitest'
import { geometricMean, median, quantile, summarise } from '../src/statistics.js'

describe('statistics', () => {
  it('takes the middle of an odd number of samples, and between the middle two of an even one', () => {
    expect(median([5, 1, 3])).toBe(3)
    expect(median([4, 1, 3, 2])).toBe(2.5)
  })

  it('interpolates quantiles between neighbours', () => {
    expect(quantile([0, 10], 0.25)).toBe(2.5)
    expect(quantile([7], 0.9)).toBe(7)
  })

  it('is not moved by one sample that took long', () => {
    expect(summarise([1, 1, 1, 1, 1000])).toEqual({ median: 1, min: 1, spread: 0, n: 5 })
  })

  it('gives the quartiles apart as a share of the median', () => {
    expect(summarise([1, 2, 3, 4, 5]).spread).toBeCloseTo(2 / 3)
  })

  it('finds nothing between twice as fast and twice as slow', () => {
    expect(geometricMean([2, 0.5])).toBeCloseTo(1)
  })

  it('refuses to sum up nothing', () => {
    expect(() => median([])).toThrow('no samples')
    expect(() => geometricMean([])).toThrow('no values')
  })
})
