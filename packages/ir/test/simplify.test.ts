import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  DualMatcher, address, binary, builtinMatcher, builtinRules, cast, constant, dataTypes, dtypes, evalAlu, extract, families, fromBits, indexAdd,
  isValuePreserving, load, mulacc, p, param, range, reduce, register, rule, setMatcherMode, shapeOf, simplify, store, toposort, unary, uop,
  vector, vectorize, where,
  type ConstValue, type DType, type UOp,
} from '../src/index.js'

afterEach(() => setMatcherMode('compiled'))

const leaf = (id: number, dtype: DType): UOp => load(register(id, dtype))
const i = leaf(0, dtypes.i32), j = leaf(1, dtypes.i32), u = leaf(2, dtypes.u32)
const f = leaf(3, dtypes.f32), g = leaf(4, dtypes.f32)
const a = leaf(5, dtypes.bool), b = leaf(6, dtypes.bool)
const v = leaf(7, vector(dtypes.f32, 4))
const int = (value: number): UOp => constant(value, dtypes.i32)
const uint = (value: number): UOp => constant(value, dtypes.u32)
const real = (value: number): UOp => constant(value, dtypes.f32)
const not = (x: UOp): UOp => binary('xor', x, constant(true, dtypes.bool))

describe('simplify', () => {
  it.each<readonly [string, UOp, UOp]>([
    ['i + 0', binary('add', i, int(0)), i],
    ['0 + i', binary('add', int(0), i), i],
    ['f + 0.0 keeps the sign of zero', binary('add', f, real(0)), binary('add', f, real(0))],
    ['f + -0.0', binary('add', f, real(-0)), f],
    ['f * 0.0 may be nan', binary('mul', f, real(0)), binary('mul', f, real(0))],
    ['i * 0', binary('mul', i, int(0)), int(0)],
    ['f - f may be nan', binary('sub', f, f), binary('sub', f, f)],
    ['i - i', binary('sub', i, i), int(0)],
    ['((i + 1) - 3) + 2', binary('add', binary('sub', binary('add', i, int(1)), int(3)), int(2)), i],
    ['floats are not regrouped', binary('add', binary('add', f, real(1)), real(2)), binary('add', binary('add', f, real(1)), real(2))],
    ['(i * 3) * 5', binary('mul', binary('mul', i, int(3)), int(5)), binary('mul', i, int(15))],
    ['i * 8', binary('mul', i, int(8)), binary('shl', i, int(3))],
    ['f * 8 stays', binary('mul', f, real(8)), binary('mul', f, real(8))],
    ['u / 8', binary('div', u, uint(8)), binary('shr', u, uint(3))],
    ['i / 8 rounds towards zero', binary('div', i, int(8)), binary('div', i, int(8))],
    ['i // 8', binary('floordiv', i, int(8)), binary('shr', i, int(3))],
    ['i mod 8', binary('floormod', i, int(8)), binary('and', i, int(7))],
    ['u % 8', binary('mod', u, uint(8)), binary('and', u, uint(7))],
    ['f / 8', binary('div', f, real(8)), binary('mul', f, real(0.125))],
    ['f / 3 is not f * (1/3)', binary('div', f, real(3)), binary('div', f, real(3))],
    ['1 / f', binary('div', real(1), f), unary('reciprocal', f)],
    ['1 / (1 / f) is not f', unary('reciprocal', unary('reciprocal', f)), unary('reciprocal', unary('reciprocal', f))],
    ['--f', unary('neg', unary('neg', f)), f],
    ['f + -g', binary('add', f, unary('neg', g)), binary('sub', f, g)],
    ['i * 1 + j', mulacc(i, int(1), j), binary('add', j, i)],
    ['(i << 2) << 3', binary('shl', binary('shl', i, int(2)), int(3)), binary('shl', i, int(5))],
    ['(u >> 30) >> 30', binary('shr', binary('shr', u, uint(30)), uint(30)), uint(0)],
    ['(i >> 30) >> 30', binary('shr', binary('shr', i, int(30)), int(30)), binary('shr', i, int(31))],
    ['i ^ i', binary('xor', i, i), int(0)],
    ['(i & 12) & 6', binary('and', binary('and', i, int(12)), int(6)), binary('and', i, int(4))],
    ['!!a', not(not(a)), a],
    ['!a & !b', binary('and', not(a), not(b)), not(binary('or', a, b))],
    ['!(f == g)', not(binary('eq', f, g)), binary('ne', f, g)],
    ['!(f < g) has no other word', not(binary('lt', f, g)), not(binary('lt', f, g))],
    ['a == true', binary('eq', a, constant(true, dtypes.bool)), a],
    ['u < 0', binary('lt', u, uint(0)), constant(false, dtypes.bool)],
    ['f == f is a test for nan', binary('eq', f, f), binary('eq', f, f)],
    ['i + 3 == 5', binary('eq', binary('add', i, int(3)), int(5)), binary('eq', i, int(2))],
    ['cast<i64>(i) < 2^40', binary('lt', cast('cast', i, dtypes.i64), constant(2n ** 40n, dtypes.i64)), constant(true, dtypes.bool)],
    ['cast<f32>(a) != 0', binary('ne', cast('cast', a, dtypes.f32), real(0)), a],
    ['a ? f : f', where(a, f, f), f],
    ['a ? true : false', where(a, constant(true, dtypes.bool), constant(false, dtypes.bool)), a],
    ['!a ? f : g', where(not(a), f, g), where(a, g, f)],
    ['a ? (a ? f : g) : real', where(a, where(a, f, g), real(1)), where(a, f, real(1))],
    ['(a ? 2 : 3) * 5', binary('mul', where(a, int(2), int(3)), int(5)), where(a, int(10), int(15))],
    ['i < j ? j : i', where(binary('lt', i, j), j, i), binary('max', i, j)],
    ['f < g ? g : f differs for nan', where(binary('lt', f, g), g, f), where(binary('lt', f, g), g, f)],
    ['cast there and back', cast('cast', cast('cast', i, dtypes.f64), dtypes.i32), i],
    ['cast through a narrower type', cast('cast', cast('cast', i, dtypes.f32), dtypes.i32), cast('cast', cast('cast', i, dtypes.f32), dtypes.i32)],
    ['cast<i8>(cast<f64>(i)) saturates', cast('cast', cast('cast', i, dtypes.f64), dtypes.i8), cast('cast', cast('cast', i, dtypes.f64), dtypes.i8)],
    ['max(u, 0)', binary('max', u, uint(0)), u],
    ['<f, g>.1', extract(vectorize([f, g]), [1]), g],
    ['<v.0, v.1, v.2, v.3>', vectorize([0, 1, 2, 3].map(lane => extract(v, [lane]))), v],
    ['<f, f> * <2, 2>', binary('mul', vectorize([f, f]), constant(2, vector(dtypes.f32, 2))), vectorize([binary('mul', f, real(2)), binary('mul', f, real(2))])],
    ['load with an open gate', load(register(9, dtypes.f32), { gate: constant(true, dtypes.bool), alternative: f }), load(register(9, dtypes.f32))],
  ])('%s', (_, before, after) => {
    setMatcherMode('both')
    expect(simplify(before)).toBe(after)
  })

  it('computes constants as their dtype does', () => {
    expect(simplify(binary('add', constant(200, dtypes.u8), constant(100, dtypes.u8)))).toBe(constant(44, dtypes.u8))
    expect(simplify(binary('mul', real(0.1), real(3)))).toBe(real(Math.fround(Math.fround(0.1) * 3)))
    expect(simplify(binary('div', int(7), int(0)))).toBe(int(0))
    expect(simplify(cast('cast', constant(300.7, dtypes.f64), dtypes.u8))).toBe(constant(255, dtypes.u8))
    expect(simplify(binary('sub', constant(0n, dtypes.u64), constant(1n, dtypes.u64)))).toBe(constant(2n ** 64n - 1n, dtypes.u64))
  })

  it('keeps the shape of a tensor whose values become constant', () => {
    const x = uop('reshape', dtypes.i32, [uop('buffer', dtypes.i32, [], { id: -1, size: 6, device: 'test' })], [2, 3])
    const zero = simplify(binary('sub', x, x))
    expect(shapeOf(zero)).toEqual([2, 3])
    expect(toposort(zero).map(n => n.op)).toEqual(['const', 'reshape', 'expand'])
  })

  it('leaves expressions of dtype index to the symbolic integers', () => {
    const r = range(10, 0, 'loop')
    const offset = uop('add', dtypes.index, [uop('mul', dtypes.index, [r, indexAdd(1, 0)]), indexAdd(0, 0)])
    expect(simplify(offset)).toBe(offset)
    const inBounds = binary('lt', r, r)
    expect(simplify(inBounds)).toBe(inBounds)
  })

  it('rewrites kernels in place', () => {
    const r = range(8, 0, 'loop'), k = range(4, 1, 'reduce')
    const x = load(address(param(1, dtypes.i32, 32), uop('add', dtypes.index, [uop('mul', dtypes.index, [r, uop('const', dtypes.index, [], 4)]), k])))
    const total = reduce('add', binary('mul', x, int(1)), [k])
    const kernel = (value: UOp): UOp => uop('kernel', dtypes.void, [store(address(param(0, dtypes.i32, 8), r), value)], { name: 'sum' })
    expect(simplify(kernel(binary('add', total, int(0))))).toBe(kernel(reduce('add', x, [k])))
  })
})

