import { p, rule, type Constant } from '../rewrite/pattern.js'
import { binary, unary, type UOp } from '../uop.js'
import { fold, ones, shiftCount, withInteger, zeroLike } from './constants.js'
import { divideOnce, shiftFactor } from './division.js'

const isCountTooLarge = ({ c }: { readonly c: Constant }): boolean => shiftCount(c) !== BigInt(c.arg)

/** Two shifts in one direction: by the sum, or everything is out. */
function shiftOnce(op: 'shl' | 'shr', x: UOp, a: Constant, b: Constant): UOp {
  const sum = shiftCount(a) + shiftCount(b)
  const last = BigInt(x.dtype.bits - 1)
  if (sum <= last) return binary(op, x, withInteger(a, sum))
  // Signed numbers shift right into copies of their sign.
  return op === 'shr' && x.dtype.kind === 'int' ? binary(op, x, withInteger(a, last)) : zeroLike(x)
}

/** Counts are taken modulo the width, so only counts below the width are sums of each other. */
export const shift = [
  rule('shift-zero', p.oneOf(['shl', 'shr'], p.integer('x'), p.constant(0)), ({ x }) => x), // x << 0, x >> 0 -> x
  rule('shift-count', p.oneOf(['shl', 'shr'], p.integer('x'), p.constant('c')).as('u').where(isCountTooLarge), ({ x, c, u }) =>
    binary(u.op, x, withInteger(c, shiftCount(c)))), // x << c -> x << (c mod width)
  rule('zero-shifted', p.oneOf(['shl', 'shr'], p.constant(0), p.integer('x')), ({ x }) => zeroLike(x)), // 0 << x, 0 >> x -> 0
  rule('ones-shifted', p.shr(p.constant(-1).of('int').as('c'), p.int('x')), ({ c }) => c), // -1 >> x -> -1
  rule('shl-shl', p.shl(p.shl(p.integer('x'), p.constant('a')), p.constant('b')),
    ({ x, a, b }) => shiftOnce('shl', x, a, b)), // (x << c1) << c2 -> x << (c1 + c2)
  rule('shr-shr', p.shr(p.shr(p.integer('x'), p.constant('a')), p.constant('b')),
    ({ x, a, b }) => shiftOnce('shr', x, a, b)), // (x >> c1) >> c2 -> x >> (c1 + c2)
  rule('shl-of-neg', p.shl(p.neg(p.integer('x')), p.constant('c')),
    ({ x, c }) => unary('neg', binary('shl', x, c))), // -x << c -> -(x << c)
  rule('shl-of-product', p.shl(p.mul(p.integer('x'), p.constant('a')), p.constant('b')),
    ({ x, a, b }) => binary('mul', x, fold('shl', a, b))), // (x * c1) << c2 -> x * (c1 << c2)
  rule('shl-shr', p.shr(p.shl(p.uint('x'), p.constant('c')), p.constant('c')),
    ({ x, c }) => binary('and', x, fold('shr', ones(c.dtype), c))), // (x << c) >> c -> x & (ones >> c)
  rule('shr-shl', p.shl(p.shr(p.integer('x'), p.constant('c')), p.constant('c')),
    ({ x, c }) => binary('and', x, fold('shl', ones(c.dtype), c))), // (x >> c) << c -> x & (ones << c)
  rule('shr-of-quotient', p.shr(p.div(p.uint('x'), p.constant('a')), p.constant('b')),
    ({ x, a, b }) => divideOnce('div', x, a, shiftFactor(b))), // (x / c1) >> c2 -> x / (c1 * 2^c2)
  rule('shr-of-floor', p.shr(p.floordiv(p.int('x'), p.constant('a')), p.constant('b')),
    ({ x, a, b }) => divideOnce('floordiv', x, a, shiftFactor(b))), // (x // c1) >> c2 -> x // (c1 * 2^c2)
  rule('shl-of-and', p.shl(p.and(p.integer('x'), p.constant('a')), p.constant('b')), ({ x, a, b }) => {
    const kept = fold('shl', a, b)
    return kept.arg === fold('shl', ones(a.dtype), b).arg ? binary('shl', x, b) : undefined
  }), // (x & c1) << c2 -> x << c2 where c1 has every bit that stays
]
