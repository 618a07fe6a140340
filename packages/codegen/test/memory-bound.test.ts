import { describe, expect, it } from 'vitest'
import { aluOps, is, type UOp } from '@petagrad/ir'
import { applyStep, lowerKernel, nestsOf, parseSchedule } from '@petagrad/codegen'
import { carryingAxes } from '../src/accumulate.js'
import type { Capabilities, LinearProgram } from '@petagrad/renderer'
import { alu, buffer, depthwise, matmul, pad, permute, reduce, reshape, softmax } from '../../schedule/test/graphs.js'
import { capabilities, expectSame, kernelsOf } from './same.js'

/** Loads and stores of arguments in loops, by lanes. */
function accesses(program: LinearProgram): { readonly scalar: number; readonly vector: number } {
  let depth = 0
  let scalar = 0
  let vector = 0
  for (const u of program.uops) {
    if (u.op === 'range') depth++
    if (u.op === 'end') depth--
    if (depth === 0 || (u.op !== 'load' && u.op !== 'store') || u.src[0].dtype.space === undefined) continue
    const value = u.op === 'load' ? u : u.src[1]
    if (value.dtype.lanes === 1) scalar++
    else vector++
  }
  return { scalar, vector }
}

/** Maxima of 2×2 windows that do not overlap. */
function pool(x: UOp, [n, h, w]: readonly [number, number, number]): UOp {
  return reduce('max', reshape(x, [n, h / 2, 2, w / 2, 2]), [2, 4])
}

describe('transpositions and windows in registers', () => {
  it('reads and writes whole vectors, 8×8 at a time', () => {
    for (const k of kernelsOf([permute(buffer([64, 48]), [1, 0])])) {
      const program = expectSame(k, undefined, '64×48')
      expect(accesses(program)).toEqual({ scalar: 0, vector: 16 })
    }
  })

  it.each([[21, 18], [8, 9], [64, 7], [40, 41]])('is right where lanes do not come out even: %i×%i', (m, n) => {
    for (const k of kernelsOf([alu('add', permute(buffer([m, n]), [1, 0]), buffer([n, m]))])) expectSame(k, undefined, `${m}×${n}`)
  })

  it('is right inside of a batch', () => {
    for (const k of kernelsOf([permute(buffer([3, 20, 2, 24]), [2, 0, 3, 1])])) expectSame(k, undefined, 'batch')
  })

  it('takes windows of two columns apart by shuffling whole vectors', () => {
    for (const k of kernelsOf([pool(buffer([4, 16, 32]), [4, 16, 32])])) {
      const program = expectSame(k, undefined, 'pool')
      expect(accesses(program).scalar).toBe(0)
    }
  })

  it.each([[2, 6, 10], [3, 8, 38], [1, 4, 14]] as const)('pools %i maps of %i×%i', (n, h, w) => {
    for (const k of kernelsOf([pool(buffer([n, h, w]), [n, h, w])])) expectSame(k, undefined, `pool ${n} ${h} ${w}`)
  })
})

describe('sliding windows', () => {
  const image = (n: number, c: number, h: number, w: number, margin: number): UOp =>
    pad(buffer([n, c, h, w]), [[0, 0], [0, 0], [margin, margin], [margin, margin]])

  it('copies an image with its margin, whole vectors of what is inside, and reads vectors of it without a check', () => {
    const [kernel] = kernelsOf([depthwise(image(1, 8, 16, 24, 1), buffer([8, 3, 3]))])
    const program = expectSame(kernel, undefined, 'depthwise')
    expect(program.schedule).toMatch(/stage 0[^]*peel[^]*lane[^]*unroll/)
    const gated = program.uops.filter(u => u.op === 'load' && u.src.length === 3 && u.dtype.lanes > 1)
    expect(gated).toHaveLength(1)
    expect(program.uops.filter(u => u.op === 'store').every(u => u.src[1].dtype.lanes > 1 || u.src[1].op !== 'add')).toBe(true)
  })

  it.each([[1, 3, 9, 21, 1, 3], [2, 2, 30, 8, 2, 5], [1, 1, 40, 37, 0, 3], [2, 5, 4, 6, 1, 2]] as const)(
    'are right for %i×%i maps of %i×%i, margin %i, window %i', (n, c, h, w, margin, k) => {
      for (const kernel of kernelsOf([depthwise(image(n, c, h, w, margin), buffer([c, k, k]))])) expectSame(kernel, undefined, 'depthwise')
    })
})

