import { describe, expect, it } from 'vitest'
import {
  address, bounds, cast, coefficientOf, constantFactor, dependsOn, dtypes, evaluateIndex, indexAdd, indexConst, indexFloorDiv,
  indexFloorMod, indexLt, indexMax, indexMin, indexMul, indexSub, linearForm, load, param, range, rangesOf, simplifyIndex, substituteIndex,
  unary, uop, variable, type DType, type UOp,
} from '@petagrad/ir'

describe('large numbers', () => {
  const [i, j, k] = [2 ** 20, 2 ** 20, 2 ** 12].map((extent, axis) => range(extent, axis, 'loop'))

  it('stay exact up to 2^52 elements', () => {
    const flat = indexAdd(indexMul(indexAdd(indexMul(i, 2 ** 20), j), 2 ** 12), k)
    expect(bounds(flat)).toEqual({ min: 0, max: 2 ** 52 - 1 })
    expect(indexFloorDiv(flat, 2 ** 32)).toBe(i)
    expect(indexFloorMod(indexFloorDiv(flat, 2 ** 12), 2 ** 20)).toBe(j)
    expect(indexFloorMod(flat, 2 ** 12)).toBe(k)
    const env = new Map([[i, 2 ** 20 - 1], [j, 2 ** 20 - 1], [k, 2 ** 12 - 1]])
    expect(evaluateIndex(flat, env)).toBe(2 ** 52 - 1)
  })
  it('do not make a 32-bit value wider by keeping it positive', () => {
    const x = cast('cast', load(address(param(0, dtypes.i32, 8), indexConst(0))), dtypes.index)
    expect(bounds(x)).toEqual({ min: -(2 ** 31), max: 2 ** 31 - 1 })
    expect(linearForm(numeratorOf(indexFloorDiv(x, 3))).constant).toBe(0)
  })
})

const numeratorOf = (quotient: UOp): UOp => quotient.src[0]

describe('what a load gives', () => {
  const at = (dtype: DType): UOp => load(address(param(0, dtype, 8), indexConst(0)))

  it.each([[dtypes.u8, 0, 255], [dtypes.i8, -128, 127], [dtypes.u16, 0, 65535], [dtypes.u32, 0, 2 ** 32 - 1], [dtypes.bool, 0, 1]])(
    'lies in the range of its dtype: %o', (dtype, min, max) => {
      expect(bounds(uop('cast', dtypes.index, [at(dtype)]))).toEqual({ min, max })
    },
  )
  it('is the same atom in every sum', () => {
    const x = uop('cast', dtypes.index, [at(dtypes.u8)])
    expect(indexSub(indexMul(x, 3), indexAdd(x, x))).toBe(simplifyIndex(x))
    expect(indexLt(x, 256).arg).toBe(true)
  })
})

describe('questions about an expression', () => {
  const [i, j] = [range(6, 0, 'loop'), range(4, 1, 'loop')]
  const n = variable('n', 2, 5)

  it('its linear form', () => {
    const form = linearForm(uop('sub', dtypes.index, [indexMul(i, 4), uop('add', dtypes.index, [j, indexConst(3)])]))
    expect(form).toEqual({ terms: new Map([[i, 4], [j, -1]]), constant: -3 })
    expect(linearForm(indexConst(7))).toEqual({ terms: new Map(), constant: 7 })
  })
  it('how it grows with a range', () => {
    const u = indexAdd(indexMul(i, 4), indexFloorDiv(j, 3))
    expect(coefficientOf(u, i)).toBe(4)
    expect(coefficientOf(u, j)).toBeUndefined()
    expect(coefficientOf(u, n)).toBe(0)
    expect(coefficientOf(indexMul(i, n), i)).toBeUndefined()
  })
  it('what it depends on, through loads and extents', () => {
    const inner = range(n, 2, 'loop')
    const u = uop('cast', dtypes.index, [load(address(param(0, dtypes.i32, 64), indexAdd(i, inner)))])
    expect(rangesOf(u)).toEqual(new Set([i, inner, n]))
    expect(dependsOn(u, j)).toBe(false)
    expect(dependsOn(u, n)).toBe(true)
  })
  it('what divides it', () => {
    expect(constantFactor(indexAdd(indexMul(i, 12), 8))).toBe(4)
    expect(constantFactor(indexMul(indexMul(i, n), 6))).toBe(6)
    expect(constantFactor(indexMax(indexMul(i, 4), indexMul(j, 6)))).toBe(2)
    expect(constantFactor(indexConst(0))).toBe(0)
  })
  it('least and greatest of two', () => {
    for (const [x, y] of [[0, 3], [3, 0], [2, 2]]) {
      const env = new Map([[i, x], [j, y]])
      expect(evaluateIndex(indexMin(i, j), env)).toBe(Math.min(x, y))
      expect(evaluateIndex(indexMax(i, j), env)).toBe(Math.max(x, y))
    }
    expect(bounds(indexMin(i, j))).toEqual({ min: 0, max: 3 })
    expect(indexMin(i, 100)).toBe(i)
  })
})

describe('depth', () => {
  const i = range(6, 0, 'loop')
  const DEPTH = 100_000

  it('of raw sums does not overflow the stack', () => {
    let u: UOp = uop('add', dtypes.index, [i, i])
    for (let n = 0; n < DEPTH; n++) u = uop('add', dtypes.index, [u, indexConst(1)])
    expect(simplifyIndex(u)).toBe(indexAdd(indexMul(i, 2), DEPTH))
  })
  it('of data under an index does not overflow the stack', () => {
    let u: UOp = uop('cast', dtypes.f32, [i])
    for (let n = 0; n < DEPTH; n++) u = unary('neg', u)
    const deep = indexAdd(uop('cast', dtypes.index, [uop('cast', dtypes.i32, [u])]), i)
    expect(rangesOf(deep)).toEqual(new Set([i]))
    const replaced = substituteIndex(deep, new Map([[i, indexConst(2)]]))
    expect(rangesOf(replaced).size).toBe(0)
  })
})
