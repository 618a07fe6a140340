import { describe, expect, test } from 'vitest'
import {
  address, binary, constant, dataTypes, decodeValues, dot, dtypes, encodeValues, indexConst, interpret, interpretAll, interpretKernel, interpretProgram, load, mulacc,
  param, PetagradError, range, reduce, register, scratch, store, uop, variable, vector, vectorize, extract, type ConstValue, type DType, type UOp,
} from '../src/index.js'

const { bool, i8, i32, i64, f32, f16, index } = dtypes
let nextBuffer = 1e6
const inputs = new Map<UOp, Uint8Array>()

/** A buffer with these values behind it, reshaped. */
function input(dtype: DType, shape: readonly number[], values: readonly ConstValue[]): UOp {
  const buffer = uop('buffer', dtype, [], { id: nextBuffer++, size: values.length, device: 'test' })
  inputs.set(buffer, encodeValues(dtype, values))
  return uop('reshape', dtype, [buffer], shape)
}
const counting = (...shape: number[]): UOp => input(i32, shape, Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i + 1))
const values = (u: UOp, variables?: ReadonlyMap<string, number>): readonly ConstValue[] => interpret(u, { buffers: inputs, variables }).values

describe('tensor level', () => {
  const x = counting(2, 3) // [[1, 2, 3], [4, 5, 6]]

  test.each<[string, UOp, readonly number[], readonly ConstValue[]]>([
    ['reshape', uop('reshape', i32, [x], [3, 2]), [3, 2], [1, 2, 3, 4, 5, 6]],
    ['permute', uop('permute', i32, [x], [1, 0]), [3, 2], [1, 4, 2, 5, 3, 6]],
    ['permute of three axes', uop('permute', i32, [counting(2, 1, 3)], [2, 0, 1]), [3, 2, 1], [1, 4, 2, 5, 3, 6]],
    ['expand', uop('expand', i32, [counting(2, 1)], [2, 3]), [2, 3], [1, 1, 1, 2, 2, 2]],
    ['pad', uop('pad', i32, [x], [[1, 0], [0, 2]]), [3, 5], [0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 4, 5, 6, 0, 0]],
    ['shrink', uop('shrink', i32, [x], [[1, 2], [0, 2]]), [1, 2], [4, 5]],
    ['flip', uop('flip', i32, [x], [1]), [2, 3], [3, 2, 1, 6, 5, 4]],
    // out[i, j] = x[i, j + i - 1]
    ['shear', uop('shear', i32, [x], { axis: 1, by: 0, factor: 1, offset: -1, size: 3 }), [2, 3], [0, 1, 2, 4, 5, 6]],
    ['shear of windows', uop('shear', i32, [uop('expand', i32, [counting(4, 1)], [4, 2])], { axis: 0, by: 1, factor: 1, offset: 0, size: 3 }), [3, 2], [1, 2, 2, 3, 3, 4]],
    ['sum', uop('reduce_axis', i32, [x], { alu: 'add', axes: [1] }), [2, 1], [6, 15]],
    ['sum of two axes', uop('reduce_axis', i32, [x], { alu: 'add', axes: [0, 1] }), [1, 1], [21]],
    ['product', uop('reduce_axis', i32, [x], { alu: 'mul', axes: [0] }), [1, 3], [4, 10, 18]],
    ['maximum', uop('reduce_axis', i32, [x], { alu: 'max', axes: [1] }), [2, 1], [3, 6]],
    ['gather', uop('gather', i32, [x, input(i64, [4], [1n, 0n, 2n, -1n])]), [4, 3], [4, 5, 6, 1, 2, 3, 0, 0, 0, 0, 0, 0]],
    ['iota', uop('iota', f32, [], { size: 3 }), [3], [0, 1, 2]],
    ['contiguous', uop('contiguous', i32, [x]), [2, 3], [1, 2, 3, 4, 5, 6]],
    ['element-wise', binary('mul', x, x), [2, 3], [1, 4, 9, 16, 25, 36]],
    ['cast', uop('cast', i8, [binary('mul', x, input(i32, [2, 3], [100, 100, 100, 100, 100, 100]))]), [2, 3], [100, -56, 44, -112, -12, 88]],
  ])('%s', (_, u, shape, expected) => {
    const result = interpret(u, { buffers: inputs })
    expect(result.shape).toEqual(shape)
    expect(result.values).toEqual(expected)
  })

  test('reductions of nothing give the identity', () => {
    const empty = uop('reshape', f32, [input(f32, [0], [])], [2, 0])
    const over = (alu: 'add' | 'mul' | 'max') => values(uop('reduce_axis', f32, [empty], { alu, axes: [1] }))
    expect([over('add'), over('mul'), over('max')]).toEqual([[0, 0], [1, 1], [-Infinity, -Infinity]])
  })

  test('float sums are carried in double', () => {
    const big = input(f16, [3], [2048, 0.75, 0.75]) // in f16, each addition alone would be lost or doubled
    expect(values(uop('reduce_axis', f16, [big], { alu: 'add', axes: [0] }))).toEqual([2050])
  })

  test('constants are rounded to their dtype', () => {
    expect(values(constant(0.1, f32))).toEqual([Math.fround(0.1)])
    expect(values(constant(300, i8))).toEqual([44])
  })

  test('symbolic dimensions take the value of their variable', () => {
    const n = variable('n', 1, 10)
    const grown = uop('expand', i32, [counting(1)], [binary('add', n, indexConst(1))])
    expect(values(uop('reduce_axis', i32, [grown], { alu: 'add', axes: [0] }), new Map([['n', 4]]))).toEqual([5])
    expect(() => values(grown, new Map([['n', 11]]))).toThrow(/n is 11/)
    expect(() => values(grown)).toThrow(/n has no value/)
  })

  test('assignments read what was there and take place together at the end', () => {
    const [a, b] = [0, 1].map(i => uop('buffer', i32, [], { id: nextBuffer++, size: 3, device: `swap${i}` }))
    const buffers = new Map([[a, encodeValues(i32, [1, 2, 3])], [b, encodeValues(i32, [4, 5, 6])]])
    const tail = uop('shrink', i32, [b], [[1, 3]])
    const reversed = uop('shrink', i32, [uop('flip', i32, [a], [0])], [[0, 2]])
    const results = interpretAll([uop('sink', dtypes.void, [uop('assign', i32, [a, b]), uop('assign', i32, [tail, reversed])])], { buffers })
    expect(results.map(r => r.values)).toEqual([[4, 5, 6], [3, 2]])
    expect([...buffers.values()].map(bytes => decodeValues(i32, bytes))).toEqual([[4, 5, 6], [4, 3, 2]])
  })

  test('a buffer without bytes is refused', () => {
    expect(() => values(uop('buffer', f32, [], { id: 42, size: 1, device: 'test' }))).toThrow(PetagradError)
  })

  test.each(dataTypes)('$name values survive memory', d => {
    const sample: readonly ConstValue[] = d.kind === 'bool' ? [true, false] : d.bits === 64 && d.kind !== 'float' ? [0n, 1n, 100n] : [0, 1, 1.5, 100].map(x => (d.kind === 'float' ? x : Math.trunc(x)))
    expect(decodeValues(d, encodeValues(d, sample))).toEqual(sample.map(x => (d === dtypes.f8e4m3 && x === 100 ? 96 : d === dtypes.f8e5m2 && x === 100 ? 96 : x)))
  })
})

