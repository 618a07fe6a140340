import { p, rule, type Constant } from '../rewrite/pattern.js'
import { binary, type UOp } from '../uop.js'
import { bitsOf, constantLike, fold, holdsOnes, not, ones, onesOf } from './constants.js'

const isOnes = ({ c }: { readonly c: Constant }): boolean => holdsOnes(c)
const areDisjoint = ({ a, b }: { readonly a: Constant; readonly b: Constant }): boolean => (bitsOf(a) & bitsOf(b)) === 0n
/** Every bit of `b` is one of `a`. */
const covers = ({ a, b }: { readonly a: Constant; readonly b: Constant }): boolean => (bitsOf(a) & bitsOf(b)) === bitsOf(b)
const fillTogether = ({ a, b }: { readonly a: Constant; readonly b: Constant }): boolean =>
  (bitsOf(a) | bitsOf(b)) === bitsOf(ones(a.dtype.scalar))

const none = (x: UOp): UOp => constantLike(x, x.dtype.kind === 'bool' ? false : fold('xor', ones(x.dtype), ones(x.dtype)).arg)
const all = (x: UOp): UOp => constantLike(x, onesOf(x.dtype.scalar))

/** Bits and truth values. Not is `x ^ ones`, for bool `x ^ true`. */
export const logic = [
  // ---- and
  rule('and-same', p.and(p.bits('x'), p.bits('x')), ({ x }) => x), // x & x -> x
  rule('and-zero', p.and(p.integer('x'), p.constant(0)), ({ x }) => none(x)), // x & 0 -> 0
  rule('and-false', p.and(p.bool('x'), p.constant(false)), ({ x }) => none(x)), // x & false -> false
  rule('and-ones', p.and(p.bits('x'), p.constant('c')).where(isOnes), ({ x }) => x), // x & ones -> x
  rule('and-not', p.and(p.bits('x'), p.xor(p.bits('x'), p.constant('c'))).where(isOnes), ({ x }) => none(x)), // x & ~x -> 0
  rule('and-constants', p.and(p.and(p.bits('x'), p.constant('a')), p.constant('b')),
    ({ x, a, b }) => binary('and', x, fold('and', a, b))), // (x & c1) & c2 -> x & (c1 & c2)
  rule('and-twice', p.and(p.and(p.bits('x'), p.bits('y')).as('u'), p.bits('y')), ({ u }) => u), // (x & y) & y -> x & y
  rule('and-absorbs', p.and(p.or(p.bits('x'), p.bits('y')), p.bits('y')), ({ y }) => y), // (x | y) & y -> y
  rule('and-of-nots', p.and(p.xor(p.bits('x'), p.constant('c')), p.xor(p.bits('y'), p.constant('c'))).where(isOnes), ({ x, y, c }) =>
    binary('xor', binary('or', x, y), c)), // ~x & ~y -> ~(x | y)
  rule('and-clears-or', p.and(p.or(p.bits('x'), p.constant('a')), p.constant('b')).where(areDisjoint),
    ({ x, b }) => binary('and', x, b)), // (x | c1) & c2 -> x & c2 where c1 & c2 = 0
  rule('and-within-or', p.and(p.or(p.bits('x'), p.constant('a')), p.constant('b')).where(covers),
    ({ b }) => b), // (x | c1) & c2 -> c2 where c1 has every bit of c2
  rule('and-of-shl', p.and(p.shl(p.integer('x'), p.constant('a')), p.constant('b')),
    ({ x, a, b }) => maskShifted('shl', x, a, b)), // (x << c1) & c2 -> x << c1 or 0, where c2 keeps all or none
  rule('and-of-shr', p.and(p.shr(p.uint('x'), p.constant('a')), p.constant('b')),
    ({ x, a, b }) => maskShifted('shr', x, a, b)), // (x >> c1) & c2 -> x >> c1 or 0, where c2 keeps all or none
  rule('and-choice', p.and(p.where(p.bool('x'), p.bool('y'), p.bool('z')), p.bool('x')),
    ({ x, y }) => binary('and', x, y)), // (x ? y : z) & x -> x & y
  rule('and-choice-then', p.and(p.where(p.bool('x'), p.bool('y'), p.constant(true)), p.bool('y')), ({ y }) => y), // (x ? y : true) & y -> y

  // ---- or
  rule('or-same', p.or(p.bits('x'), p.bits('x')), ({ x }) => x), // x | x -> x
  rule('or-zero', p.or(p.integer('x'), p.constant(0)), ({ x }) => x), // x | 0 -> x
  rule('or-false', p.or(p.bool('x'), p.constant(false)), ({ x }) => x), // x | false -> x
  rule('or-ones', p.or(p.bits('x'), p.constant('c')).where(isOnes), ({ x }) => all(x)), // x | ones -> ones
  rule('or-not', p.or(p.bits('x'), p.xor(p.bits('x'), p.constant('c'))).where(isOnes), ({ x }) => all(x)), // x | ~x -> ones
  rule('or-constants', p.or(p.or(p.bits('x'), p.constant('a')), p.constant('b')),
    ({ x, a, b }) => binary('or', x, fold('or', a, b))), // (x | c1) | c2 -> x | (c1 | c2)
  rule('or-twice', p.or(p.or(p.bits('x'), p.bits('y')).as('u'), p.bits('y')), ({ u }) => u), // (x | y) | y -> x | y
  rule('or-absorbs', p.or(p.and(p.bits('x'), p.bits('y')), p.bits('y')), ({ y }) => y), // (x & y) | y -> y
  rule('or-of-nots', p.or(p.xor(p.bits('x'), p.constant('c')), p.xor(p.bits('y'), p.constant('c'))).where(isOnes), ({ x, y, c }) =>
    binary('xor', binary('and', x, y), c)), // ~x | ~y -> ~(x & y)
  rule('or-of-masks', p.or(p.and(p.bits('x'), p.constant('a')), p.and(p.bits('x'), p.constant('b'))),
    ({ x, a, b }) => binary('and', x, fold('or', a, b))), // (x & c1) | (x & c2) -> x & (c1 | c2)
  rule('or-fills-and', p.or(p.and(p.bits('x'), p.constant('a')), p.constant('b')).where(fillTogether),
    ({ x, b }) => binary('or', x, b)), // (x & c1) | c2 -> x | c2 where c1 | c2 = ones
  rule('or-over-and', p.or(p.and(p.bits('x'), p.constant('b')), p.constant('a')).where(covers),
    ({ a }) => a), // (x & c1) | c2 -> c2 where c2 has every bit of c1
  rule('or-choice', p.or(p.where(p.bool('x'), p.bool('y'), p.bool('z')), p.bool('x')),
    ({ x, z }) => binary('or', x, z)), // (x ? y : z) | x -> x | z
  rule('or-choice-else', p.or(p.where(p.bool('x'), p.constant(false), p.bool('y')), p.bool('y')), ({ y }) => y), // (x ? false : y) | y -> y

  // ---- xor
  rule('xor-same', p.xor(p.bits('x'), p.bits('x')), ({ x }) => none(x)), // x ^ x -> 0
  rule('xor-zero', p.xor(p.integer('x'), p.constant(0)), ({ x }) => x), // x ^ 0 -> x
  rule('xor-false', p.xor(p.bool('x'), p.constant(false)), ({ x }) => x), // x ^ false -> x
  rule('xor-constants', p.xor(p.xor(p.bits('x'), p.constant('a')), p.constant('b')),
    ({ x, a, b }) => binary('xor', x, fold('xor', a, b))), // (x ^ c1) ^ c2 -> x ^ (c1 ^ c2)
  rule('xor-twice', p.xor(p.xor(p.bits('x'), p.bits('y')), p.bits('y')), ({ x }) => x), // (x ^ y) ^ y -> x
  rule('xor-of-xors', p.xor(p.xor(p.bits('x'), p.constant('a')), p.xor(p.bits('y'), p.constant('b'))), ({ x, y, a, b }) =>
    binary('xor', binary('xor', x, y), fold('xor', a, b))), // (x ^ c1) ^ (y ^ c2) -> (x ^ y) ^ (c1 ^ c2)
  rule('not-eq', p.xor(p.eq(p.data('x'), p.data('y')), p.constant(true)), ({ x, y }) => binary('ne', x, y)), // !(x == y) -> x != y
  rule('not-ne', p.xor(p.ne(p.data('x'), p.data('y')), p.constant(true)), ({ x, y }) => binary('eq', x, y)), // !(x != y) -> x == y
  rule('not-of-neg', p.xor(p.neg(p.integer('x')), p.constant('c')).where(isOnes), ({ x, c }) => binary('add', x, c)), // ~-x -> x - 1
  rule('neg-of-not', p.neg(p.xor(p.integer('x'), p.constant('c'))).where(isOnes), ({ x, c }) => binary('sub', x, c)), // -~x -> x + 1

  // ---- other words for the same
  rule('max-bool', p.max(p.bool('x'), p.bool('y')), ({ x, y }) => binary('or', x, y)), // max(a, b) -> a | b of truth values
  rule('ne-bool', p.ne(p.bool('x'), p.bool('y')), ({ x, y }) => binary('xor', x, y)), // a != b -> a ^ b of truth values
  rule('eq-true', p.eq(p.bool('x'), p.constant(true)), ({ x }) => x), // a == true -> a
  rule('eq-false', p.eq(p.bool('x'), p.constant(false)), ({ x }) => not(x)), // a == false -> !a
]

/** A mask over a shifted value: needless if it keeps every bit that the shift leaves, nothing if it keeps none. */
function maskShifted(op: 'shl' | 'shr', x: UOp, a: Constant, b: Constant): UOp | undefined {
  const left = bitsOf(fold(op, ones(a.dtype), a))
  const kept = left & bitsOf(b)
  return kept === left ? binary(op, x, a) : kept === 0n ? none(x) : undefined
}
