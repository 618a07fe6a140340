import { largestFinite } from '../interpreter/formats.js'
import { p, rule, type Constant } from '../rewrite/pattern.js'
import { binary, constant, unary, where, type UOp } from '../uop.js'
import { constantLike, fold } from './constants.js'

/** The product that equals `x / c` for every `x`: `c` is a power of two and its reciprocal is one, too. */
function multiplyInstead(x: UOp, c: Constant): UOp | undefined {
  const value = Number(c.arg)
  const magnitude = Math.abs(value)
  if (!(magnitude > 0 && magnitude < Infinity) || 2 ** Math.round(Math.log2(magnitude)) !== magnitude) return undefined
  const inverse = 1 / value
  // Subnormal factors are left alone: a target may flush them.
  const smallestNormal = 4 / largestFinite(c.dtype)
  if (Math.abs(inverse) < smallestNormal || Math.abs(inverse) > largestFinite(c.dtype)) return undefined
  return binary('mul', x, constant(inverse, c.dtype))
}

/** Laws that hold bit for bit in IEEE arithmetic: signs of zero are kept, NaN stays NaN. */
export const float = [
  rule('add-negative-zero', p.add(p.float('x'), p.constant(-0)), ({ x }) => x), // x + -0.0 -> x
  rule('sub-from-negative-zero', p.sub(p.constant(-0), p.float('x')), ({ x }) => unary('neg', x)), // -0.0 - x -> -x
  rule('mulacc-nothing-float', p.mulacc(p.float('x'), p.float('y'), p.constant(-0)),
    ({ x, y }) => binary('mul', x, y)), // x * y + -0.0 -> x * y
  rule('neg-truth-float', p.neg(p.cast(p.bool('b')).of('float').as('u')),
    ({ b, u }) => where(b, constantLike(u, -1), constantLike(u, -0))), // -cast(b) -> b ? -1.0 : -0.0
  rule('one-div', p.div(p.constant(1), p.float('x')), ({ x }) => unary('reciprocal', x)), // 1 / x -> reciprocal(x)
  rule('minus-one-div', p.div(p.constant(-1), p.float('x')), ({ x }) => unary('neg', unary('reciprocal', x))), // -1 / x -> -reciprocal(x)
  rule('reciprocal-neg', p.reciprocal(p.neg(p.float('x'))),
    ({ x }) => unary('neg', unary('reciprocal', x))), // reciprocal(-x) -> -reciprocal(x)
  rule('div-float-power-of-two', p.div(p.float('x'), p.constant('c')), ({ x, c }) => multiplyInstead(x, c)), // x / 2^k -> x * 2^-k
  rule('div-negated', p.div(p.neg(p.float('x')), p.neg(p.float('y'))), ({ x, y }) => binary('div', x, y)), // -x / -y -> x / y
  rule('div-negated-by-constant', p.div(p.neg(p.float('x')), p.constant('c')),
    ({ x, c }) => binary('div', x, fold('neg', c))), // -x / c -> x / -c
  rule('div-constant-by-negated', p.div(p.constant('c'), p.neg(p.float('x'))),
    ({ x, c }) => binary('div', fold('neg', c), x)), // c / -x -> -c / x
  rule('neg-div-by-constant', p.neg(p.div(p.float('x'), p.constant('c'))),
    ({ x, c }) => binary('div', x, fold('neg', c))), // -(x / c) -> x / -c
  rule('neg-div-constant', p.neg(p.div(p.constant('c'), p.float('x'))),
    ({ x, c }) => binary('div', fold('neg', c), x)), // -(c / x) -> -c / x
  rule('trunc-trunc', p.trunc(p.trunc(p.float('x')).as('t')), ({ t }) => t), // trunc(trunc(x)) -> trunc(x)
  rule('trunc-of-integer', p.trunc(p.cast(p.bits('x')).of('float').as('t')), ({ t }) => t), // trunc(cast(i)) -> cast(i)
  rule('trunc-integer', p.trunc(p.integer('x')), ({ x }) => x), // trunc(i) -> i
]
