import { holds, p, rule, type Constant } from '../rewrite/pattern.js'
import { binary, cast, unary, where } from '../uop.js'
import { constantLike } from './constants.js'

const areOneAndZero = ({ a, b }: { readonly a: Constant; readonly b: Constant }): boolean => holds(a, 1) && holds(b, 0)

/** Choices `c ? x : y`. Both sides are always computed, so a choice may be dropped but never guards anything. */
export const choice = [
  rule('where-true', p.where(p.constant(true), p.data('x'), p.any('y')), ({ x }) => x), // true ? x : y -> x
  rule('where-false', p.where(p.constant(false), p.any('x'), p.data('y')), ({ y }) => y), // false ? x : y -> y
  rule('where-same', p.where(p.any('c'), p.data('x'), p.data('x')), ({ x }) => x), // c ? x : x -> x
  rule('where-truth', p.where(p.any('c'), p.constant(true), p.constant(false)), ({ c }) => c), // c ? true : false -> c
  rule('where-not-truth', p.where(p.any('c'), p.constant(false), p.constant(true)).as('u'),
    ({ c, u }) => binary('xor', c, u.src[2])), // c ? false : true -> !c
  rule('where-not', p.where(p.xor(p.any('c'), p.constant(true)), p.data('x'), p.data('y')),
    ({ c, x, y }) => where(c, y, x)), // !c ? x : y -> c ? y : x
  rule('where-then-where', p.where(p.any('c'), p.where(p.any('c'), p.data('x'), p.any('y')), p.any('z')),
    ({ c, x, z }) => where(c, x, z)), // c ? (c ? x : y) : z -> c ? x : z
  rule('where-else-where', p.where(p.any('c'), p.any('x'), p.where(p.any('c'), p.data('y'), p.any('z'))),
    ({ c, x, z }) => where(c, x, z)), // c ? x : (c ? y : z) -> c ? x : z
  rule('where-self', p.where(p.bool('c'), p.bool('c'), p.bool('x')), ({ c, x }) => binary('or', c, x)), // c ? c : x -> c | x
  rule('where-else-self', p.where(p.bool('c'), p.bool('x'), p.bool('c')), ({ c, x }) => binary('and', c, x)), // c ? x : c -> c & x
  rule('where-then-not', p.where(p.bool('c'), p.xor(p.bool('c'), p.constant(true)), p.bool('x')),
    ({ c, x }) => where(c, constantLike(c, false), x)), // c ? !c : x -> c ? false : x
  rule('where-else-not', p.where(p.bool('c'), p.bool('x'), p.xor(p.bool('c'), p.constant(true))),
    ({ c, x }) => where(c, x, constantLike(c, true))), // c ? x : !c -> c ? x : true
  rule('where-or-truth', p.where(p.any('c'), p.constant(true), p.bool('x')), ({ c, x }) => binary('or', c, x)), // c ? true : x -> c | x
  rule('where-and-truth', p.where(p.any('c'), p.bool('x'), p.constant(false)), ({ c, x }) => binary('and', c, x)), // c ? x : false -> c & x
  rule('where-one-zero', p.where(p.any('c'), p.constant('a').of('int', 'uint', 'float'), p.constant('b')).where(areOneAndZero),
    ({ c, a }) =>
    cast('cast', c, a.dtype.scalar)), // c ? 1 : 0 -> cast(c)
  rule('where-equal', p.where(p.eq(p.integer('x'), p.integer('y')), p.integer('x'), p.integer('y')), ({ y }) => y), // x == y ? x : y -> y
  rule('where-unequal', p.where(p.ne(p.integer('x'), p.integer('y')), p.integer('x'), p.integer('y')), ({ x }) => x), // x != y ? x : y -> x
  rule('where-max', p.where(p.lt(p.integer('x'), p.integer('y')), p.integer('y'), p.integer('x')),
    ({ x, y }) => binary('max', x, y)), // x < y ? y : x -> max(x, y)
  rule('where-and', p.where(p.any('a'), p.where(p.any('b'), p.data('x'), p.any('y')), p.any('y')),
    ({ a, b, x, y }) => where(binary('and', a, b), x, y)), // a ? (b ? x : y) : y -> a & b ? x : y
  rule('where-or', p.where(p.any('a'), p.data('x'), p.where(p.any('b'), p.any('x'), p.any('y'))),
    ({ a, b, x, y }) => where(binary('or', a, b), x, y)), // a ? x : (b ? x : y) -> a | b ? x : y
  rule('where-negs', p.where(p.any('c'), p.neg(p.numeric('x')), p.neg(p.numeric('y'))),
    ({ c, x, y }) => unary('neg', where(c, x, y))), // c ? -x : -y -> -(c ? x : y)
  rule('where-casts', p.where(p.any('c'), p.cast(p.data('x')).as('u'), p.cast(p.data('y'))), ({ c, x, y, u }) =>
    x.dtype === y.dtype ? cast('cast', where(c, x, y), u.dtype.scalar) : undefined), // c ? cast(x) : cast(y) -> cast(c ? x : y)
]
