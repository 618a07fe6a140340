import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  address, binary, cast, constant, dtypes, evalAlu, extract, load, mulacc, param, register, store, uop,
  vector, vectorize, where, type ConstValue, type DType, type UOp,
} from '@petagrad/ir'
import { createCRenderer } from '@petagrad/renderer-c'
import type { LinearProgram } from '@petagrad/renderer'
import { createCpuDevice, probeCpu, type CpuDevice } from '../src/index.js'
import { decode, encode, listed, program, random, randomValue } from './programs.js'

const LANES = 8
const i32 = (n: number): UOp => constant(n, dtypes.i32)
const zero = i32(0)

for (const compiler of ['clang-19', 'gcc']) {
  const { available, reason } = await probeCpu({ compiler })
  describe.skipIf(!available)(`vectors through ${compiler} (${reason})`, () => {
    let device: CpuDevice
    beforeAll(async () => { device = await createCpuDevice({ compiler, threads: 1 }) })
    afterAll(() => device.close())

    /** Runs a program on values for its params (the first is the result) and gives the result's values. */
    async function run(p: LinearProgram, values: readonly (readonly ConstValue[])[]): Promise<ConstValue[]> {
      const artifact = createCRenderer(device.target).render(p)
      const info = { entry: artifact.entry, params: p.params.length, variables: 0, scratchBytes: p.scratchBytes, block: [] }
      const loaded = await device.load(await device.compile(artifact), info)
      const buffers = p.params.map(({ dtype, size }, k) => {
        const buffer = device.allocate(size * (dtype.bits / 8))
        if (k > 0) device.upload({ buffer, offset: 0 }, encode(dtype, values[k - 1]))
        return { buffer, offset: 0 }
      })
      await device.run([{ program: loaded, buffers, variables: [], grid: [1] }])
      return decode(p.params[0].dtype, await device.download(buffers[0], buffers[0].buffer.bytes))
    }

    const params = (...types: readonly DType[]): LinearProgram['params'] =>
      types.map((dtype, slot) => ({ slot, dtype, size: LANES, access: slot === 0 ? 'write' : 'read' }))
    const read = (slot: number, dtype: DType): UOp => load(address(param(slot, dtype, LANES), zero), undefined, LANES)
    const write = (value: UOp): UOp => store(address(param(0, value.dtype.scalar, LANES), zero), value)
    const drawn = (dtype: DType, seed: number): ConstValue[] => {
      const next = random(seed)
      return Array.from({ length: LANES }, () => randomValue(dtype, next))
    }

    it('put lanes of two vectors together', async () => {
      const [x, y] = [read(1, dtypes.f32), read(2, dtypes.f32)]
      const lanes = [0, 9, 2, 11, 15, 4, 8, 7]
      const mixed = vectorize(lanes.map(l => extract(l < LANES ? x : y, [l % LANES])))
      const values = [drawn(dtypes.f32, 1), drawn(dtypes.f32, 2)]
      const got = await run(program('mixed', listed(write(mixed)), params(dtypes.f32, dtypes.f32, dtypes.f32)), values)
      expect(got).toEqual(lanes.map(l => values[l < LANES ? 0 : 1][l % LANES]))
    })

    it.each([0, 1])('stream past the caches, from element %i on', async first => {
      const to = address(param(0, dtypes.f32, LANES + 1), i32(first))
      const streamed = program('streamed', listed(store(to, read(1, dtypes.f32))), [
        { slot: 0, dtype: dtypes.f32, size: LANES + 1, access: 'write', streamed: true }, { slot: 1, dtype: dtypes.f32, size: LANES, access: 'read' },
      ])
      const values = drawn(dtypes.f32, 3)
      expect((await run(streamed, [values])).slice(first, first + LANES)).toEqual(values)
    })

    const widths = ['i8', 'u16', 'i32', 'f32', 'u64', 'f64'] as const
    it.each(widths.flatMap(a => widths.map(b => [a, b] as const)))('combine masks of %s and %s', async (first, second) => {
      const [d, e] = [dtypes[first], dtypes[second]]
      const values = [drawn(d, 1), drawn(d, 2), drawn(e, 3), drawn(e, 4), drawn(dtypes.bool, 5)]
      const less = binary('lt', read(1, d), read(2, d))
      const differ = binary('ne', binary('lt', read(3, e), read(4, e)), read(5, dtypes.bool))
      const both = binary('or', binary('and', less, differ), binary('eq', less, constant(false, vector(dtypes.bool, LANES))))
      const chosen = where(binary('xor', both, read(5, dtypes.bool)), cast('cast', read(1, d), e), read(3, e))
      const got = await run(program('masks', listed(write(where(both, chosen, read(4, e)))), params(e, d, d, e, e, dtypes.bool)), values)
      const want = values[0].map((a, i) => {
        const [, b, x, y, m] = values.map(v => v[i])
        const isLess = a < b
        const isBoth = (isLess && x < y !== m) || !isLess
        return isBoth ? (isBoth !== m ? evalAlu('cast', e, [a], [d]) : x) : y
      })
      expect(got).toEqual(want)
    })

    it('store masks as bytes of 0 and 1', async () => {
      const [a, b] = [drawn(dtypes.f64, 6), drawn(dtypes.f64, 7)]
      const less = write(binary('lt', read(1, dtypes.f64), read(2, dtypes.f64)))
      const got = await run(program('bytes', listed(less), params(dtypes.bool, dtypes.f64, dtypes.f64)), [a, b])
      expect(got).toEqual(a.map((x, i) => x < b[i]))
    })

    it('take lanes out and put them together', async () => {
      const x = read(1, dtypes.i32)
      const swapped = extract(x, [7, 5, 3, 1])
      const taken = [0, 1, 2, 3].map(i => extract(swapped, [i]))
      const built = vectorize([...taken, extract(x, [0]), extract(x, [0]), i32(42), extract(extract(x, [2, 4]), [1])])
      const got = await run(program('lanes', listed(write(built)), params(dtypes.i32, dtypes.i32)), [[10, 11, 12, 13, 14, 15, 16, 17]])
      expect(got).toEqual([17, 15, 13, 11, 10, 10, 42, 14])
    })

    it('take lanes out of masks and make masks of scalars', async () => {
      const mask = binary('lt', read(1, dtypes.f32), constant(0, vector(dtypes.f32, LANES)))
      const turned = vectorize(Array.from({ length: LANES }, (_, i) => extract(mask, [LANES - 1 - i])))
      const got = await run(program('turn', listed(write(turned)), params(dtypes.bool, dtypes.f32)), [[-1, 1, -1, -1, 2, 3, 4, -5]])
      expect(got).toEqual([true, false, false, false, true, true, false, true])
    })

    it('do not touch memory behind a closed gate', async () => {
      const i = uop('range', dtypes.i32, [i32(2)], { axis: 0, kind: 'loop' })
      const gate = binary('lt', i, i32(1))
      const beyond = binary('mul', i, i32(1 << 30)) // would fault
      const type = vector(dtypes.f32, LANES)
      const x = load(address(param(1, dtypes.f32, LANES), beyond), { gate, alternative: constant(-1, type) }, LANES)
      const out = store(address(param(0, dtypes.f32, 2 * LANES), binary('mul', i, i32(LANES))), x)
      const skipped = store(address(param(0, dtypes.f32, 2 * LANES), beyond), x, gate)
      const order = [...listed(out, skipped), uop('end', dtypes.void, [i])]
      const shapes = params(dtypes.f32, dtypes.f32).map((p, k) => (k === 0 ? { ...p, size: 2 * LANES } : p))
      const got = await run(program('gates', order, shapes), [[1, 2, 3, 4, 5, 6, 7, 8]])
      expect(got).toEqual([1, 2, 3, 4, 5, 6, 7, 8, -1, -1, -1, -1, -1, -1, -1, -1])
    })

    it('leave a block alone whose condition does not hold', async () => {
      const i = uop('range', dtypes.i32, [i32(LANES)], { axis: 0, kind: 'loop' })
      const x = load(address(param(1, dtypes.i32, LANES), i))
      const at = address(param(0, dtypes.i32, LANES), i)
      const [large, small] = [binary('lt', i32(2), x), binary('lt', x, i32(3))].map(c => uop('if', dtypes.void, [c]))
      const before = listed(i32(9), at, x, ...large.src, ...small.src)
      const order = [
        ...before,
        large, store(at, i32(9)), uop('endif', dtypes.void, [large]),
        small, store(at, x), uop('endif', dtypes.void, [small]),
        uop('end', dtypes.void, [i]),
      ]
      const got = await run(program('blocks', order, params(dtypes.i32, dtypes.i32)), [[0, 1, 2, 3, 4, -1, 5, 2]])
      expect(got).toEqual([0, 1, 2, 9, 9, -1, 9, 2])
    })
  })
}

