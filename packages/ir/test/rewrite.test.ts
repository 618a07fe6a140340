import { describe, expect, it } from 'vitest'
import {
  NodeMap, PetagradError, binary, composeMatchers, constant, dtypes, interpretedMatcher, listenToRewrites, load, p, register, rewrite, rule, unary, uop,
  type RewriteReport, type UOp,
} from '../src/index.js'

const x: UOp = load(register(0, dtypes.i32))
const y: UOp = load(register(1, dtypes.i32))
const c = (value: number): UOp => constant(value, dtypes.i32)

const zero = rule('zero', p.add(p.any('x'), p.constant(0)), ({ x }) => x) // x + 0 -> x
const one = rule('one', p.mul(p.any('x'), p.constant(1)), ({ x }) => x) // x * 1 -> x
const double = rule('double', p.add(p.any('x'), p.any('x')), ({ x }) => binary('mul', x, constant(2, x.dtype))) // x + x -> x * 2

const refusal = (run: () => unknown): PetagradError => {
  try {
    run()
  } catch (error) {
    if (error instanceof PetagradError) return error
    throw error
  }
  throw new Error('it did not refuse')
}

describe('rewrite', () => {
  const matcher = interpretedMatcher([zero, one, double])

  it('goes bottom-up to a fixed point', () => {
    const u = binary('add', binary('mul', binary('add', x, c(0)), c(1)), x)
    expect(rewrite(u, matcher, { name: 'test' })).toBe(binary('mul', x, c(2)))
  })

  it('leaves a graph alone that no rule applies to', () => {
    const u = binary('sub', x, y)
    expect(rewrite(u, matcher, { name: 'test' })).toBe(u)
  })

  it('takes several roots and gives as many', () => {
    expect(rewrite([binary('add', x, c(0)), y, x], matcher, { name: 'test' })).toEqual([x, y, x])
  })

  it('rewrites graphs of any depth', () => {
    let u = x
    for (let i = 0; i < 100_000; i++) u = binary('add', unary('neg', u), c(0))
    let expected = x
    for (let i = 0; i < 100_000; i++) expected = unary('neg', expected)
    expect(rewrite(u, matcher, { name: 'test' })).toBe(expected)
  })

  it('pushes an operation through a graph of any depth', () => {
    const push = interpretedMatcher([
      rule('neg-of-trunc', p.neg(p.trunc(p.any('x'))), ({ x }) => unary('trunc', unary('neg', x))), // -trunc(x) -> trunc(-x)
    ])
    let inner = x
    for (let i = 0; i < 30_000; i++) inner = unary('trunc', inner)
    let expected = unary('neg', x)
    for (let i = 0; i < 30_000; i++) expected = unary('trunc', expected)
    expect(rewrite(unary('neg', inner), push, { name: 'test' })).toBe(expected)
  })

  it('visits a shared node once', () => {
    let visits = 0
    const counting = { rules: [], match: () => void visits++ as undefined }
    let u = x
    for (let i = 0; i < 60; i++) u = binary('add', u, u)
    rewrite(u, counting, { name: 'test' })
    expect(visits).toBe(60 + 2)
  })

  it('does shared parts once across calls with one memo', () => {
    let visits = 0
    const counting = { rules: [], match: () => void visits++ as undefined }
    const memo = new NodeMap()
    const shared = binary('add', x, y)
    rewrite(shared, counting, { name: 'test', memo })
    const before = visits
    rewrite(unary('neg', shared), counting, { name: 'test', memo })
    expect(visits).toBe(before + 1)
  })

  it('names the rules that go in a circle', () => {
    const circle = interpretedMatcher([
      zero,
      rule('there', p.add(p.any('x'), p.any('y')).ordered(), ({ x, y }) => binary('sub', x, y)),
      rule('back', p.sub(p.any('x'), p.any('y')), ({ x, y }) => binary('add', x, y)),
    ])
    const error = refusal(() => rewrite(binary('mul', binary('add', x, y), c(3)), circle, { name: 'turning' }))
    expect(error.code).toBe('IR_INVALID')
    expect(error.message).toMatch(/turning.*there, back/)
    expect(error.message).not.toContain('zero')
  })

  it('names the rule that makes its own operand anew', () => {
    const inside = interpretedMatcher([rule('wrap', p.neg(p.any('x')).as('u'), ({ u }) => binary('add', u, u))])
    expect(refusal(() => rewrite(unary('neg', x), inside, { name: 'test' })).message).toContain('wrap')
  })

  it('names the rule that never ends', () => {
    const grow = interpretedMatcher([rule('grow', p.add(p.any('x'), p.constant('c')), ({ x, c }) => binary('add', x, constant(Number(c.arg) + 1, c.dtype)))])
    const error = refusal(() => rewrite(binary('add', x, c(0)), grow, { name: 'growing' }))
    expect(error.code).toBe('IR_INVALID')
    expect(error.message).toMatch(/growing.*grow/)
  })
})

