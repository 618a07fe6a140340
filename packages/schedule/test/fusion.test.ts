import { describe, expect, it } from 'vitest'
import { dtypes, uop, type UOp } from '@petagrad/ir'
import { schedule } from '@petagrad/schedule'
import { alu, assign, buffer, conv2d, expand, full, layerNorm, matmul, permute, reduce, reshape, scan, sink, softmax, unary } from './graphs.js'

const kernels = (...roots: UOp[]): number => schedule(sink(...roots)).plan.calls.length
const names = (...roots: UOp[]): string[] => schedule(sink(...roots)).plan.calls.map(c => c.kernel.arg.name)

describe('one kernel', () => {
  it('softmax over rows', () => expect(kernels(softmax(buffer([64, 100])))).toBe(1))
  it('layernorm', () => expect(kernels(layerNorm(buffer([64, 100])).out)).toBe(1))
  it('layernorm and the statistics that its gradient needs', () => {
    const { out, mean, scale } = layerNorm(buffer([64, 100]))
    expect(kernels(out, mean, scale)).toBe(1)
  })
  it('linear, bias and relu', () => {
    const pre = alu('add', matmul(buffer([32, 64]), buffer([64, 48])), reshape(buffer([48]), [1, 48]))
    expect(kernels(alu('max', pre, 0))).toBe(1)
  })
  it('relu and what it was computed from', () => {
    const pre = alu('add', matmul(buffer([32, 64]), buffer([64, 48])), reshape(buffer([48]), [1, 48]))
    expect(kernels(alu('max', pre, 0), pre)).toBe(1)
  })
  it('a running sum with what it is of and what is made of it', () => expect(kernels(alu('mul', scan('add', unary('exp2', buffer([1024, 1024])), 1), 2))).toBe(1))
  it('two scans along one axis', () => {
    const x = buffer([64, 100])
    expect(kernels(scan('add', x, 0), scan('max', x, 0))).toBe(1)
  })
  it('mean of a log-sum-exp', () => {
    const x = buffer([64, 10])
    const m = reduce('max', x, [1])
    const lse = alu('add', unary('log2', reduce('add', unary('exp2', alu('sub', x, m)), [1])), m)
    expect(kernels(alu('mul', reduce('add', lse, [0, 1]), 1 / 64))).toBe(1)
  })
  it('two sums of columns over the same input', () => {
    const x = buffer([128, 64])
    const g = buffer([128, 64])
    expect(kernels(reduce('add', alu('mul', x, g), [0]), reduce('add', g, [0]))).toBe(1)
  })
  it('the updates of many parameters', () => {
    const updates: UOp[] = []
    for (const dims of [[32, 1, 5, 5], [32], [64, 32, 3, 3], [64], [10, 576], [10]]) {
      const [p, m, v, g] = [buffer(dims), buffer(dims), buffer(dims), buffer(dims)]
      const m2 = alu('add', alu('mul', m, 0.9), alu('mul', g, 0.1))
      const v2 = alu('add', alu('mul', v, 0.999), alu('mul', alu('mul', g, g), 0.001))
      updates.push(assign(m, m2), assign(v, v2), assign(p, alu('sub', p, alu('div', m2, alu('add', unary('sqrt', v2), 1e-8)))))
    }
    expect(kernels(...updates)).toBe(1)
  })
})

describe('the updates of many layers', () => {
  const kernelsOf = (layers: number): UOp[] => {
    const updates = Array.from({ length: layers }, () => [[512, 512], [512], [64]].map(dims => {
      const p = buffer(dims)
      return assign(p, alu('sub', p, alu('mul', buffer(dims), 0.1)))
    }))
    return schedule(sink(...updates.flat())).plan.calls.map(c => c.kernel)
  }

  it('are no more kernels to compile for more layers', () => {
    expect(new Set(kernelsOf(64)).size).toBe(3)
    expect(new Set(kernelsOf(16)).size).toBe(3)
  })
})

