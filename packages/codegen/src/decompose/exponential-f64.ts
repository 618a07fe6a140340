import { binary, cast, constant, dtypes, toBits, where, type UOp } from '@petagrad/ir'

const f64 = (v: number): UOp => constant(v, dtypes.f64)
const i64 = (v: number | bigint): UOp => constant(v, dtypes.i64)
const add = (a: UOp, b: UOp): UOp => binary('add', a, b)
const sub = (a: UOp, b: UOp): UOp => binary('sub', a, b)
const mul = (a: UOp, b: UOp): UOp => binary('mul', a, b)
const lt = (a: UOp, b: UOp): UOp => binary('lt', a, b)
const bits = (x: UOp): UOp => cast('bitcast', x, dtypes.i64)
const fromBits = (x: UOp): UOp => cast('bitcast', x, dtypes.f64)
const bitsOf = (v: number): bigint => BigInt(toBits(dtypes.f64, v))
/** c0 + x (c1 + x (c2 + …)). */
const horner = (x: UOp, c: readonly number[]): UOp => c.slice(0, -1).reduceRight((sum, k) => add(mul(sum, x), f64(k)), f64(c[c.length - 1]))

const MANTISSA_BITS = 52
const EXPONENT_BIAS = 1023
/** Adding it leaves a double's integer part in its low bits, rounded to nearest even. */
const ROUNDER = 1.5 * 2 ** MANTISSA_BITS

/** Taylor coefficients of 2^x: ln(2)^k / k!. The first one left out is below a tenth of an ulp for |x| <= 1/2. */
const EXP2: readonly number[] = Array.from({ length: 13 }, (_, k) => k + 1).reduce((c, k) => [...c, (c[k - 1] * Math.LN2) / k], [1])

/** 2^x = 2^n · 2^f with n the nearest integer: a polynomial, then the exponent in two halves, so that denormals come out right. */
export function exp2F64(x: UOp): UOp {
  const above = where(lt(x, f64(-1076)), f64(-1076), x) // 2^-1076 rounds to 0
  const c = where(lt(f64(1025), above), f64(1025), above) // 2^1025 is infinite
  const shifted = add(c, f64(ROUNDER))
  const f = sub(c, sub(shifted, f64(ROUNDER)))
  const n = sub(bits(shifted), i64(bitsOf(ROUNDER)))
  const half = binary('shr', n, i64(1))
  const power = (k: UOp): UOp => fromBits(binary('shl', add(k, i64(EXPONENT_BIAS)), i64(MANTISSA_BITS)))
  return mul(mul(horner(f, EXP2), power(half)), power(sub(n, half)))
}

const SMALLEST_NORMAL = 2 ** -1022
const DENORMAL_SCALE = 54
/** Digits of a double whose low half is cleared: products of two such are exact. */
const HIGH_HALF = ~0xffffffffn
/** 1/ln(2), in a high half and what that lacks. */
const LOG2E_HIGH = 1.4426946640014648
const LOG2E_LOW = 3.768874985636099e-7

/**
 * log2(x) = e + log2(m), m in [√½, √2). With f = m - 1 and s = f / (2 + f), ln(m) = f - (f²/2 - s (f²/2 + R(s²))), where
 * R is atanh's series from its second term. The parts are kept apart until the last sum, so that little is lost next
 * to 1, where log2 is small.
 */
export function log2F64(x: UOp): UOp {
  const tiny = lt(x, f64(SMALLEST_NORMAL))
  const normal = where(tiny, mul(x, f64(2 ** DENORMAL_SCALE)), x)
  const ix = bits(normal)
  const e = binary('shr', sub(ix, i64(bitsOf(Math.SQRT1_2))), i64(MANTISSA_BITS))
  const f = sub(fromBits(sub(ix, binary('shl', e, i64(MANTISSA_BITS)))), f64(1))
  const s = binary('div', f, add(f, f64(2)))
  const z = mul(s, s)
  const r = mul(z, horner(z, Array.from({ length: 11 }, (_, k) => 2 / (2 * k + 3))))
  const halfSquare = mul(mul(f, f), f64(0.5))
  const high = fromBits(binary('and', bits(sub(f, halfSquare)), i64(HIGH_HALF)))
  const low = add(sub(sub(f, high), halfSquare), mul(s, add(halfSquare, r)))
  const exponent = sub(cast('cast', e, dtypes.f64), where(tiny, f64(DENORMAL_SCALE), f64(0)))
  const main = mul(high, f64(LOG2E_HIGH))
  const rest = add(mul(add(low, high), f64(LOG2E_LOW)), mul(low, f64(LOG2E_HIGH)))
  const sum = add(exponent, main)
  const finite = add(sum, add(rest, add(sub(exponent, sum), main)))
  const positive = where(binary('eq', x, f64(Infinity)), f64(Infinity), where(binary('ne', x, x), x, finite))
  return where(lt(x, f64(0)), f64(NaN), where(binary('eq', x, f64(0)), f64(-Infinity), positive))
}
