import { describe, expect, it } from 'vitest'
import { type UOp } from '@petagrad/ir'
import { lowerKernel } from '@petagrad/codegen'
import type { LinearProgram } from '@petagrad/renderer'
import { alu, buffer, permute, reduce, reshape } from '../../schedule/test/graphs.js'
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
