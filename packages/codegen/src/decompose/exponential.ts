import { binary, cast, constant, dtypes, where, type UOp } from '@petagrad/ir'

const f32 = (v: number): UOp => constant(Math.fround(v), dtypes.f32)
const i32 = (v: number): UOp => constant(v, dtypes.i32)
const add = (a: UOp, b: UOp): UOp => binary('add', a, b)
const sub = (a: UOp, b: UOp): UOp => binary('sub', a, b)
const mul = (a: UOp, b: UOp): UOp => binary('mul', a, b)
const bits = (x: UOp): UOp => cast('bitcast', x, dtypes.i32)
const fromBits = (x: UOp): UOp => cast('bitcast', x, dtypes.f32)
/** c0 + x (c1 + x (c2 + …)). */
const horner = (x: UOp, c: readonly number[]): UOp => c.slice(0, -1).reduceRight((sum, k) => add(mul(sum, x), f32(k)), f32(c[c.length - 1]))

/** Adding it leaves a float's integer part in its low bits, rounded to nearest even. */
const ROUNDER = 1.5 * 2 ** 23
const ROUNDER_BITS = 0x4b400000
const EXPONENT_BIAS = 127
const MANTISSA_BITS = 23

/** Taylor coefficients of 2^x: ln(2)^k / k!. The first one left out is below a quarter ulp for |x| <= 1/2. */
const EXP2 = Array.from({ length: 8 }, (_, k) => Math.LN2 ** k / [1, 1, 2, 6, 24, 120, 720, 5040][k])

/** 2^x = 2^n · 2^f with n the nearest integer: a polynomial, then the exponent in two halves, so that denormals come out right. */
export function exp2F32(x: UOp): UOp {
  const above = where(binary('lt', x, f32(-151)), f32(-151), x) // 2^-151 rounds to 0
  const c = where(binary('lt', f32(129), above), f32(129), above) // 2^129 is infinite
  const shifted = add(c, f32(ROUNDER))
  const f = sub(c, sub(shifted, f32(ROUNDER)))
  const n = sub(bits(shifted), i32(ROUNDER_BITS))
  const half = binary('shr', n, i32(1))
  const power = (k: UOp): UOp => fromBits(binary('shl', add(k, i32(EXPONENT_BIAS)), i32(MANTISSA_BITS)))
  return mul(mul(horner(f, EXP2), power(half)), power(sub(n, half)))
}

const SQRT_HALF_BITS = 0x3f3504f3
const SMALLEST_NORMAL = 2 ** -126
const DENORMAL_SCALE = 23

/** log2(x) = e + log2(m), m in [√½, √2): the series of atanh(s), s = (m-1)/(m+1), |s| <= 0.172. */
export function log2F32(x: UOp): UOp {
  const tiny = binary('lt', x, f32(SMALLEST_NORMAL))
  const normal = where(tiny, mul(x, f32(2 ** DENORMAL_SCALE)), x)
  const ix = bits(normal)
  const e = binary('shr', sub(ix, i32(SQRT_HALF_BITS)), i32(MANTISSA_BITS))
  const m = fromBits(sub(ix, binary('shl', e, i32(MANTISSA_BITS))))
  const f = sub(m, f32(1))
  const s = binary('div', f, add(m, f32(1)))
  const series = horner(mul(s, s), [0, 1, 2, 3, 4, 5].map(k => (2 / Math.LN2) / (2 * k + 1)))
  const exponent = sub(cast('cast', e, dtypes.f32), where(tiny, f32(DENORMAL_SCALE), f32(0)))
  const finite = add(exponent, mul(s, series))
  const positive = where(binary('eq', x, f32(Infinity)), f32(Infinity), where(binary('ne', x, x), x, finite))
  return where(binary('lt', x, f32(0)), f32(NaN), where(binary('eq', x, f32(0)), f32(-Infinity), positive))
}