describe('the matchers of the built-in rules', () => {
  it('hold the rules of all families, in order', () => {
    expect(builtinMatcher.rules).toBe(builtinRules)
    expect(Object.values(families).flat()).toEqual(builtinRules)
  })

  it.each(['compiled', 'interpreted', 'both'] as const)('can be %s', mode => {
    setMatcherMode(mode)
    expect(simplify(unary('neg', unary('neg', f)))).toBe(f)
  })

  it('refuse to go on where they differ', () => {
    const rules = [rule('negation', p.neg(p.any('x')), ({ x }) => x)]
    const wrong = new DualMatcher({ rules, match: () => undefined })
    setMatcherMode('both')
    expect(() => wrong.match(unary('neg', f))).toThrow(/compiled none, interpreted negation.*npm run rules.*IR_INVALID/)
    expect(wrong.match(f)).toBeUndefined()
  })

  it('are chosen by PETAGRAD_MATCHER, which must name one', async () => {
    vi.stubEnv('PETAGRAD_MATCHER', 'fastest')
    vi.resetModules()
    const { matcherMode } = await import('../src/rewrite/mode.js')
    expect(matcherMode).toThrow(/'fastest'.*compiled, interpreted, both.*INVALID_ARGUMENT/)
    vi.stubEnv('PETAGRAD_MATCHER', 'interpreted')
    expect(matcherMode()).toBe('interpreted')
    vi.unstubAllEnvs()
  })
})