describe('a matrix product whose tile stays in registers', () => {
  const size = 512
  const [rows, vectors, lanes] = [4, 2, 8]

  it('is right, and as fast as is printed', async context => {
    const { available, reason } = await probeCpu()
    if (!available) context.skip(reason)
    const device = await createCpuDevice({ threads: 1 })
    const p = tiledProduct()
    const artifact = createCRenderer(device.target).render(p)
    const loaded = await device.load(await device.compile(artifact), { entry: artifact.entry, params: 3, variables: 0, scratchBytes: 0, block: [] })
    const next = random(9)
    const matrix = () => Float32Array.from({ length: size * size }, () => (next() >>> 28) - 8)
    const [a, b] = [matrix(), matrix()]
    const buffers = [new Float32Array(size * size), a, b].map(data => {
      const buffer = device.allocate(data.byteLength)
      device.upload({ buffer, offset: 0 }, new Uint8Array(data.buffer))
      return { buffer, offset: 0 }
    })
    const list = device.record([{ program: loaded, buffers, variables: [], grid: [size / (vectors * lanes)] }])
    let best = Infinity
    for (let k = 0; k < 10; k++) best = Math.min(best, (await list.replayTimed())[0])
    console.log(`${size}³ f32, ${rows}×${vectors * lanes} tile, one thread: ${((2 * size ** 3) / best).toFixed(1)} GFLOPS`)
    const got = new Float32Array((await device.download(buffers[0], size * size * 4)).buffer)
    for (const [row, column] of [[0, 0], [1, 17], [63, 500], [511, 511], [300, 301]]) {
      let want = 0
      for (let k = 0; k < size; k++) want += packed(a, rows, row, k) * packed(b, vectors * lanes, column, k)
      expect(got[row * size + column]).toBe(want)
    }
    await device.close()
  })

  /** Element k of a row of A or a column of B. */
  const packed = (matrix: Float32Array, width: number, at: number, k: number): number =>
    matrix[(Math.floor(at / width) * size + k) * width + (at % width)]

  /** out[r][c] from A packed as [size/4][k][4] and B as [size/16][k][16]; a task is a panel of 16 columns. */
  function tiledProduct(): LinearProgram {
    const uops: UOp[] = []
    const put = (...roots: readonly UOp[]): void => {
      for (const u of listed(...roots)) if (!uops.includes(u)) uops.push(u)
    }
    const [out, a, b] = [0, 1, 2].map(slot => param(slot, dtypes.f32, size * size))
    const width = vectors * lanes
    const times = (x: UOp, n: number): UOp => binary('mul', x, i32(n))
    const plus = (x: UOp, y: UOp): UOp => binary('add', x, y)
    const panel = uop('special', dtypes.i32, [i32(size / width)], { name: 'grid0' })
    const i = uop('range', dtypes.i32, [i32(size / rows)], { axis: 0, kind: 'loop' })
    const k = uop('range', dtypes.i32, [i32(size)], { axis: 1, kind: 'reduce' })
    const tile = vector(dtypes.f32, lanes)
    const registers = Array.from({ length: rows * vectors }, (_, n) => register(n, tile))
    put(panel, i, ...registers.map(r => store(r, constant(0, tile))), k)
    const right = times(plus(times(panel, size), k), width)
    const left = times(plus(times(i, size), k), rows)
    const columns = Array.from({ length: vectors }, (_, v) => load(address(b, plus(right, i32(v * lanes))), undefined, lanes))
    put(...columns)
    for (let r = 0; r < rows; r++) {
      const one = load(address(a, plus(left, i32(r))))
      const spread = vectorize(Array.from({ length: lanes }, () => one))
      for (let v = 0; v < vectors; v++) {
        const acc = registers[r * vectors + v]
        put(store(acc, mulacc(spread, columns[v], load(acc))))
      }
    }
    const end = uop('end', dtypes.void, [k])
    uops.push(end)
    for (let r = 0; r < rows; r++) {
      for (let v = 0; v < vectors; v++) {
        const row = times(plus(times(i, rows), i32(r)), size)
        const at = address(out, plus(plus(row, times(panel, width)), i32(v * lanes)))
        put(store(at, load(uop('after', tile, [registers[r * vectors + v], end]))))
      }
    }
    uops.push(uop('end', dtypes.void, [i]))
    const access = ['write', 'read', 'read'] as const
    return program('tiled', uops, access.map((a, slot) => ({ slot, dtype: dtypes.f32, size: size * size, access: a })))
  }
})
