import { p, rule, type Constant } from '../rewrite/pattern.js'
import { binary, constant, mulacc, unary, where, type UOp } from '../uop.js'
import {
  bitsOf, fold, holdsOnes, integerLike, integerOf, isHighest, isLowest, log2Of, log2OfInteger, shiftCount, withInteger, zeroLike,
} from './constants.js'
import { divideOnce, shiftFactor } from './division.js'

const isLowestValue = ({ c }: { readonly c: Constant }): boolean => isLowest(c)
const isHighestValue = ({ c }: { readonly c: Constant }): boolean => isHighest(c)
const isOnes = ({ c }: { readonly c: Constant }): boolean => holdsOnes(c)
/** The exponent of the power of two that a constant is, all its bits taken as a magnitude. */
const exponentOf = (c: Constant): bigint | undefined => log2OfInteger(bitsOf(c))

const shiftRight = (x: UOp, c: Constant): UOp | undefined => {
  const log2 = log2Of(c)
  return log2 === undefined ? undefined : binary('shr', x, withInteger(c, log2))
}

const shiftLeft = (x: UOp, c: Constant): UOp | undefined => {
  const log2 = exponentOf(c)
  return log2 === undefined ? undefined : binary('shl', x, withInteger(c, log2))
}

const maskBelow = (x: UOp, c: Constant): UOp | undefined =>
  log2Of(c) === undefined ? undefined : binary('and', x, withInteger(c, integerOf(c) - 1n))

const one = (x: UOp): Constant => constant(1, x.dtype)

