import { isFloat, type DType } from '../dtype.js'
import { integerRange } from '../interpreter/scalar.js'
import { p, rule, type Constant } from '../rewrite/pattern.js'
import { binary, constant, type UOp } from '../uop.js'
import { isValuePreserving } from './conversion.js'
import { constantLike, fold, foldCast, foldTo, isHighest, isLowest, not, zeroLike } from './constants.js'

const COMPARISONS = ['lt', 'eq', 'ne'] as const
const EQUALITIES = ['eq', 'ne'] as const
const NUMERIC = ['int', 'uint', 'float'] as const

const truth = (x: UOp, value: boolean): UOp => constantLike(x, value, binary('lt', x, x).dtype)

const isLowestValue = ({ c }: { readonly c: Constant }): boolean => isLowest(c)
const isHighestValue = ({ c }: { readonly c: Constant }): boolean => isHighest(c)
const isNaNValue = ({ c }: { readonly c: Constant }): boolean => Number.isNaN(c.arg)
const differ = ({ a, b }: { readonly a: Constant; readonly b: Constant }): boolean => a.arg !== b.arg
const isWidened = ({ x, w }: { readonly x: UOp; readonly w: UOp }): boolean => isValuePreserving(x.dtype.scalar, w.dtype.scalar)
const areWidenedAlike = ({ x, y, w }: { readonly x: UOp; readonly y: UOp; readonly w: UOp }): boolean =>
  x.dtype === y.dtype && isWidened({ x, w })

const truths = (b: UOp, to: DType): Constant[] => [false, true].map(value => foldCast('cast', constant(value, b.dtype), to.scalar))

/** A comparison of a truth value in disguise, by what it gives for false and for true. */
function byTruth(b: UOp, ifFalse: Constant, ifTrue: Constant): UOp {
  if (ifFalse.arg === ifTrue.arg) return constantLike(b, ifFalse.arg)
  return ifTrue.arg === true ? b : not(b)
}

/** The constant in the narrower dtype, if that holds its value. Zeros count as one value: comparisons do not tell them apart. */
function narrowed(c: Constant, x: UOp): Constant | undefined {
  const narrow = foldCast('cast', c, x.dtype.scalar)
  return fold('eq', foldCast('cast', narrow, c.dtype.scalar), c).arg === true ? narrow : undefined
}

/** The ends of the integer `x`'s range, in the wider dtype. */
function ends(x: UOp, wide: DType): readonly [Constant, Constant] {
  const [low, high] = integerRange(x.dtype)
  return [foldCast('cast', constant(low, x.dtype), wide.scalar), foldCast('cast', constant(high, x.dtype), wide.scalar)]
}

/** A comparison that comes out the same at both ends of `x`'s range, and so everywhere: comparisons are monotonic. */
const decided = (x: UOp, low: Constant, high: Constant): UOp | undefined =>
  low.arg === high.arg ? constantLike(x, low.arg, low.dtype) : undefined

