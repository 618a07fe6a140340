import { dataTypes, dtypes } from '@petagrad/ir'
import { beforeAll, describe, expect, it } from 'vitest'
import { promote, promoteScalar, Tensor } from '../src/index.js'
import { expectClose } from './close.js'
import { useInterpreter } from './interpreted.js'
import { sample, seed } from './sample.js'

beforeAll(() => void useInterpreter())

const erfTruth = (x: number): number => {
  // Simpson's rule on the defining integral.
  const n = 2000, h = x / n
  let sum = 1 + Math.exp(-x * x)
  for (let i = 1; i < n; i++) sum += (i % 2 === 1 ? 4 : 2) * Math.exp(-((i * h) ** 2))
  return (2 / Math.sqrt(Math.PI)) * (h / 3) * sum
}
const halfEven = (x: number): number => {
  const down = Math.floor(x)
  return x - down === 0.5 ? (down % 2 === 0 ? down : down + 1) : Math.round(x)
}
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

/** name, domain, truth, tolerance in f32 */
type Unary = readonly [name: string, f: (t: Tensor) => Tensor, truth: (x: number) => number, xs: readonly number[], tolerance?: number]
const unaryTable: readonly Unary[] = [
  ['exp', t => t.exp(), Math.exp, [-20, -1, 0, 0.5, 3, 20], 4e-6],
  ['exp2', t => t.exp2(), x => 2 ** x, [-3, 0, 2.5]],
  ['log', t => t.log(), Math.log, [1e-6, 0.5, 1, 3, 1e6]],
  ['log2', t => t.log2(), Math.log2, [0.25, 1, 10]],
  ['log10', t => t.log10(), Math.log10, [0.01, 1, 1000]],
  ['sqrt', t => t.sqrt(), Math.sqrt, [0, 2, 9]],
  ['rsqrt', t => t.rsqrt(), x => 1 / Math.sqrt(x), [0.25, 2]],
  ['sin', t => t.sin(), Math.sin, [-3, 0, 1, 3]],
  ['cos', t => t.cos(), Math.cos, [-3, 0, 1, 3]],
  ['tan', t => t.tan(), Math.tan, [-1, 0, 1]],
  ['tanh', t => t.tanh(), Math.tanh, [-30, -1, -0.2, -1e-4, 0, 1e-3, 0.249, 0.251, 2, 30]],
  ['erf', t => t.erf(), erfTruth, [-3, -1.01, -0.5, 0.01, 0.99, 1.5, 3]],
  ['sigmoid', t => t.sigmoid(), sigmoid, [-120, -5, 0, 0.1, 90]],
  ['silu', t => t.silu(), x => x * sigmoid(x), [-3, 0, 2]],
  ['softplus', t => t.softplus(), x => Math.log1p(Math.exp(-Math.abs(x))) + Math.max(x, 0), [-100, -1, 0, 1, 100]],
  ['gelu', t => t.gelu(), x => 0.5 * x * (1 + erfTruth(x / Math.SQRT2)), [-2, 0, 0.3, 2]],
  ['gelu tanh', t => t.gelu('tanh'), x => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))), [-2, 0, 0.3, 2]],
  ['relu', t => t.relu(), x => (Number.isNaN(x) ? NaN : Math.max(x, 0)), [-1, 0, 2, NaN]],
  ['leakyRelu', t => t.leakyRelu(0.1), x => (x < 0 ? 0.1 * x : x), [-1, 0, 2]],
  ['elu', t => t.elu(), x => (x < 0 ? Math.expm1(x) : x), [-2, 0, 2, 200]],
  ['floor', t => t.floor(), Math.floor, [-1.5, -1, 0.5, 2]],
  ['ceil', t => t.ceil(), Math.ceil, [-1.5, -1, 0.5, 2]],
  ['round', t => t.round(), halfEven, [-2.5, -1.5, -0.5, -0.4, 0.5, 1.5, 2.5, 2.6]],
  ['trunc', t => t.trunc(), Math.trunc, [-1.7, 1.7]],
  ['sign', t => t.sign(), Math.sign, [-2, 0, 3, NaN]],
  ['abs', t => t.abs(), Math.abs, [-2, 0, 3]],
  ['neg', t => t.neg(), x => -x, [-2, 3]],
  ['square', t => t.square(), x => x * x, [-2, 3]],
  ['reciprocal', t => t.reciprocal(), x => 1 / x, [-2, 0.5]],
  ['pow 3', t => t.pow(3), x => x ** 3, [-2, 0, 1.5]],
  ['pow -2', t => t.pow(-2), x => x ** -2, [-2, 1.5]],
  ['pow 0', t => t.pow(0), () => 1, [-2, 0]],
  ['pow 1.3', t => t.pow(1.3), x => x ** 1.3, [0, 0.5, 2, -1]],
  ['clip', t => t.clip(-1, 1), x => Math.min(1, Math.max(-1, x)), [-3, 0.5, 3]],
]