/** Sums, products and quotients. Laws of real numbers that rounding breaks are stated for integers only. */
export const arithmetic = [
  // ---- add
  rule('add-zero', p.add(p.integer('x'), p.constant(0)), ({ x }) => x), // x + 0 -> x
  rule('add-constants', p.add(p.add(p.integer('x'), p.constant('a')), p.constant('b')),
    ({ x, a, b }) => binary('add', x, fold('add', a, b))), // (x + c1) + c2 -> x + (c1 + c2)
  rule('add-constant-less', p.add(p.sub(p.constant('a'), p.integer('x')), p.constant('b')),
    ({ x, a, b }) => binary('sub', fold('add', a, b), x)), // (c1 - x) + c2 -> (c1 + c2) - x
  rule('add-difference', p.add(p.sub(p.integer('x'), p.integer('y')), p.integer('y')), ({ x }) => x), // (x - y) + y -> x
  rule('add-negated', p.add(p.numeric('x'), p.neg(p.numeric('y'))), ({ x, y }) => binary('sub', x, y)), // x + -y -> x - y
  rule('add-inverse', p.add(p.integer('x'), p.xor(p.integer('x'), p.constant('c'))).where(isOnes),
    ({ x }) => integerLike(x, -1)), // x + ~x -> -1
  rule('add-multiple', p.add(p.mul(p.integer('x'), p.constant('c')), p.integer('x')),
    ({ x, c }) => binary('mul', x, fold('add', c, one(c)))), // x * c + x -> x * (c + 1)
  rule('add-multiples', p.add(p.mul(p.integer('x'), p.constant('a')), p.mul(p.integer('x'), p.constant('b'))),
    ({ x, a, b }) => binary('mul', x, fold('add', a, b))), // x * c1 + x * c2 -> x * (c1 + c2)

  // ---- sub
  rule('sub-zero', p.sub(p.numeric('x'), p.constant(0)), ({ x }) => x), // x - 0 -> x
  rule('sub-same', p.sub(p.integer('x'), p.integer('x')), ({ x }) => zeroLike(x)), // x - x -> 0
  rule('sub-constant', p.sub(p.numeric('x'), p.constant('c')), ({ x, c }) => binary('add', x, fold('neg', c))), // x - c -> x + -c
  rule('sub-self', p.sub(p.sub(p.integer('x'), p.integer('y')), p.integer('x')), ({ y }) => unary('neg', y)), // (x - y) - x -> -y
  rule('sub-negated', p.sub(p.numeric('x'), p.neg(p.numeric('y'))), ({ x, y }) => binary('add', x, y)), // x - -y -> x + y
  rule('sub-from-zero', p.sub(p.constant(0), p.integer('x')), ({ x }) => unary('neg', x)), // 0 - x -> -x
  rule('sub-constants', p.sub(p.constant('a'), p.add(p.integer('x'), p.constant('b'))),
    ({ x, a, b }) => binary('sub', fold('sub', a, b), x)), // c1 - (x + c2) -> (c1 - c2) - x
  rule('sub-twice', p.sub(p.constant('a'), p.sub(p.constant('b'), p.integer('x'))),
    ({ x, a, b }) => binary('add', x, fold('sub', a, b))), // c1 - (c2 - x) -> x + (c1 - c2)
  rule('sub-part', p.sub(p.add(p.integer('x'), p.integer('y')), p.integer('y')), ({ x }) => x), // (x + y) - y -> x
  rule('sub-sum', p.sub(p.integer('x'), p.add(p.integer('x'), p.integer('y'))), ({ y }) => unary('neg', y)), // x - (x + y) -> -y
  rule('sub-difference', p.sub(p.integer('x'), p.sub(p.integer('x'), p.integer('y'))), ({ y }) => y), // x - (x - y) -> y

  // ---- neg
  rule('neg-neg', p.neg(p.neg(p.numeric('x'))), ({ x }) => x), // --x -> x
  rule('neg-sub', p.neg(p.sub(p.integer('x'), p.integer('y'))), ({ x, y }) => binary('sub', y, x)), // -(x - y) -> y - x
  rule('neg-add-constant', p.neg(p.add(p.integer('x'), p.constant('c'))),
    ({ x, c }) => binary('sub', fold('neg', c), x)), // -(x + c) -> -c - x
  rule('neg-mul-constant', p.neg(p.mul(p.numeric('x'), p.constant('c'))),
    ({ x, c }) => binary('mul', x, fold('neg', c))), // -(x * c) -> x * -c
  rule('neg-top-bit', p.neg(p.shl(p.integer('x'), p.constant('c')).as('u')),
    ({ c, u }) => (shiftCount(c) === BigInt(u.dtype.bits - 1) ? u : undefined)), // -(x << (width - 1)) -> x << (width - 1)
  rule('neg-truth', p.neg(p.cast(p.bool('b')).of('int', 'uint').as('u')),
    ({ b, u }) => where(b, integerLike(u, -1), zeroLike(u))), // -cast(b) -> b ? -1 : 0

  // ---- mul
  rule('mul-one', p.mul(p.numeric('x'), p.constant(1)), ({ x }) => x), // x * 1 -> x
  rule('mul-zero', p.mul(p.integer('x'), p.constant(0)), ({ x }) => zeroLike(x)), // x * 0 -> 0
  rule('mul-minus-one', p.mul(p.numeric('x'), p.constant(-1)), ({ x }) => unary('neg', x)), // x * -1 -> -x
  rule('mul-constants', p.mul(p.mul(p.integer('x'), p.constant('a')), p.constant('b')),
    ({ x, a, b }) => binary('mul', x, fold('mul', a, b))), // (x * c1) * c2 -> x * (c1 * c2)
  rule('mul-shifted', p.mul(p.shl(p.integer('x'), p.constant('a')), p.constant('b')),
    ({ x, a, b }) => binary('mul', x, fold('shl', b, a))), // (x << c1) * c2 -> x * (c2 << c1)
  rule('mul-negated', p.mul(p.neg(p.numeric('x')), p.neg(p.numeric('y'))), ({ x, y }) => binary('mul', x, y)), // -x * -y -> x * y
  rule('mul-negated-constant', p.mul(p.neg(p.numeric('x')), p.constant('c')),
    ({ x, c }) => binary('mul', x, fold('neg', c))), // -x * c -> x * -c
  rule('mul-truth', p.mul(p.integer('x'), p.cast(p.bool('b'))), ({ x, b }) => where(b, x, zeroLike(x))), // x * cast(b) -> b ? x : 0
  rule('mul-power-of-two', p.mul(p.integer('x'), p.constant('c')), ({ x, c }) => shiftLeft(x, c)), // x * 2^k -> x << k

  rule('mul-negative-power', p.mul(p.integer('x'), p.constant('c')), ({ x, c }) => {
    const shifted = shiftLeft(x, fold('neg', c))
    return shifted && unary('neg', shifted)
  }), // x * -2^k -> -(x << k)

  // ---- mulacc
  rule('mulacc-zero', p.mulacc(p.integer('x'), p.constant(0), p.integer('y')), ({ y }) => y), // x * 0 + y -> y
  rule('mulacc-one', p.mulacc(p.numeric('x'), p.constant(1), p.numeric('y')), ({ x, y }) => binary('add', y, x)), // x * 1 + y -> y + x
  rule('mulacc-ones', p.mulacc(p.integer('x'), p.constant('c'), p.integer('y')).where(isOnes),
    ({ x, y }) => binary('sub', y, x)), // x * -1 + y -> y - x
  rule('mulacc-minus-one', p.mulacc(p.float('x'), p.constant(-1), p.float('y')), ({ x, y }) => binary('sub', y, x)), // x * -1 + y -> y - x
  rule('mulacc-nothing', p.mulacc(p.integer('x'), p.integer('y'), p.constant(0)), ({ x, y }) => binary('mul', x, y)), // x * y + 0 -> x * y
  rule('mulacc-negated', p.mulacc(p.neg(p.numeric('x')), p.neg(p.numeric('y')), p.numeric('z')),
    ({ x, y, z }) => mulacc(x, y, z)), // -x * -y + z -> x * y + z
  rule('mulacc-negated-constant', p.mulacc(p.neg(p.numeric('x')), p.constant('c'), p.numeric('y')),
    ({ x, c, y }) => mulacc(x, fold('neg', c), y)), // -x * c + y -> x * -c + y
  rule('mulacc-constants', p.mulacc(p.constant('a'), p.constant('b'), p.integer('x')),
    ({ a, b, x }) => binary('add', x, fold('mul', a, b))), // c1 * c2 + x -> x + c1 * c2

  // ---- div and mod, towards zero
  rule('div-one', p.div(p.numeric('x'), p.constant(1)), ({ x }) => x), // x / 1 -> x
  rule('div-minus-one', p.div(p.numeric('x'), p.constant(-1)), ({ x }) => unary('neg', x)), // x / -1 -> -x
  rule('div-zero', p.oneOf(['div', 'mod', 'floordiv', 'floormod'], p.integer('x'), p.constant(0)),
    ({ x }) => zeroLike(x)), // x / 0, x % 0 -> 0
  rule('zero-div', p.oneOf(['div', 'mod', 'floordiv', 'floormod'], p.constant(0), p.integer('x')),
    ({ x }) => zeroLike(x)), // 0 / x, 0 % x -> 0
  rule('div-constants', p.div(p.div(p.integer('x'), p.constant('a')), p.constant('b')),
    ({ x, a, b }) => divideOnce('div', x, a, integerOf(b))), // (x / c1) / c2 -> x / (c1 * c2) for positive c
  rule('div-shifted', p.div(p.shr(p.uint('x'), p.constant('a')), p.constant('b')),
    ({ x, a, b }) => divideOnce('div', x, b, shiftFactor(a))), // (x >> c1) / c2 -> x / (2^c1 * c2)
  rule('div-power-of-two', p.div(p.uint('x'), p.constant('c')), ({ x, c }) => shiftRight(x, c)), // x / 2^k -> x >> k
  rule('mod-one', p.oneOf(['mod', 'floormod'], p.integer('x'), p.constant(1)), ({ x }) => zeroLike(x)), // x % 1 -> 0
  rule('mod-minus-one', p.oneOf(['mod', 'floormod'], p.int('x'), p.constant(-1)), ({ x }) => zeroLike(x)), // x % -1 -> 0
  rule('mod-same', p.oneOf(['mod', 'floormod'], p.integer('x'), p.integer('x')), ({ x }) => zeroLike(x)), // x % x -> 0
  rule('mod-mod', p.mod(p.mod(p.integer('x'), p.integer('y')), p.integer('y')), ({ x, y }) => binary('mod', x, y)), // (x % y) % y -> x % y
  rule('mod-power-of-two', p.mod(p.uint('x'), p.constant('c')), ({ x, c }) => maskBelow(x, c)), // x % 2^k -> x & (2^k - 1)

  // ---- floordiv and floormod
  rule('floordiv-unsigned', p.floordiv(p.uint('x'), p.uint('y')),
    ({ x, y }) => binary('div', x, y)), // x // y -> x / y where nothing is negative
  rule('floormod-unsigned', p.floormod(p.uint('x'), p.uint('y')),
    ({ x, y }) => binary('mod', x, y)), // x mod y -> x % y where nothing is negative
  rule('floordiv-one', p.floordiv(p.int('x'), p.constant(1)), ({ x }) => x), // x // 1 -> x
  rule('floordiv-minus-one', p.floordiv(p.int('x'), p.constant(-1)), ({ x }) => unary('neg', x)), // x // -1 -> -x
  rule('floordiv-constants', p.floordiv(p.floordiv(p.int('x'), p.constant('a')), p.constant('b')),
    ({ x, a, b }) => divideOnce('floordiv', x, a, integerOf(b))), // (x // c1) // c2 -> x // (c1 * c2) for positive c
  rule('floordiv-shifted', p.floordiv(p.shr(p.int('x'), p.constant('a')), p.constant('b')),
    ({ x, a, b }) => divideOnce('floordiv', x, b, shiftFactor(a))), // (x >> c1) // c2 -> x // (2^c1 * c2) for positive c
  rule('floordiv-power-of-two', p.floordiv(p.int('x'), p.constant('c')), ({ x, c }) => shiftRight(x, c)), // x // 2^k -> x >> k
  rule('floormod-floormod', p.floormod(p.floormod(p.integer('x'), p.integer('y')), p.integer('y')),
    ({ x, y }) => binary('floormod', x, y)), // (x mod y) mod y -> x mod y
  rule('floormod-power-of-two', p.floormod(p.int('x'), p.constant('c')), ({ x, c }) => maskBelow(x, c)), // x mod 2^k -> x & (2^k - 1)

  // ---- max
  rule('max-same', p.max(p.data('x'), p.data('x')), ({ x }) => x), // max(x, x) -> x
  rule('max-lowest', p.max(p.data('x'), p.constant('c')).where(isLowestValue), ({ x }) => x), // max(x, lowest) -> x
  rule('max-highest', p.max(p.integer('x'), p.constant('c')).where(isHighestValue), ({ c }) => c), // max(x, highest) -> highest
  rule('max-constants', p.max(p.max(p.numeric('x'), p.constant('a')), p.constant('b')),
    ({ x, a, b }) => binary('max', x, fold('max', a, b))), // max(max(x, c1), c2) -> max(x, max(c1, c2))
  rule('max-max', p.max(p.max(p.numeric('x'), p.numeric('y')), p.numeric('y')),
    ({ x, y }) => binary('max', x, y)), // max(max(x, y), y) -> max(x, y)
]