const at = (memory: UOp, offset: UOp): UOp => address(memory, offset)
const add = (a: UOp, b: UOp): UOp => binary('add', a, b)
const mul = (a: UOp, b: UOp): UOp => binary('mul', a, b)

describe('kernel level', () => {
  const [n, m, k] = [3, 4, 5]
  const a = Array.from({ length: n * k }, (_, i) => i - 7), b = Array.from({ length: k * m }, (_, i) => 3 * i - 20)
  const product = Array.from({ length: n * m }, (_, p) => a.slice(0, k).reduce((s, _, q) => s + a[Math.floor(p / m) * k + q] * b[q * m + (p % m)], 0))
  const [out, lhs, rhs] = [param(0, f32, n * m), param(1, f32, n * k), param(2, f32, k * m)]
  const [i, j, l] = [range(n, 0, 'loop'), range(m, 1, 'loop'), range(k, 2, 'reduce')]
  const left = load(at(lhs, add(mul(i, indexConst(k)), l)))
  const right = load(at(rhs, add(mul(l, indexConst(m)), j)))

  test('a matmul', () => {
    const value = reduce('add', mul(left, right), [l])
    const kernel = uop('kernel', dtypes.void, [store(at(out, add(mul(i, indexConst(m)), j)), value)], { name: 'matmul' })
    const args = [new Uint8Array(4 * n * m), encodeValues(f32, a), encodeValues(f32, b)]
    interpretKernel(kernel, args)
    expect(decodeValues(f32, args[0])).toEqual(product)
  })

  test('a gate keeps a load from touching memory, and without it the access is named', () => {
    const r = range(5, 0, 'loop')
    const source = at(param(1, i32, 3), r)
    const kernel = (value: UOp): UOp<'kernel'> => uop('kernel', dtypes.void, [store(at(param(0, i32, 5), r), value)], { name: 'k' })
    const args = [new Uint8Array(20), encodeValues(i32, [7, 8, 9])]
    interpretKernel(kernel(load(source, { gate: binary('lt', r, indexConst(3)), alternative: constant(-1, i32) })), args)
    expect(decodeValues(i32, args[0])).toEqual([7, 8, 9, -1, -1])
    expect(() => interpretKernel(kernel(load(source)), args)).toThrow(/load: element 3 of argument 1, which has 3 of i32, is out of bounds/)
  })

  test('a staged tile is filled before it is read, once for each outer step', () => {
    const tile = scratch(0, f32, k)
    const [outer, fill, use] = [range(n, 0, 'loop'), range(k, 1, 'loop'), range(k, 2, 'loop')]
    const filled = uop('end', dtypes.void, [store(at(tile, fill), load(at(lhs, add(mul(outer, indexConst(k)), fill)))), fill])
    const reversed = load(at(uop('after', tile.dtype, [tile, filled]), binary('sub', indexConst(k - 1), use)))
    const kernel = uop('kernel', dtypes.void, [store(at(param(0, f32, n * k), add(mul(outer, indexConst(k)), use)), reversed)], { name: 'k' })
    const args = [new Uint8Array(4 * n * k), encodeValues(f32, a)]
    interpretKernel(kernel, args)
    expect(decodeValues(f32, args[0])).toEqual([0, 1, 2].flatMap(row => a.slice(row * k, row * k + k).reverse()))
  })
})

