import { describe, expect, test } from 'vitest'
import {
  dataTypes, dtypes, evalAlu, fromBits, integerRange, largestFinite, PetagradError, roundBigInt, roundTo, smallestPositive, toBits,
  type AluOp, type ConstValue, type DType,
} from '../src/index.js'

const { bool, i8, u8, i16, u16, i32, u32, i64, u64, f8e4m3, f8e5m2, bf16, f16, f32, f64 } = dtypes
const integers = dataTypes.filter(d => d.kind === 'int' || d.kind === 'uint')
const small = [f8e4m3, f8e5m2, bf16, f16]

/** mulberry32: a small seeded generator. */
function random(seed: number): () => number {
  let s = seed
  return () => {
    s = (s + 0x6d2b79f5) | 0
    let t = Math.imul(s ^ (s >>> 15), 1 | s)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

describe('float formats', () => {
  // Published facts: FP8 Formats for Deep Learning, table 1; IEEE 754 binary16; bfloat16 is the top half of binary32.
  test.each<[DType, number, number]>([
    [f8e4m3, 448, 2 ** -9], [f8e5m2, 57344, 2 ** -16], [f16, 65504, 2 ** -24], [bf16, 3.3895313892515355e38, 2 ** -133],
    [f32, 3.4028234663852886e38, 2 ** -149], [f64, Number.MAX_VALUE, Number.MIN_VALUE],
  ])('%o has its published limits', (d, largest, smallest) => {
    expect(largestFinite(d)).toBe(largest)
    expect(smallestPositive(d)).toBe(smallest)
  })

  test.each<[DType, number, ConstValue]>([
    [f8e4m3, 0x7e, 448], [f8e4m3, 0x7f, NaN], [f8e4m3, 0xff, NaN], [f8e4m3, 0x08, 2 ** -6], [f8e4m3, 0x01, 2 ** -9], [f8e4m3, 0x38, 1],
    [f8e4m3, 0x80, -0], [f8e5m2, 0x7b, 57344], [f8e5m2, 0x7c, Infinity], [f8e5m2, 0xfc, -Infinity], [f8e5m2, 0x7d, NaN], [f8e5m2, 0x04, 2 ** -14],
    [f16, 0x3c00, 1], [f16, 0x7bff, 65504], [f16, 0x7c00, Infinity], [f16, 0x0001, 2 ** -24], [f16, 0x3555, 0.333251953125], [f16, 0xc000, -2],
    [bf16, 0x3f80, 1], [bf16, 0x4049, 3.140625], [bf16, 0xff80, -Infinity],
  ])('%o pattern %i is %d', (d, bits, value) => {
    expect(fromBits(d, bits)).toBe(value)
    if (!Number.isNaN(value)) expect(toBits(d, value)).toBe(bits)
  })

  test('bf16 is the top half of f32, for every pattern', () => {
    const view = new DataView(new ArrayBuffer(4))
    for (let bits = 0; bits < 65536; bits++) {
      view.setUint32(0, bits * 65536)
      expect(fromBits(bf16, bits)).toBe(view.getFloat32(0))
    }
  })

  test.each(small)('every pattern of $name survives decoding and encoding', d => {
    for (let bits = 0; bits < 2 ** d.bits; bits++) {
      const value = fromBits(d, bits)
      if (!Number.isNaN(value)) expect(toBits(d, value)).toBe(bits)
      else expect(fromBits(d, toBits(d, NaN))).toBeNaN()
    }
  })

  test.each(small)('rounding to $name picks the nearest value, and the even pattern on a tie', d => {
    const finite: number[] = [] // by pattern: ascending
    for (let bits = 0; bits < 2 ** (d.bits - 1); bits++) {
      const value = Number(fromBits(d, bits))
      if (Number.isFinite(value)) finite.push(value)
      else break
    }
    const next = random(1)
    for (let i = 0; i < 20000; i++) {
      const k = Math.floor(next() * (finite.length - 1))
      const [low, high] = [finite[k], finite[k + 1]]
      const middle = low + (high - low) / 2
      expect(roundTo(d, middle)).toBe(k % 2 === 0 ? low : high)
      expect(roundTo(d, -middle)).toBe(k % 2 === 0 ? -low : -high)
      const x = low + (high - low) * next()
      if (x !== middle) expect(roundTo(d, x)).toBe(x < middle ? low : high)
    }
    const top = finite[finite.length - 1]
    const step = top - finite[finite.length - 2]
    expect(roundTo(d, top + step * 0.49)).toBe(top)
    expect(roundTo(d, top + step * 0.51)).toBe(d === f8e4m3 ? top : Infinity)
    expect(roundTo(d, -Infinity)).toBe(d === f8e4m3 ? -top : -Infinity)
  })

  test('64-bit integers are rounded to f32 once', () => {
    // 2^60 + 2^36 is half way between two f32 values; one more must go up, though double drops it.
    expect(roundBigInt(f32, 2n ** 60n + 2n ** 36n)).toBe(2 ** 60)
    expect(roundBigInt(f32, 2n ** 60n + 2n ** 36n + 1n)).toBe(2 ** 60 + 2 ** 37)
    expect(roundBigInt(f32, -(2n ** 60n) - 2n ** 36n - 1n)).toBe(-(2 ** 60) - 2 ** 37)
    expect(roundBigInt(f64, 2n ** 53n + 1n)).toBe(2 ** 53)
    expect(roundBigInt(f64, 2n ** 64n - 1n)).toBe(2 ** 64)
    expect(roundBigInt(f16, 2n ** 63n)).toBe(Infinity)
  })
})

const run = (op: AluOp, d: DType, ...args: ConstValue[]): ConstValue => {
  const result = op === 'lt' || op === 'eq' || op === 'ne' ? bool : d
  return evalAlu(op, result, args, op === 'where' ? [bool, d, d] : args.map(() => d))
}
const castTo = (from: DType, to: DType, x: ConstValue): ConstValue => evalAlu('cast', to, [x], [from])

/** Exact integers first, then the dtype's width: what `wraps` means, in bigint for every width. */
const exact: Partial<Record<AluOp, (a: bigint, b: bigint, width: bigint) => bigint>> = {
  add: (a, b) => a + b, sub: (a, b) => a - b, mul: (a, b) => a * b, neg: a => -a, trunc: a => a,
  div: (a, b) => (b === 0n ? 0n : a / b), mod: (a, b) => (b === 0n ? 0n : a - (a / b) * b),
  floordiv: (a, b) => (b === 0n ? 0n : a / b - (a % b !== 0n && a < 0n !== b < 0n ? 1n : 0n)),
  floormod: (a, b) => (b === 0n ? 0n : a - b * (a / b - (a % b !== 0n && a < 0n !== b < 0n ? 1n : 0n))),
  max: (a, b) => (a > b ? a : b), and: (a, b) => a & b, or: (a, b) => a | b, xor: (a, b) => a ^ b,
  shl: (a, b, w) => a << (((b % w) + w) % w), shr: (a, b, w) => a >> (((b % w) + w) % w),
}

describe('integers', () => {
  test.each(integers)('$name agrees with exact arithmetic modulo its width on edges and random values', d => {
    const [low, high] = integerRange(d).map(BigInt)
    const next = random(d.bits)
    const values = [low, low + 1n, high, high - 1n, 0n, 1n, 2n, 3n, 7n, BigInt(d.bits), ...(d.kind === 'int' ? [-1n, -2n, -7n] : [])]
    for (let i = 0; i < 20; i++) values.push(low + (BigInt(Math.floor(next() * 2 ** 52)) * (high - low)) / 2n ** 52n)
    const native = (x: bigint): ConstValue => (d.bits === 64 ? x : Number(x))
    const fit = (x: bigint): ConstValue => native(d.kind === 'int' ? BigInt.asIntN(d.bits, x) : BigInt.asUintN(d.bits, x))
    for (const a of values) {
      for (const b of values) {
        for (const [op, f] of Object.entries(exact) as [AluOp, (a: bigint, b: bigint, w: bigint) => bigint][]) {
          expect([op, a, b, run(op, d, native(a), native(b))]).toEqual([op, a, b, fit(f(a, b, BigInt(d.bits)))])
        }
        expect(run('mulacc', d, native(a), native(b), native(3n))).toBe(fit(a * b + 3n))
        expect(run('lt', d, native(a), native(b))).toBe(a < b)
        expect(run('eq', d, native(a), native(b))).toBe(a === b)
        expect(run('ne', d, native(a), native(b))).toBe(a !== b)
        expect(run('where', d, a < b, native(a), native(b))).toBe(native(a < b ? a : b))
      }
    }
  })

  test('index arithmetic is exact and never gives -0', () => {
    expect(run('mul', dtypes.index, 2 ** 40, 2 ** 12)).toBe(2 ** 52)
    expect(run('floordiv', dtypes.index, -7, 3)).toBe(-3)
    expect(run('floormod', dtypes.index, -7, 3)).toBe(2)
    for (const op of ['mul', 'div', 'mod', 'floordiv', 'floormod'] as const) expect(run(op, dtypes.index, -0, 5)).toBe(0)
  })
})

describe('floats', () => {
  test.each([f16, bf16, f8e4m3, f8e5m2])('$name arithmetic is the exact result, rounded once', d => {
    const next = random(7)
    for (let i = 0; i < 3000; i++) {
      const [a, b] = [0, 0].map(() => Number(fromBits(d, Math.floor(next() * 2 ** d.bits))))
      for (const [op, f] of [['add', a + b], ['sub', a - b], ['mul', a * b], ['div', a / b], ['sqrt', Math.sqrt(a)]] as const) {
        expect(run(op, d, a, b)).toBe(roundTo(d, f))
      }
    }
  })

  test('f32 rounds as Math.fround does', () => {
    expect(run('add', f32, 1, 2 ** -24)).toBe(1)
    expect(run('div', f32, 1, 3)).toBe(Math.fround(1 / 3))
    expect(run('mul', f32, 3e38, 10)).toBe(Infinity)
  })

  test.each<[AluOp, readonly number[], ConstValue]>([
    ['max', [NaN, 1], NaN], ['max', [1, NaN], NaN], ['max', [-Infinity, -1], -1], ['mod', [-5.5, 2], -1.5], ['mod', [5, 0], NaN],
    ['div', [1, 0], Infinity],
    ['trunc', [-1.5], -1], ['trunc', [-0.5], -0], ['reciprocal', [-0], -Infinity], ['sqrt', [-1], NaN], ['log2', [0], -Infinity], ['exp2', [-Infinity], 0],
    ['neg', [0], -0], ['lt', [NaN, 1], false], ['eq', [NaN, NaN], false], ['ne', [NaN, NaN], true], ['eq', [0, -0], true], ['lt', [-0, 0], false],
  ])('%s of %o is %d in f64', (op, args, value) => {
    expect(run(op, f64, ...args)).toBe(value)
  })
})

describe('cast', () => {
  test.each<[DType, DType, ConstValue, ConstValue]>([
    [f32, i8, 1e9, 127], [f32, i8, -1e9, -128], [f32, u8, -1, 0], [f32, u8, 255.9, 255], [f32, i32, 2147483648, 2147483647], [f32, i32, NaN, 0],
    [f32, i32, -0.5, 0], [f64, i64, Infinity, 2n ** 63n - 1n], [f64, u64, 2 ** 63, 2n ** 63n], [f64, u64, NaN, 0n], [f64, i64, -1.9, -1n], [f32, bool, NaN, true],
    [f32, bool, -0, false], [i32, u8, -1, 255], [i64, i32, 2n ** 31n, -(2 ** 31)], [u8, i8, 200, -56], [i32, i64, -5, -5n], [i32, u64, -1, 2n ** 64n - 1n],
    [bool, f32, true, 1], [bool, i64, true, 1n], [i64, bool, 0n, false], [f32, f16, 65520, Infinity], [f32, f16, 65519, 65504], [f32, f8e4m3, 1000, 448],
    [f32, f8e4m3, -Infinity, -448], [f32, f8e5m2, 61440, Infinity], [f32, f8e5m2, 61439, 57344], [i32, f16, 2049, 2048], [i32, f32, 16777217, 16777216],
    [f64, f16, 1 + 2 ** -11 + 2 ** -40, 1 + 2 ** -10], [u32, i16, 65535, -1], [i64, u16, -1n, 65535],
  ])('%o to %o takes %d to %d', (from, to, x, y) => {
    expect(castTo(from, to, x)).toBe(y)
  })

  test('bitcast keeps the pattern', () => {
    expect(evalAlu('bitcast', i32, [1], [f32])).toBe(0x3f800000)
    expect(evalAlu('bitcast', f64, [0x4000000000000000n], [u64])).toBe(2)
    expect(evalAlu('bitcast', u16, [-0], [f16])).toBe(0x8000)
    expect(() => evalAlu('bitcast', i16, [1], [f32])).toThrow(PetagradError)
  })

  test('an op that a dtype does not have is refused', () => {
    expect(() => run('add', bool, true, true)).toThrow(PetagradError)
    expect(() => run('sin', i32, 1)).toThrow(PetagradError)
    expect(() => run('and', f32, 1, 2)).toThrow(PetagradError)
    expect(() => run('floordiv', f64, 1, 2)).toThrow(PetagradError)
    expect(() => run('shl', i8, 1, 1)).not.toThrow()
    expect(() => run('xor', u16, 1, 1)).not.toThrow()
  })
})