const unary = unaryTable.map(([name, f, truth, xs, tolerance = 2e-6]) => ({ name, f, truth, xs, tolerance }))

describe('functions of one tensor', () => {
  it.each(unary)('$name in f32', async ({ f, truth, xs, tolerance }) => {
    expectClose(await f(Tensor.from([...xs])).data(), xs.map(x => truth(Math.fround(x))), tolerance)
  })
  it.each(unary.filter(({ name }) => !/erf|gelu$/.test(name)))('$name in f64', async ({ f, truth, xs }) => {
    expectClose(await f(Tensor.from([...xs], { dtype: dtypes.f64 })).data(), xs.map(truth), 1e-12)
  })
})

const mod = (a: number, b: number): number => a - Math.floor(a / b) * b
const binary: readonly (readonly [string, (a: Tensor, b: Tensor | number) => Tensor, (a: number, b: number) => number | boolean])[] = [
  ['add', (a, b) => a.add(b), (a, b) => a + b],
  ['sub', (a, b) => a.sub(b), (a, b) => a - b],
  ['mul', (a, b) => a.mul(b), (a, b) => a * b],
  ['div', (a, b) => a.div(b), (a, b) => a / b],
  ['floorDivide', (a, b) => a.floorDivide(b), (a, b) => Math.floor(a / b)],
  ['mod', (a, b) => a.mod(b), mod],
  ['fmod', (a, b) => a.fmod(b), (a, b) => a % b],
  ['maximum', (a, b) => a.maximum(b), Math.max],
  ['minimum', (a, b) => a.minimum(b), Math.min],
  ['eq', (a, b) => a.eq(b), (a, b) => a === b],
  ['ne', (a, b) => a.ne(b), (a, b) => a !== b],
  ['lt', (a, b) => a.lt(b), (a, b) => a < b],
  ['le', (a, b) => a.le(b), (a, b) => a <= b],
  ['gt', (a, b) => a.gt(b), (a, b) => a > b],
  ['ge', (a, b) => a.ge(b), (a, b) => a >= b],
]