describe('isValuePreserving', () => {
  /** Every value of a dtype of at most 16 bits, NaN left out. */
  const valuesOf = (d: DType): ConstValue[] =>
    Array.from({ length: d === dtypes.bool ? 2 : 2 ** d.bits }, (_, bits) => fromBits(d, bits)).filter(x => !Number.isNaN(x))
  const narrow = dataTypes.filter(d => d.bits <= 16)

  it.each(narrow)('says of $name what casting each of its values says', from => {
    const values = valuesOf(from)
    for (const to of dataTypes) {
      if (to === dtypes.bool && from !== dtypes.bool) continue
      const keeps = values.every(x => Object.is(Number(evalAlu('cast', to, [x], [from])), to.kind === 'float' ? Number(x) : Number(x) + 0))
      // Integers have one zero, so a float's values are never all there.
      expect(isValuePreserving(from, to), to.name).toBe(keeps)
    }
  })

  it.each([
    [dtypes.i32, dtypes.f64, true], [dtypes.u32, dtypes.i64, true], [dtypes.f32, dtypes.f64, true], [dtypes.i32, dtypes.f32, false],
    [dtypes.i64, dtypes.f64, false], [dtypes.u32, dtypes.i32, false], [dtypes.f64, dtypes.f32, false], [dtypes.f32, dtypes.i64, false],
  ])('$0.name to $1.name: $2', (from, to, expected) => expect(isValuePreserving(from, to)).toBe(expected))
})