describe('program level', () => {
  const i = (value: number): UOp => constant(value, i32)

  /** y[4t…4t+3] = sum over k of x[k]·m[k, 4t…4t+3], one task for every four columns. */
  function vectorMatrix(rows: number, columns: number): UOp[] {
    const [y, x, m] = [param(0, f32, columns), param(1, f32, rows), param(2, f32, rows * columns)]
    const task = uop('special', i32, [i(columns / 4)], { name: 'grid0' })
    const first = mul(task, i(4))
    const total = register(0, vector(f32, 4))
    const zero = constant(0, vector(f32, 4))
    const clear = store(total, zero)
    const k = uop('range', i32, [i(rows)], { axis: 0, kind: 'reduce' })
    const from = address(x, k), row = mul(k, i(columns)), place = add(row, first), source = address(m, place)
    const scalar = load(from), lanes = load(source, undefined, 4), wide = vectorize([scalar, scalar, scalar, scalar])
    const before = uop('after', total.dtype, [total, clear, k])
    const old = load(before), sum = mulacc(wide, lanes, old), keep = store(total, sum), end = uop('end', dtypes.void, [k])
    const after = uop('after', total.dtype, [total, end]), result = load(after), to = address(y, first)
    return [y, x, m, i(columns / 4), task, i(4), first, total, zero, clear, i(rows), k, from, i(columns), row, place, source,
      scalar, lanes, wide, before, old, sum, keep, end, after, result, to, store(to, result)]
  }

  test('loops, registers, vectors and tasks in any order', () => {
    const [rows, columns] = [5, 8]
    const x = [1, -2, 3, -4, 5], m = Array.from({ length: rows * columns }, (_, p) => (p * 7) % 11)
    const expected = Array.from({ length: columns }, (_, c) => x.reduce((s, v, r) => s + v * m[r * columns + c], 0))
    for (const order of [undefined, (count: number) => Array.from({ length: count }, (_, p) => count - 1 - p)]) {
      const args = [new Uint8Array(4 * columns), encodeValues(f32, x), encodeValues(f32, m)]
      interpretProgram({ uops: vectorMatrix(rows, columns), grid: [columns / 4], block: [] }, args, { order })
      expect(decodeValues(f32, args[0])).toEqual(expected)
    }
  })

  test('if, extract, a loop without turns, and variables', () => {
    const y = param(0, i32, 4), n = variable('n', 0, 9), count = uop('cast', i32, [n])
    const v = vectorize([i(10), i(20), i(30)]), picked = extract(v, [2])
    const r = uop('range', i32, [count], { axis: 0, kind: 'loop' }), bad = address(y, i(99)), write = store(bad, picked), end = uop('end', dtypes.void, [r])
    const yes = constant(true, bool), no = constant(false, bool)
    const [open, close, shut, closed] = [uop('if', dtypes.void, [yes]), uop('endif', dtypes.void, [uop('if', dtypes.void, [yes])]), uop('if', dtypes.void, [no]), uop('endif', dtypes.void, [uop('if', dtypes.void, [no])])]
    const first = address(y, i(0)), second = address(y, i(1))
    const uops = [y, n, count, i(10), i(20), i(30), v, picked, r, i(99), bad, write, end, yes, no, i(0), i(1), first, second,
      open, store(first, picked), close, shut, store(second, picked), closed]
    const args = [new Uint8Array(16)]
    interpretProgram({ uops, grid: [1], block: [] }, args, { variables: new Map([['n', 0]]) })
    expect(decodeValues(i32, args[0])).toEqual([30, 0, 0, 0])
    expect(() => interpretProgram({ uops, grid: [1], block: [] }, args, { variables: new Map([['n', 1]]) })).toThrow(/element 99 of argument 0/)
  })

  test('dot adds neighbouring products to each lane, and wraps', () => {
    const bytes = (dtype: DType, values: readonly number[]): UOp[] => values.map(v => constant(v, dtype))
    const a = bytes(dtypes.u8, [255, 255, 255, 255, 1, 2, 3, 4]), b = bytes(i8, [-128, -128, -128, -128, 1, -1, 1, 127])
    const [x, y, start] = [vectorize(a), vectorize(b), vectorize([i(-(2 ** 31)), i(100)])]
    const result = dot(x, y, start), out = param(0, i32, 2), at = address(out, i(0)), args = [new Uint8Array(8)]
    const uops = [...new Set([...a, ...b, ...start.src, i(0)]), x, y, start, result, out, at, store(at, result)]
    interpretProgram({ uops, grid: [1], block: [] }, args)
    expect(decodeValues(i32, args[0])).toEqual([2 ** 31 - 4 * 255 * 128, 100 + 1 - 2 + 3 + 4 * 127])
  })

  test('threads of a block meet at barriers', () => {
    const y = param(0, i32, 8), tile = scratch(0, i32, 4, 'shared')
    const grid = uop('special', i32, [i(2)], { name: 'grid0' }), thread = uop('special', i32, [i(4)], { name: 'block0' })
    const mine = address(tile, thread), write = store(mine, thread), barrier = uop('barrier', dtypes.void)
    const other = binary('sub', i(3), thread), theirs = address(tile, other), read = load(theirs)
    const base = mul(grid, i(4)), place = add(base, thread), to = address(y, place)
    const uops = [y, tile, i(2), i(4), i(3), grid, thread, mine, write, barrier, other, theirs, read, base, place, to, store(to, read)]
    const args = [new Uint8Array(32)]
    interpretProgram({ uops, grid: [2], block: [4] }, args)
    expect(decodeValues(i32, args[0])).toEqual([3, 2, 1, 0, 3, 2, 1, 0])
  })

  test.each<[string, readonly UOp[], RegExp]>([
    ['a value before its definition', [add(i(1), i(2)), i(1), i(2)], /before it is defined/],
    ['an unclosed loop', [i(3), uop('range', i32, [i(3)], { axis: 0, kind: 'loop' })], /not closed/],
    ['a register before it is written', [register(1, f32), load(register(1, f32))], /before it is written/],
    ['an op of another level', [uop('iota', i32, [], { size: 3 })], /not an operation of programs/],
  ])('%s is refused', (_, uops, message) => {
    expect(() => interpretProgram({ uops, grid: [1], block: [] }, [])).toThrow(message)
  })

  test('an unused index leaf is not evaluated', () => {
    expect(() => interpretProgram({ uops: [constant(1, index)], grid: [0], block: [] }, [])).not.toThrow()
  })
})