describe('functions of two tensors', () => {
  it.each(binary)(`%s of integers and floats, broadcast (seed ${seed})`, async (_, f, truth) => {
    const s = sample(3)
    const a = Array.from({ length: 6 }, () => s.integer(-9, 9))
    const b = Array.from({ length: 2 }, () => s.integer(1, 5) * (s.number(0, 1) < 0.5 ? 1 : -1))
    const wanted = a.map((x, i) => Number(truth(x, b[Math.floor(i / 3)])))
    for (const dtype of [dtypes.i32, dtypes.i64, dtypes.i8, dtypes.f64]) {
      const out = f(Tensor.from(a, { dtype, shape: [2, 3] }), Tensor.from(b, { dtype, shape: [2, 1] }))
      expect(out.shape).toEqual([2, 3])
      expectClose(await out.data(), wanted, 1e-6)
    }
    expectClose(await f(Tensor.from(a, { dtype: dtypes.f64 }), b[0]).data(), a.map(x => Number(truth(x, b[0]))), 1e-12)
  })

  it('NaN wins in maximum and minimum, and compares unequal', async () => {
    const x = Tensor.from([NaN, 1])
    expectClose(await x.maximum(2).data(), [NaN, 2])
    expectClose(await x.minimum(2).data(), [NaN, 1])
    expectClose(await x.ge(0).data(), [0, 1])
    expectClose(await x.le(0).data(), [0, 0])
    expectClose(await x.isNaN().data(), [1, 0])
    expectClose(await Tensor.from([1, Infinity, NaN]).isFinite().data(), [1, 0, 0])
  })

  it('pow of tensors follows C', async () => {
    const bases = [-2, -2, -2, 0, 0, 2, 2.5], exponents = [2, 3, 0.5, 0, 2, -1, 1.5]
    const wanted = bases.map((b, i) => b ** exponents[i])
    expectClose(await Tensor.from(bases, { dtype: dtypes.f64 }).pow(Tensor.from(exponents, { dtype: dtypes.f64 })).data(), wanted, 1e-12)
  })

  it('bits and logic', async () => {
    const a = [5, -7, 12], b = [3, 6, 2]
    const [x, y] = [Tensor.from(a, { dtype: dtypes.i32 }), Tensor.from(b, { dtype: dtypes.i32 })]
    expectClose(await x.bitwiseAnd(y).data(), a.map((v, i) => v & b[i]))
    expectClose(await x.bitwiseOr(y).data(), a.map((v, i) => v | b[i]))
    expectClose(await x.bitwiseXor(y).data(), a.map((v, i) => v ^ b[i]))
    expectClose(await x.bitwiseNot().data(), a.map(v => ~v))
    expectClose(await x.shiftLeft(y).data(), a.map((v, i) => v << b[i]))
    expectClose(await x.shiftRight(2).data(), a.map(v => v >> 2))
    expect(await Tensor.from([true, true, false]).logicalAnd(Tensor.from([true, false, false])).tolist()).toEqual([true, false, false])
    expect(await Tensor.from([true, false]).logicalNot().tolist()).toEqual([false, true])
  })

  it('where chooses, with broadcasting', async () => {
    const condition = Tensor.from([[true], [false]])
    expect(await Tensor.where(condition, Tensor.from([1, 2]), 9).tolist()).toEqual([[1, 2], [9, 9]])
    expect(await Tensor.where(condition, 1, Tensor.from([5])).tolist()).toEqual([[1], [5]])
  })
})

describe('dtypes', () => {
  it('promotion is symmetric, idempotent and never narrows within a kind', () => {
    for (const a of dataTypes) {
      expect(promote(a, a)).toBe(a)
      for (const b of dataTypes) {
        const isRefused = [a, b].some(d => d === dtypes.u64) && [a, b].some(d => d.kind === 'int')
        if (isRefused) {
          expect(() => promote(a, b)).toThrow(/no common dtype/)
          continue
        }
        const to = promote(a, b)
        expect(promote(b, a)).toBe(to)
        if (a.kind === b.kind) expect(to.bits).toBeGreaterThanOrEqual(Math.max(a.bits, b.bits))
        if (a.kind === 'float' || b.kind === 'float') expect(to.kind).toBe('float')
      }
    }
  })

  it.each([
    ['u8', 'i8', 'i16'], ['u16', 'i8', 'i32'], ['u32', 'i32', 'i64'], ['bool', 'i8', 'i8'], ['i64', 'f16', 'f16'], ['f16', 'bf16', 'f32'], ['f32', 'f64', 'f64'],
  ] as const)('%s with %s is %s', (a, b, to) => expect(promote(dtypes[a], dtypes[b])).toBe(dtypes[to]))

  it('JavaScript scalars are weak', () => {
    expect(promoteScalar(dtypes.f16, 2.5)).toBe(dtypes.f16)
    expect(promoteScalar(dtypes.u8, 3)).toBe(dtypes.u8)
    expect(promoteScalar(dtypes.u8, 3.5)).toBe(dtypes.f32)
    expect(promoteScalar(dtypes.bool, 1)).toBe(dtypes.i32)
    expect(promoteScalar(dtypes.i64, 3n)).toBe(dtypes.i64)
  })

  it('true division of integers is f32, casts follow the IR', async () => {
    const x = Tensor.from([7, -7], { dtype: dtypes.i32 })
    expect(x.div(2).dtype).toBe(dtypes.f32)
    expectClose(await x.div(2).data(), [3.5, -3.5])
    expectClose(await Tensor.from([300.7, -1, NaN]).cast(dtypes.u8).data(), [255, 0, 0])
    expectClose(await Tensor.from([1, 2], { dtype: dtypes.f16 }).data(), [1, 2])
  })
})