describe('reductions along columns', () => {
  const small = { ...capabilities, machine: { ...capabilities.machine, l1: 4096, l2: 2048 } }

  it('keep partial results in scratch and read several rows at once, whole vectors only', () => {
    const [kernel] = kernelsOf([reduce('add', buffer([64, 512]), [0])])
    const program = expectSame(kernel, undefined, 'columns', small)
    expect(program.schedule).toContain('accumulate')
    expect(accesses(program)).toEqual({ scalar: 0, vector: 1 + (8 + 2) + 2 }) // clear; 8 rows, read, write; read, store
  })

  it.each([[67, 512], [64, 515], [45, 1000]])('are right for %i rows of %i', (rows, columns) => {
    for (const op of ['add', 'max'] as const) {
      const [kernel] = kernelsOf([alu('add', reduce(op, buffer([rows, columns]), [0]), 1)])
      expect(expectSame(kernel, undefined, `${op} of ${rows}×${columns}`, small).schedule).toContain('accumulate')
    }
  })

  it('tell columns of a stretch from as many blocks of rows', () => {
    const [kernel] = kernelsOf([reduce('add', buffer([1024, 256]), [0])])
    expect(expectSame(kernel, undefined, 'as many', small).schedule).toContain('accumulate')
  })

  it('are right for a vector times a matrix, and inside of a batch', () => {
    for (const k of kernelsOf([matmul(buffer([1, 72]), buffer([72, 300]))])) expectSame(k, undefined, 'vector times matrix', small)
    for (const k of kernelsOf([reduce('add', buffer([3, 40, 160]), [1])])) expectSame(k, undefined, 'batch', small)
  })

  it('refuse to write out or share the rows that add to what the ones before have left', () => {
    const [kernel] = kernelsOf([reduce('add', buffer([64, 512]), [0])])
    const { order } = nestsOf(kernel).nests[0]
    const [column, row] = order.map(a => a.arg.axis)
    const turned = `0: split ${row} by 8\n0: accumulate ${row} over ${column}`
    for (const how of ['unroll', 'lane', 'task', 'group']) {
      expect(() => lowerKernel(kernel, capabilities, { schedule: `${turned}\n0: ${how} ${carriedBy(kernel, turned)}` })).toThrow('INVALID_ARGUMENT')
    }
  })
})

/** The axis that carries partial results, after these steps. */
function carriedBy(kernel: UOp<'kernel'>, steps: string): number {
  const { nests } = parseSchedule(steps).reduce(applyStep, nestsOf(kernel))
  return Number([...carryingAxes(nests[0])].map(r => (is(r, 'range') ? r.arg.axis : -1))[0])
}

/** Whether a store is to scratch. */
function toScratch(u: UOp): boolean {
  let root = u.src[0]
  while (root.op === 'index' || root.op === 'after') root = root.src[0]
  return root.op === 'scratch'
}

describe('rows whose values are needed twice', () => {
  const bare: Capabilities = {
    ...capabilities,
    dtypes: { ...capabilities.dtypes, f32: { storage: true, castsTo: ['f32', 'i32'], lanes: [4, 8], ops: aluOps.filter(o => o !== 'exp2') } },
  }

  it.each([[10, 64], [7, 40], [3, 35]])('compute the exponentials of a softmax over %i×%i once', (rows, columns) => {
    const [kernel] = kernelsOf([softmax(buffer([rows, columns]))])
    const program = expectSame(kernel, undefined, `softmax of ${rows}×${columns}`, bare)
    expect(program.schedule).toContain('keep')
    const shifts = program.uops.filter(u => u.op === 'shl').length // two for every exponential that is written out
    const vectors = program.uops.filter(u => u.op === 'store' && toScratch(u)).length
    expect(shifts).toBe(2 * vectors)
  })
})

describe('streamed results', () => {
  const streaming = { ...capabilities, machine: { ...capabilities.machine, streamingStores: true, l3: 1 << 14 } }
  const streamed = (root: UOp, on = streaming) => kernelsOf([root]).map(k => lowerKernel(k, on).params.filter(p => p.streamed).map(p => p.slot))

  it('are those that fill half of the last cache', () => {
    expect(streamed(alu('add', buffer([2048]), 1))).toEqual([[1]])
    expect(streamed(alu('add', buffer([2047]), 1))).toEqual([[]])
    expect(streamed(alu('add', buffer([2048]), 1), capabilities)).toEqual([[]])
  })

  it('are none that a reduction fills part by part', () => {
    expect(streamed(reduce('add', buffer([2048, 40]), [1]))).toEqual([[]])
  })
})
