import { describe, expect, it } from 'vitest'
import {
  argKey, binary, constant, dataTypes, dtypes, itemSize, parseDType, pointer, range, shapeOf, substitute, toposort, unary, uop, vector,
  withSrc, type UOp,
} from '@petagrad/ir'
import { runBundled } from './bundled.js'
import type { DroppedGraphs } from './dropped-graphs.js'

describe('dtypes', () => {
  it.each(dataTypes.map(d => [d.name, d] as const))('%s is read back from its name, as scalar, vector and pointer', (_, d) => {
    for (const type of [d, vector(d, 4), pointer(d, 'global'), pointer(d, 'private')]) expect(parseDType(type.name)).toBe(type)
  })
  it('are one object per type', () => {
    expect(vector(dtypes.f32, 4)).toBe(vector(dtypes.f32, 4))
    expect(vector(dtypes.f32, 1)).toBe(dtypes.f32)
    expect(vector(vector(dtypes.f32, 4), 8)).toBe(vector(dtypes.f32, 8))
    expect(pointer(dtypes.i8, 'global')).not.toBe(pointer(dtypes.i8, 'shared'))
  })
  it('have the size of their name', () => {
    for (const d of dataTypes) expect(itemSize(d)).toBe(d === dtypes.bool ? 1 : Number(/\d+/.exec(d.name)?.[0]) / 8)
  })
  it.each(['f33', 'f32x', 'f32*local', '', 'toString'])('%j is no name', name => { expect(parseDType(name)).toBeUndefined() })
})

describe('interning', () => {
  const x = uop('buffer', dtypes.f32, [], { id: 1, size: 8, device: 'test' })

  it('makes equal nodes the same node', () => {
    const y = uop('buffer', dtypes.f32, [], { size: 8, device: 'test', id: 1 })
    expect(y).toBe(x)
    expect(binary('add', x, y)).toBe(binary('add', x, x))
    expect(uop('reshape', dtypes.f32, [x], [2, 4])).toBe(uop('reshape', dtypes.f32, [x], [2, 4]))
    expect(range(4, 0, 'loop')).toBe(range(4, 0, 'loop'))
  })
  it('tells apart what differs', () => {
    const nodes = [
      unary('neg', x), unary('sqrt', x), binary('add', x, x), binary('mul', x, x),
      uop('reshape', dtypes.f32, [x], [2, 4]), uop('reshape', dtypes.f32, [x], [4, 2]), uop('reshape', dtypes.f32, [x], [24]),
      uop('cast', dtypes.f64, [x]), uop('cast', dtypes.i32, [x]), uop('cast', vector(dtypes.i32, 2), [x]),
      range(4, 0, 'loop'), range(4, 0, 'reduce'), range(4, 1, 'loop'), range(5, 0, 'loop'),
    ]
    expect(new Set(nodes).size).toBe(nodes.length)
  })
  it('tells 0 from -0, and knows NaN', () => {
    expect(constant(-0, dtypes.f32)).not.toBe(constant(0, dtypes.f32))
    expect(Object.is(constant(-0, dtypes.f32).arg, -0)).toBe(true)
    expect(constant(NaN, dtypes.f32)).toBe(constant(0 / 0, dtypes.f32))
    expect(constant(Infinity, dtypes.f32)).not.toBe(constant(-Infinity, dtypes.f32))
  })
  it('keeps constants of each dtype apart, and 64-bit ones exact', () => {
    expect(constant(1, dtypes.i64).arg).toBe(1n)
    expect(constant(2n ** 63n, dtypes.u64).arg).toBe(2n ** 63n)
    expect(constant(2n ** 63n, dtypes.u64)).not.toBe(constant(2n ** 63n - 1n, dtypes.u64))
    expect(new Set([dtypes.bool, ...dataTypes].map(d => constant(1, d))).size).toBe(dataTypes.length)
    expect(constant(1, dtypes.bool).arg).toBe(true)
  })
  it('keeps the sources of a node older than it', () => {
    for (const u of toposort(binary('mul', unary('neg', x), x))) for (const s of u.src) expect(s.id).toBeLessThan(u.id)
  })
  it('names arguments by value', () => {
    expect(argKey({ b: [1, -0], a: 'x' })).toBe(argKey({ a: 'x', b: [1, -0] }))
    expect(argKey({ a: [1] })).not.toBe(argKey({ a: ['1'] }))
    expect(argKey(1)).not.toBe(argKey(1n))
    expect(argKey(['a', 'b'])).not.toBe(argKey(['a,b']))
    expect(argKey(0)).not.toBe(argKey(-0))
  })
  it('gives back the node when sources do not change', () => {
    const sum = binary('add', x, unary('neg', x))
    expect(withSrc(sum, [...sum.src])).toBe(sum)
  })
})

describe('deep graphs', () => {
  const DEPTH = 100_000
  const leaf = uop('buffer', dtypes.f32, [], { id: 2, size: 1, device: 'test' })
  const deep = (from: UOp): UOp => {
    let u = from
    for (let i = 0; i < DEPTH; i++) u = i % 2 === 0 ? unary('neg', u) : binary('add', u, from)
    return u
  }

  it('are sorted, substituted and measured without overflowing the stack', () => {
    const root = deep(leaf)
    expect(toposort(root).length).toBe(DEPTH + 1)
    expect(shapeOf(root)).toEqual([1])
    const other = uop('buffer', dtypes.f32, [], { id: 3, size: 1, device: 'test' })
    expect(substitute(root, new Map([[leaf, other]]))).toBe(deep(other))
  })
  it('are sorted with sources first and every node once', () => {
    const order = toposort([unary('neg', leaf), binary('add', unary('neg', leaf), leaf)])
    expect(order.length).toBe(3)
    order.forEach((u, i) => { for (const s of u.src) expect(order.indexOf(s)).toBeLessThan(i) })
  })
})

describe('memory', () => {
  it('of a dropped graph is given back', () => {
    const { made, left, bytesPerNode } = runBundled('./dropped-graphs.ts', ['--expose-gc']) as DroppedGraphs // what that program prints
    console.log(`${made} nodes made, ${left} of 20 graphs still alive, ${bytesPerNode.toFixed(1)} bytes left per node`)
    expect(left).toBeLessThanOrEqual(1) // the last one may still be on the stack
    expect(bytesPerNode).toBeLessThan(10)
  })
})
