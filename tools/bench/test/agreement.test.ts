import { describe, expect, it } from 'vitest'
import { f32, integers, valuesOf } from '../src/input-values.js'
import { agree, sampleOf } from '../src/protocol.js'

describe('results of contenders', () => {
  it('are sampled evenly, from the first element on', () => {
    expect(sampleOf([5])).toEqual([5])
    expect(sampleOf(Int32Array.from({ length: 128 }, (_, i) => i)).slice(0, 3)).toEqual([0, 2, 4])
    expect(sampleOf(new Float32Array(1000)).length).toBe(64)
  })

  it('agree up to rounding, which is measured against the largest element', () => {
    expect(agree([1000, 0.5], [1000, 0])).toBe(true)
    expect(agree([1000, 2], [1000, 0])).toBe(false)
    expect(agree([1], [1, 1])).toBe(false)
    expect(agree([NaN], [1])).toBe(false)
  })
})

describe('inputs', () => {
  it('are the same for the same seed, and others for another', () => {
    expect(valuesOf(f32([4], 1))).toEqual(valuesOf(f32([2, 2], 1)))
    expect(valuesOf(f32([4], 1))).not.toEqual(valuesOf(f32([4], 2)))
  })

  it('are spread over their range', () => {
    const values = valuesOf(f32([10_000], 3, { scale: 2 }))
    const mean = values.reduce((a, b) => a + b, 0) / values.length
    expect(Math.abs(mean)).toBeLessThan(0.05)
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-2)
    expect(Math.max(...values)).toBeLessThan(2)
    expect(new Set(valuesOf(integers('i8', [10_000], 1, -128, 256))).size).toBe(256)
  })
})
