import { describe, expect, it } from 'vitest'
import { Allocator } from '../src/allocator.js'

/** A linear congruential generator: the same sequence everywhere. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

describe('the allocator', () => {
  const seed = Number(process.env.PETAGRAD_SEED ?? 20240607)

  it(`never hands out bytes twice, aligns, and gets everything back (seed ${seed})`, () => {
    const random = randomFrom(seed)
    const allocator = new Allocator(8192)
    const space = 1 << 20
    allocator.extend(space)
    const live: { at: number; bytes: number }[] = []
    const owner = new Int32Array(space / 64)
    for (let step = 1; step <= 20_000; step++) {
      if (random() < 0.55) {
        const bytes = Math.floor(2 ** (random() * 15))
        const at = allocator.allocate(bytes)
        if (at === undefined) continue
        expect(at % 64).toBe(0)
        expect(at).toBeGreaterThanOrEqual(8192)
        expect(at + bytes).toBeLessThanOrEqual(space)
        for (let line = at / 64; line < (at + bytes) / 64; line++) {
          if (owner[line] !== 0) throw new Error(`line ${line} is in use`)
          owner[line] = step
        }
        live.push({ at, bytes })
      } else if (live.length > 0) {
        const [gone] = live.splice(Math.floor(random() * live.length), 1)
        for (let line = gone.at / 64; line < (gone.at + gone.bytes) / 64; line++) owner[line] = 0
        allocator.free(gone.at)
      }
      expect(allocator.allocations).toBe(live.length)
    }
    for (const { at } of live) allocator.free(at)
    expect(allocator.allocatedBytes).toBe(0)
    // Everything has become one block again.
    expect(allocator.allocate(space - 8192)).toBe(8192)
    expect(allocator.allocate(1)).toBeUndefined()
  })

  it('joins new space to what is free at the end', () => {
    const allocator = new Allocator(64)
    allocator.extend(64 * 5)
    const first = allocator.allocate(64)
    expect(allocator.endWith(64 * 6)).toBe(128 + 64 * 6)
    allocator.extend(allocator.endWith(64 * 6))
    expect(allocator.allocate(64 * 6)).toBe(128)
    expect(first).toBe(64)
  })

  it('ignores a block that is not in use', () => {
    const allocator = new Allocator(64)
    allocator.extend(1024)
    const at = allocator.allocate(100) ?? 0
    allocator.free(at)
    allocator.free(at)
    expect(allocator.allocations).toBe(0)
  })
})
