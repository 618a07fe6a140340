import type { Constant } from '../rewrite/pattern.js'
import { binary, type UOp } from '../uop.js'
import { integerOf, shiftCount, withInteger, zeroLike } from './constants.js'

/**
 * `x` divided by `c1` and then by `factor`: once by their product, if both are positive. Where the dtype does not hold
 * the product, an unsigned quotient is 0, and a signed one is left alone: its lowest value may reach the product.
 */
export function divideOnce(op: 'div' | 'floordiv', x: UOp, c1: Constant, factor: bigint): UOp | undefined {
  const divisor = integerOf(c1)
  if (divisor <= 0n || factor <= 0n) return undefined
  const product = withInteger(c1, divisor * factor)
  if (integerOf(product) === divisor * factor) return binary(op, x, product)
  return x.dtype.kind === 'uint' ? zeroLike(x) : undefined
}

/** The factor that a shift by `c` is. */
export const shiftFactor = (c: Constant): bigint => 1n << shiftCount(c)
