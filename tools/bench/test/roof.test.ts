import { describe, expect, it } from 'vitest'
import { busyTicks, othersShare, processTicks } from '../src/disturbance.js'
import { bandwidthFor, higherRoof, secondsAtRoof, type Roof } from '../src/roof/roof.js'
import { assembleRoofKernels, FMA_OPERATIONS, STRIDE, type RoofKernel } from '../src/roof/wasm-kernels.js'

const roof: Roof = {
  threads: 1,
  flops: 100,
  bandwidths: [{ bytes: 100, read: 40, copy: 20, triad: 20 }, { bytes: 10_000, read: 10, copy: 4, triad: 4 }],
}

describe('the roof', () => {
  it('is arithmetic for a case that computes much, memory for one that moves much', () => {
    expect(secondsAtRoof({ flops: 1000, reads: 10, writes: 0 }, 'f32', roof)).toBe(10)
    expect(secondsAtRoof({ flops: 1, reads: 80, writes: 0 }, 'f32', roof)).toBe(2)
  })

  it('moves what is written with as much that is read at the bandwidth of a copy, the rest at that of a read', () => {
    expect(secondsAtRoof({ flops: 0, reads: 60, writes: 20 }, 'f32', roof)).toBe(40 / 20 + 40 / 40)
  })

  it('is not known for bytes where the processor has no dot product', () => {
    expect(secondsAtRoof({ flops: 1, reads: 1, writes: 1 }, 'i8', roof)).toBeUndefined()
  })

  it('lies between the working sets that were measured, and is flat beyond them', () => {
    expect(bandwidthFor(1000, roof.bandwidths).read).toBeCloseTo(25)
    expect(bandwidthFor(1, roof.bandwidths).read).toBe(40)
    expect(bandwidthFor(1e9, roof.bandwidths).copy).toBe(4)
  })

  it('is the better of two measurements', () => {
    expect(higherRoof(roof, { ...roof, flops: 200 }).flops).toBe(200)
  })
})

describe('the kernels of the WebAssembly roof', () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
  const module = new WebAssembly.Module(assembleRoofKernels({ pages: 1, relaxed: false }))
  const kernels = new WebAssembly.Instance(module, { roof: { memory } }).exports as Record<string, RoofKernel>
  const f32 = new Float32Array(memory.buffer)

  it('compute what they are timed for', () => {
    f32.fill(1, 0, STRIDE / 4)
    kernels.read(1024, 0, 0, STRIDE, 2)
    expect([...f32.subarray(256, 260)]).toEqual(Array(4).fill((2 * STRIDE) / 16))
    kernels.copy(2048, 0, 0, STRIDE, 1)
    kernels.triad(4096, 0, 2048, STRIDE, 3)
    expect([...f32.subarray(1024, 1024 + STRIDE / 4)]).toEqual(Array(STRIDE / 4).fill(4))
  })

  it('add as many products as a pass counts', () => {
    // Rows of ones, columns of 0 and 1: half of a lane's products are 1 in each pass, two operations a product.
    f32.fill(1, 0, 16)
    kernels.fma(4096, 0, 0, 0, 10)
    expect(f32[1024]).toBe((10 * FMA_OPERATIONS) / 2 / 4 / 2)
  })
})

describe('disturbance', () => {
  it('counts everything but idling and waiting', () => {
    expect(busyTicks('cpu  10 1 5 1000 500 2 3 4 0 0\ncpu0 1 1 1 1')).toBe(25)
  })

  it('finds the times of a process whose name holds spaces and parentheses', () => {
    expect(processTicks('12 (a b) c) S 1 2 3 4 5 6 7 8 9 10 30 12 0 0')).toBe(42)
  })

  it('is the share of the machine that others used', () => {
    expect(othersShare({ everybody: 0, own: 0, at: 0 }, { everybody: 150, own: 100, at: 1000 }, 2)).toBe(0.25)
    expect(othersShare({ everybody: 0, own: 0, at: 0 }, { everybody: 99, own: 100, at: 1000 }, 2)).toBe(0)
  })
})
