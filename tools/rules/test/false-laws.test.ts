import { expect, it } from 'vitest'
import { binary, cast, constant, dtypes, p, rule, type Rule, type UOp } from '../../../packages/ir/src/index.js'
import { checkRule } from '../src/checks/laws.js'
import { Random, seedOfRun } from '../src/checks/random.js'

const one = (like: UOp): UOp => constant(1, like.dtype)

const falseLaws: readonly (readonly [Rule, RegExp])[] = [
  [rule('x + 0.0 -> x', p.add(p.float('x'), p.constant(0)), ({ x }) => x), /-0/],
  [rule('x * 0.0 -> 0.0', p.mul(p.float('x'), p.constant(0)), ({ x }) => constant(0, x.dtype)), /NaN|-0/],
  [rule('x - x -> 0.0', p.sub(p.float('x'), p.float('x')), ({ x }) => constant(0, x.dtype)), /NaN/],
  [rule('x / x -> 1', p.div(p.integer('x'), p.integer('x')), ({ x }) => one(x)), /became/],
  [rule('x == x -> true', p.eq(p.float('x'), p.float('x')).as('u'), ({ u }) => constant(true, u.dtype)), /NaN/],
  [rule('x * y / y -> x', p.div(p.mul(p.integer('x'), p.integer('y')), p.integer('y')), ({ x }) => x), /became/],
  [rule('x % 2^k -> x & mask, signed', p.mod(p.int('x'), p.constant(4)), ({ x }) => binary('and', x, constant(3, x.dtype))), /became/],
  [rule('-x < -y -> y < x', p.lt(p.neg(p.int('x')), p.neg(p.int('y'))), ({ x, y }) => binary('lt', y, x)), /became/],
  [rule('cast back', p.cast(p.cast(p.int('x')).of('int')).of('int').as('u'), ({ x, u }) => cast('cast', x, u.dtype.scalar)), /became/],
  [rule('(x + c) + d in floats', p.add(p.add(p.float('x'), p.constant('c')), p.constant('d')), ({ x, c, d }) =>
    binary('add', x, constant(Number(c.arg) + Number(d.arg), x.dtype))), /became/],
  [rule('dearer', p.shl(p.integer('x'), p.constant(1)), ({ x }) => binary('mul', x, constant(2, x.dtype))), /cost 1 became 3/],
  [rule('another dtype', p.neg(p.int('x')), ({ x }) => constant(0, x.dtype === dtypes.i32 ? dtypes.u32 : dtypes.i32)), /dtype/],
  [rule('another shape', p.permute(p.any('x')).as('u'), ({ x }) => x), /shape|became/],
]

it.each(falseLaws.map(([law, why]) => [law.name, law, why] as const))('%s is found out', (_, law, why) => {
  expect(checkRule(law, new Random(seedOfRun())).violations.join('\n')).toMatch(why)
})

it('a rule that nothing reaches is found out', () => {
  const never = rule('never', p.add(p.integer('x'), p.integer('y')).where(() => false), ({ x }) => x)
  expect(checkRule(never, new Random(1), { instances: 5, attempts: 200, environments: 2 }).exercised).toBe(0)
})

it('a rule behind a more general one is found out', () => {
  const hidden = rule('hidden', p.mulacc(p.integer('x'), p.constant(1), p.integer('y')), ({ x, y }) => binary('add', y, x))
  const report = checkRule(hidden, new Random(1), { instances: 5, attempts: 200, environments: 2 })
  expect(report.won).toBe(0)
  expect([...report.earlier]).toContain('mulacc-one')
})