describe('matchers', () => {
  it('try both orders of operands that commute', () => {
    const sum = interpretedMatcher([rule('sum', p.add(p.neg(p.any('x')), p.any('y')), ({ x, y }) => binary('sub', y, x))])
    expect(sum.match(binary('add', unary('neg', x), y))).toBe(binary('sub', y, x))
    expect(sum.match(binary('add', y, unary('neg', x)))).toBe(binary('sub', y, x))
    expect(sum.match(binary('sub', y, unary('neg', x)))).toBeUndefined()
  })

  it('take a repeated name as one node', () => {
    const matcher = interpretedMatcher([double])
    expect(matcher.match(binary('add', x, x))).toBe(binary('mul', x, c(2)))
    expect(matcher.match(binary('add', x, y))).toBeUndefined()
  })

  it.each([
    [0, dtypes.f32, 0, true],
    [0, dtypes.f32, -0, false],
    [-0, dtypes.f32, -0, true],
    [NaN, dtypes.f32, NaN, true],
    [7, dtypes.i64, 7, true],
    [7, dtypes.i64, 8, false],
    [1, dtypes.bool, true, false],
    [true, dtypes.bool, true, true],
  ] as const)('a constant %s in %s is asked for by %s: %s', (wanted, dtype, value, expected) => {
    const matcher = interpretedMatcher([rule('found', p.neg(p.constant(wanted)), () => x)])
    expect(matcher.match(uop('neg', dtype, [constant(value, dtype)])) === x).toBe(expected)
  })

  it('respect kinds and guards, and go on to the next order or rule where one does not apply', () => {
    const isOne = ({ y }: { readonly y: UOp }): boolean => y === c(1)
    const matcher = interpretedMatcher([
      rule('floats', p.mul(p.float('x'), p.any('y')), ({ x }) => x),
      rule('guarded', p.mul(p.any('x'), p.any('y')).where(isOne), ({ x }) => x),
      rule('declines', p.mul(p.any('x'), p.any('y')), () => undefined),
      rule('last', p.mul(p.any('x'), p.any('y')), () => y),
    ])
    const fired: string[] = []
    const match = (u: UOp): UOp | undefined => matcher.match(u, r => fired.push(r.name))
    expect(match(binary('mul', x, c(1)))).toBe(x)
    expect(match(binary('mul', c(1), x))).toBe(x)
    expect(match(binary('mul', x, c(5)))).toBe(y)
    expect(fired).toEqual(['guarded', 'guarded', 'last'])
  })

  it('are tried in order when composed', () => {
    const both = composeMatchers([interpretedMatcher([zero]), interpretedMatcher([one])])
    expect(both.rules.map(r => r.name)).toEqual(['zero', 'one'])
    expect(rewrite(binary('add', binary('mul', x, c(1)), c(0)), both, { name: 'test' })).toBe(x)
  })

  it('refuse two rules of one name, and a left side without an op', () => {
    expect(refusal(() => interpretedMatcher([zero, zero])).message).toContain('zero')
    expect(refusal(() => interpretedMatcher([rule('anything', p.any('x'), ({ x }) => x)])).message).toContain('anything')
  })
})

describe('listeners', () => {
  it('hear every replacement and a summary, and nothing once detached', () => {
    const heard: string[] = []
    const reports: RewriteReport[] = []
    const detach = listenToRewrites({
      rewrote: (pass, name, before, after) => void heard.push(`${pass} ${name} ${before.op} ${after.op}`),
      finished: report => void reports.push(report),
    })
    const u = binary('add', binary('mul', x, c(1)), c(0))
    const matcher = interpretedMatcher([zero, one])
    rewrite(u, matcher, { name: 'first' })
    detach()
    rewrite(u, matcher, { name: 'second' })
    expect(heard).toEqual(['first one mul load', 'first zero add load'])
    expect(reports).toHaveLength(1)
    expect(reports[0]).toMatchObject({ pass: 'first', nodesBefore: 6, nodesAfter: 2 })
    expect([...reports[0].hits]).toEqual([['one', 1], ['zero', 1]])
  })
})