/** Comparisons of numbers and truth values; those of indices belong to the symbolic integers. */
export const compare = [
  rule('lt-same', p.lt(p.data('x'), p.data('x')), ({ x }) => truth(x, false)), // x < x -> false
  rule('eq-same', p.eq(p.bits('x'), p.bits('x')), ({ x }) => truth(x, true)), // x == x -> true
  rule('ne-same', p.ne(p.integer('x'), p.integer('x')), ({ x }) => truth(x, false)), // x != x -> false
  rule('lt-lowest', p.lt(p.bits('x'), p.constant('c')).where(isLowestValue), ({ x }) => truth(x, false)), // x < lowest -> false
  rule('highest-lt', p.lt(p.constant('c'), p.bits('x')).where(isHighestValue), ({ x }) => truth(x, false)), // highest < x -> false
  rule('lt-infinity', p.lt(p.constant(Infinity), p.float('x')), ({ x }) => truth(x, false)), // inf < x -> false
  rule('lt-minus-infinity', p.lt(p.float('x'), p.constant(-Infinity)), ({ x }) => truth(x, false)), // x < -inf -> false
  rule('compare-nan', p.oneOf(['lt', 'eq'], p.float('x'), p.constant('c')).where(isNaNValue),
    ({ x }) => truth(x, false)), // x < nan, x == nan -> false
  rule('nan-lt', p.lt(p.constant('c'), p.float('x')).where(isNaNValue), ({ x }) => truth(x, false)), // nan < x -> false
  rule('ne-nan', p.ne(p.float('x'), p.constant('c')).where(isNaNValue), ({ x }) => truth(x, true)), // x != nan -> true
  rule('lt-true', p.lt(p.bool('x'), p.constant(true)), ({ x }) => not(x)), // a < true -> !a
  rule('false-lt', p.lt(p.constant(false), p.bool('x')), ({ x }) => x), // false < a -> a
  rule('eq-sum', p.oneOf(EQUALITIES, p.add(p.integer('x'), p.constant('a')), p.constant('b')).as('u'),
    ({ x, a, b, u }) => binary(u.op, x, fold('sub', b, a))), // x + c1 == c2 -> x == c2 - c1
  rule('eq-less', p.oneOf(EQUALITIES, p.sub(p.constant('a'), p.integer('x')), p.constant('b')).as('u'),
    ({ x, a, b, u }) => binary(u.op, x, fold('sub', a, b))), // c1 - x == c2 -> x == c1 - c2
  rule('eq-neg', p.oneOf(EQUALITIES, p.neg(p.numeric('x')), p.constant('c')).as('u'),
    ({ x, c, u }) => binary(u.op, x, fold('neg', c))), // -x == c -> x == -c
  rule('eq-negs', p.oneOf(EQUALITIES, p.neg(p.numeric('x')), p.neg(p.numeric('y'))).as('u'),
    ({ x, y, u }) => binary(u.op, x, y)), // -x == -y -> x == y
  rule('eq-xor', p.oneOf(EQUALITIES, p.xor(p.integer('x'), p.constant('a')), p.constant('b')).as('u'),
    ({ x, a, b, u }) => binary(u.op, x, fold('xor', a, b))), // x ^ c1 == c2 -> x == c1 ^ c2
  rule('eq-difference', p.oneOf(EQUALITIES, p.sub(p.integer('x'), p.integer('y')), p.constant(0)).as('u'),
    ({ x, y, u }) => binary(u.op, x, y)), // x - y == 0 -> x == y
  rule('eq-sums', p.oneOf(EQUALITIES, p.add(p.integer('x'), p.integer('z')), p.add(p.integer('y'), p.integer('z'))).as('u'),
    ({ x, y, u }) => binary(u.op, x, y)), // x + z == y + z -> x == y
  rule('eq-part', p.oneOf(EQUALITIES, p.add(p.integer('x'), p.integer('y')), p.integer('x')).as('u'),
    ({ x, y, u }) => binary(u.op, y, zeroLike(x))), // x + y == x -> y == 0
  rule('lt-negs', p.lt(p.neg(p.float('x')), p.neg(p.float('y'))), ({ x, y }) => binary('lt', y, x)), // -x < -y -> y < x
  rule('lt-neg-constant', p.lt(p.neg(p.float('x')), p.constant('c')), ({ x, c }) => binary('lt', fold('neg', c), x)), // -x < c -> -c < x
  rule('constant-lt-neg', p.lt(p.constant('c'), p.neg(p.float('x'))), ({ x, c }) => binary('lt', x, fold('neg', c))), // c < -x -> x < -c
  rule('compare-truth', p.oneOf(COMPARISONS, p.cast(p.bool('b')).of(...NUMERIC), p.constant('c')).ordered().as('u'), ({ b, c, u }) => {
    const [no, yes] = truths(b, c.dtype).map(value => foldTo(u.op, u.dtype, [value, c]))
    return byTruth(b, no, yes)
  }), // cast(a) < c -> a, !a or a constant
  rule('compare-with-truth', p.lt(p.constant('c'), p.cast(p.bool('b')).of(...NUMERIC)), ({ b, c }) => {
    const [no, yes] = truths(b, c.dtype).map(value => fold('lt', c, value))
    return byTruth(b, no, yes)
  }), // c < cast(a) -> a, !a or a constant
  rule('eq-widened', p.oneOf(EQUALITIES, p.cast(p.numeric('x')).as('w'), p.constant('c')).as('u').where(isWidened), ({ x, c, u }) => {
    const narrow = narrowed(c, x)
    return narrow === undefined ? constantLike(x, u.op === 'ne', u.dtype) : binary(u.op, x, narrow)
  }), // cast(x) == c -> x == c, or false where x's dtype does not hold c
  rule('lt-widened', p.lt(p.cast(p.numeric('x')).as('w'), p.constant('c')).where(isWidened), ({ x, c }) => {
    const narrow = narrowed(c, x)
    if (narrow !== undefined) return binary('lt', x, narrow)
    const [low, high] = isFloat(x.dtype) ? [] : ends(x, c.dtype)
    return low && high && decided(x, fold('lt', low, c), fold('lt', high, c))
  }), // cast(x) < c -> x < c, or what it is for all of x's dtype
  rule('widened-lt', p.lt(p.constant('c'), p.cast(p.numeric('x')).as('w')).where(isWidened), ({ x, c }) => {
    const narrow = narrowed(c, x)
    if (narrow !== undefined) return binary('lt', narrow, x)
    const [low, high] = isFloat(x.dtype) ? [] : ends(x, c.dtype)
    return low && high && decided(x, fold('lt', c, low), fold('lt', c, high))
  }), // c < cast(x) -> c < x, or what it is for all of x's dtype
  rule('compare-widened', p.oneOf(COMPARISONS, p.cast(p.data('x')).as('w'), p.cast(p.data('y'))).ordered().as('u').where(areWidenedAlike),
    ({ x, y, u }) =>
    binary(u.op, x, y)), // cast(x) < cast(y) -> x < y
  rule('lt-both-ways', p.and(p.lt(p.data('x'), p.data('y')), p.lt(p.data('y'), p.data('x'))),
    ({ x }) => truth(x, false)), // x < y & y < x -> false
  rule('eq-two-constants', p.and(p.eq(p.data('x'), p.constant('a')), p.eq(p.data('x'), p.constant('b'))).where(differ),
    ({ x }) => truth(x, false)), // x == c1 & x == c2 -> false
  rule('ne-two-constants', p.or(p.ne(p.data('x'), p.constant('a')), p.ne(p.data('x'), p.constant('b'))).where(differ),
    ({ x }) => truth(x, true)), // x != c1 | x != c2 -> true
  rule('lt-and-lt', p.and(p.lt(p.data('x'), p.constant('a')).as('l'), p.lt(p.data('x'), p.constant('b')).as('r')), ({ a, b, l, r }) =>
    fold('lt', a, b).arg === true ? l : fold('lt', b, a).arg === true ? r : undefined), // x < c1 & x < c2 -> x < min(c1, c2)
  rule('lt-or-lt', p.or(p.lt(p.data('x'), p.constant('a')).as('l'), p.lt(p.data('x'), p.constant('b')).as('r')), ({ a, b, l, r }) =>
    fold('lt', a, b).arg === true ? r : fold('lt', b, a).arg === true ? l : undefined), // x < c1 | x < c2 -> x < max(c1, c2)
  rule('gt-and-gt', p.and(p.lt(p.constant('a'), p.data('x')).as('l'), p.lt(p.constant('b'), p.data('x')).as('r')), ({ a, b, l, r }) =>
    fold('lt', a, b).arg === true ? r : fold('lt', b, a).arg === true ? l : undefined), // c1 < x & c2 < x -> max(c1, c2) < x
  rule('gt-or-gt', p.or(p.lt(p.constant('a'), p.data('x')).as('l'), p.lt(p.constant('b'), p.data('x')).as('r')), ({ a, b, l, r }) =>
    fold('lt', a, b).arg === true ? l : fold('lt', b, a).arg === true ? r : undefined), // c1 < x | c2 < x -> min(c1, c2) < x
]