describe('what is stored', () => {
  it('the first of two products', () => expect(kernels(matmul(matmul(buffer([32, 32]), buffer([32, 32])), buffer([32, 32])))).toBe(2))
  it('an activation between convolutions, with the convolution before it', () => {
    const y = alu('max', conv2d(buffer([2, 3, 12, 12]), buffer([8, 3, 3, 3])), 0)
    expect(names(conv2d(y, buffer([8, 8, 3, 3])))).toHaveLength(2)
  })
  it('a large input of a product that costs something to make, once', () => {
    const x = unary('exp2', buffer([64, 64]))
    expect(kernels(matmul(x, buffer([64, 256])))).toBe(2)
  })
  it('a scan across another', () => expect(kernels(scan('add', scan('add', buffer([64, 100]), 0), 1))).toBe(2))
  it('the totals of blocks of one long scan, and what comes before each', () => expect(kernels(scan('add', buffer([1 << 20]), 0))).toBe(3))
  it('parts of a long sum, so that cores can share it', () => expect(kernels(reduce('add', buffer([1 << 20]), [0]))).toBe(2))
})

describe('sorting', () => {
  const sorted = (dims: readonly number[], count = dims[dims.length - 1]): UOp[] => {
    const [x, arg] = [buffer(dims), { axis: dims.length - 1, descending: true, count }]
    return [uop('sort', x.dtype, [x], arg), uop('argsort', dtypes.i32, [x], arg)]
  }
  it('a million numbers: three passes of counting, adding up and placing', () => expect(kernels(...sorted([1_000_000]))).toBe(9))
  it('ten of a thousand: priorities, and looking for them', () => expect(kernels(...sorted([1024, 1000], 10))).toBe(2))
  it('short lines: keys, ranks, and placing', () => expect(kernels(...sorted([1000, 40]))).toBe(3))
})

describe('assignment', () => {
  it('in place where each element only needs itself', () => {
    const x = buffer([100])
    const { plan } = schedule(sink(assign(x, alu('add', x, 1))))
    expect(plan.calls).toHaveLength(1)
    expect(plan.calls[0].args).toHaveLength(1)
    expect(plan.arenaBytes).toBe(0)
  })
  it('through memory of its own where it does not', () => {
    const x = buffer([16, 16])
    expect(kernels(assign(x, permute(x, [1, 0])))).toBe(2)
  })
  it('waits for readers of the old contents', () => {
    const x = buffer([64, 64])
    const calls = schedule(sink(assign(x, full(0, x)), matmul(x, buffer([64, 64])))).plan.calls
    expect(calls.map(c => c.kernel.arg.name.startsWith('contract'))).toEqual([true, false])
  })
  it('of a value that many tasks read as it was, and each computes again, is not one of their stores', () => {
    // As with an optimiser's running factor: tasks of one kernel start in any order.
    const decay = buffer([1])
    const x = buffer([64])
    const next = alu('mul', decay, 0.9)
    const { plan } = schedule(sink(assign(x, alu('mul', x, expand(next, [64]))), assign(decay, next)))
    expect(plan.calls).toHaveLength(2)
    const writesDecay = plan.calls.map(c => c.kernel.src.length)
    expect(writesDecay).toEqual([1, 1])
  })
  it('swaps two buffers', () => {
    const [a, b] = [buffer([64]), buffer([64])]
    expect(kernels(assign(a, alu('add', b, 0)), assign(b, alu('add', a, 0)))).toBeLessThanOrEqual(3)
  })
})

describe('the plan', () => {
  it('is found again for a graph of the same structure', () => {
    const make = () => sink(softmax(matmul(buffer([20, 30]), buffer([30, 40]))))
    const first = schedule(make())
    const second = schedule(make())
    expect(second.cached).toBe(true)
    expect(second.plan).toBe(first.plan)
    expect(second.externals).not.toEqual(first.externals)
  })
  it('reuses the memory of intermediates', () => {
    let x = buffer([64, 64])
    for (let i = 0; i < 6; i++) x = matmul(x, buffer([64, 64]))
    const { plan } = schedule(sink(x))
    expect(plan.arenaBytes).toBe(2 * 64 * 64 * 4)
    expect(plan.unplannedBytes).toBe(5 * 64 * 64 * 4)
  })
  it('gives a root that is a whole buffer back as it is', () => {
    const { plan } = schedule(sink(reshape(buffer([4, 6]), [24])))
    expect(plan.calls).toHaveLength(0)
    expect(plan.roots).toEqual([{ kind: 'external', index: 0 }])
  })
})
