import { dtypes, isFloat, type DType } from '../dtype.js'
import { p, rule, type Constant } from '../rewrite/pattern.js'
import { cast, type UOp } from '../uop.js'
import { bitsOf } from './constants.js'
import { isValuePreserving } from './conversion.js'

const DATA = ['bool', 'int', 'uint', 'float'] as const
const isWhole = (d: DType): boolean => d.kind === 'int' || d.kind === 'uint'

type Chain = { readonly x: UOp; readonly inner: UOp; readonly outer: UOp }

/**
 * Whether `x` cast to `inner` and then to `outer` is `x` cast to `outer`. A cast depends on the value alone, except that
 * floats saturate where integers wrap.
 */
function isOneCast({ x, inner, outer }: Chain): boolean {
  const from = x.dtype.scalar, between = inner.dtype.scalar, to = outer.dtype.scalar
  if (isWhole(from) && isWhole(between) && isWhole(to) && to.bits <= between.bits) return true
  if (!isValuePreserving(from, between)) return false
  return !(isWhole(from) && isFloat(between) && isWhole(to)) || isValuePreserving(from, to)
}

const isSameType = ({ x, u }: { readonly x: UOp; readonly u: UOp }): boolean => x.dtype === u.dtype
/** The mask keeps every bit that the narrower integer has. */
const keepsLowBits = ({ c, u }: { readonly c: Constant; readonly u: UOp }): boolean => {
  const low = (1n << BigInt(u.dtype.bits)) - 1n
  return u.dtype.bits < c.dtype.bits && (bitsOf(c) & low) === low
}

/** Conversions of value (`cast`) and of meaning (`bitcast`). */
export const casts = [
  rule('cast-same', p.oneOf(['cast', 'bitcast'], p.data('x')).as('u').where(isSameType), ({ x }) => x), // cast<T>(x: T) -> x
  rule('cast-cast', p.cast(p.cast(p.data('x')).of(...DATA).as('inner')).of(...DATA).as('outer').where(isOneCast), ({ x, outer }) =>
    cast('cast', x, outer.dtype.scalar)), // cast<U>(cast<T>(x)) -> cast<U>(x) where T holds x, or integers only get narrower
  rule('bitcast-bitcast', p.bitcast(p.bitcast(p.data('x'))).as('u'),
    ({ x, u }) => cast('bitcast', x, u.dtype.scalar)), // bitcast<U>(bitcast<T>(x)) -> bitcast<U>(x)
  rule('cast-bitcast', p.cast(p.bitcast(p.data('x')).of('int', 'uint').as('v')).of('int', 'uint').as('u'), ({ x, v, u }) =>
    u.dtype.bits === v.dtype.bits ? cast('bitcast', x, u.dtype.scalar) : undefined), // cast<i32>(bitcast<u32>(x)) -> bitcast<i32>(x)
  rule('bitcast-integer', p.bitcast(p.integer('x')).of('int', 'uint').as('u'),
    ({ x, u }) => cast('cast', x, u.dtype.scalar)), // bitcast<u32>(x: i32) -> cast<u32>(x)
  rule('cast-masked', p.cast(p.and(p.integer('x'), p.constant('c'))).of('int', 'uint').as('u').where(keepsLowBits),
    ({ x, u }) => cast('cast', x, u.dtype.scalar)), // cast<u8>(x & 0xff) -> cast<u8>(x)
  rule('truth-of-neg', p.cast(p.neg(p.numeric('x'))).of('bool'),
    ({ x }) => cast('cast', x, dtypes.bool)), // cast<bool>(-x) -> cast<bool>(x)
  rule('cast-trunc', p.cast(p.trunc(p.float('x'))).of('int', 'uint').as('u'),
    ({ x, u }) => cast('cast', x, u.dtype.scalar)), // cast<int>(trunc(x)) -> cast<int>(x)
]
