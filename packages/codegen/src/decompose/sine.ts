import { binary, cast, constant, dtypes, unary, where, type DType, type UOp } from '@petagrad/ir'

/** The binary digits of 2/π after the point, 64 to a word: enough for the largest double. */
const TWO_OVER_PI: readonly bigint[] = [
  0xa2f9836e4e441529n, 0xfc2757d1f534ddc0n, 0xdb6295993c439041n, 0xfe5163abdebbc561n, 0xb7246e3a424dd2e0n,
  0x06492eea09d1921cn, 0xfe1deb1cb129a73en, 0xe88235f52ebb4484n, 0xe99c7026b45f7e41n, 0x3991d639835339f4n,
  0x9c845f8bbdf9283bn, 0x1ff897ffde05980fn, 0xef2f118b5a0a6d1fn, 0x6d367ecf27cb09b7n, 0x4f463f669e5fea2dn,
  0x7527bac7ebe5f17bn, 0x3d0739f78a5292ean, 0x6bfb5fb11f8d5d08n, 0x56033046fc7b6babn, 0xf0cfbc209af4361dn,
]

/** Zeros before the digits, so that numbers below 1 find their place too. */
const ZERO_WORDS = 2
const DIGITS: readonly bigint[] = [...new Array<bigint>(ZERO_WORDS).fill(0n), ...TWO_OVER_PI]

/** A float whose sine is taken. */
interface Format {
  readonly dtype: DType
  /** An unsigned integer of the float's width. */
  readonly bits: DType
  readonly mantissa: number
  readonly bias: number
  /** |x| below 2^-small is its own sine. */
  readonly small: number
  /** Words of digits that count: 64 digits for the result, and as many as can cancel next to a multiple of π/2. */
  readonly words: number
  /** π/2 in the format, and what that lacks. */
  readonly quarterTurn: readonly [number, number]
  /** Terms of the series of sine and cosine for |r| <= π/4. */
  readonly terms: number
}

const F32_QUARTER = Math.fround(Math.PI / 2)
const single: Format = {
  dtype: dtypes.f32, bits: dtypes.u32, mantissa: 23, bias: 127, small: 12, words: 2, terms: 6,
  quarterTurn: [F32_QUARTER, Math.fround(Math.PI / 2 - F32_QUARTER)],
}
const double: Format = {
  dtype: dtypes.f64, bits: dtypes.u64, mantissa: 52, bias: 1023, small: 27, words: 3, terms: 9,
  quarterTurn: [Math.PI / 2, 6.123233995736766e-17],
}

export const sinF32 = (x: UOp): UOp => sine(x, single)
export const sinF64 = (x: UOp): UOp => sine(x, double)

const u64 = (v: number | bigint): UOp => constant(v, dtypes.u64)
const add = (a: UOp, b: UOp): UOp => binary('add', a, b)
const sub = (a: UOp, b: UOp): UOp => binary('sub', a, b)
const mul = (a: UOp, b: UOp): UOp => binary('mul', a, b)
const and = (a: UOp, b: UOp): UOp => binary('and', a, b)
const or = (a: UOp, b: UOp): UOp => binary('or', a, b)
const shl = (a: UOp, b: UOp): UOp => binary('shl', a, b)
const shr = (a: UOp, b: UOp): UOp => binary('shr', a, b)
const LOW_HALF = 0xffffffffn

/** The upper 64 of the 128 bits of a product. */
function highProduct(a: UOp, b: UOp): UOp {
  const half = u64(32), low = u64(LOW_HALF)
  const [a0, a1, b0, b1] = [and(a, low), shr(a, half), and(b, low), shr(b, half)]
  const middle = add(mul(a1, b0), shr(mul(a0, b0), half))
  const carry = add(mul(a0, b1), and(middle, low))
  return add(add(mul(a1, b1), shr(middle, half)), shr(carry, half))
}

/**
 * sin(x), reduced exactly for every finite x (M. Payne and R. Hanek, 1983): with x = M·2^E, the product of M with the
 * digits of 2/π from the place that E names is the angle in quarter turns modulo 4, as a binary fraction whose first two
 * digits are the quadrant.
 */
function sine(x: UOp, f: Format): UOp {
  const c = (v: number): UOp => constant(v, f.dtype)
  const b = (v: number | bigint): UOp => constant(f.bits === dtypes.u64 ? BigInt(v) : Number(v), f.bits)
  const width = f.mantissa === 52 ? 64 : 32
  const signBit = 2n ** BigInt(width - 1)
  const pattern = cast('bitcast', x, f.bits)
  const magnitude = and(pattern, b(signBit - 1n))
  const exponent = cast('cast', shr(magnitude, b(f.mantissa)), dtypes.u64)
  const digits = cast('cast', or(and(magnitude, b(2n ** BigInt(f.mantissa) - 1n)), b(2n ** BigInt(f.mantissa))), dtypes.u64)

  // Digit k of 2/π has the weight 2^-k. The window's first word ends with the digit that the product takes to 2^-62.
  const offset = 64 * ZERO_WORDS - 2 - f.bias - f.mantissa
  const start = add(exponent, u64(BigInt.asUintN(64, BigInt(offset))))
  const [w0, w1, w2] = windowAt(start, f.words, 2 * f.bias + offset)

  // The product as a fixed-point number: two digits of quadrant, then the fraction; `low` continues it.
  const low = w2 === undefined ? mul(digits, w1) : add(mul(digits, w1), highProduct(digits, w2))
  const carried = w2 === undefined ? u64(0) : cast('cast', binary('lt', low, mul(digits, w1)), dtypes.u64)
  const high = add(add(mul(digits, w0), highProduct(digits, w1)), carried)
  const quadrant = shr(add(high, u64(2n ** 61n)), u64(62))
  const rest = cast('bitcast', sub(high, shl(quadrant, u64(62))), dtypes.i64)
  const fraction = cast('cast', rest, f.dtype)
  const turns = width === 32 ? fraction : add(fraction, mul(cast('cast', low, f.dtype), c(2 ** -64)))
  const [quarter, beyond] = f.quarterTurn
  const r = add(mul(turns, c(quarter * 2 ** -62)), mul(turns, c(beyond * 2 ** -62)))

  const square = mul(r, r)
  const sin = add(r, mul(mul(r, square), series(square, 3, f)))
  const cos = add(c(1), mul(square, series(square, 2, f)))
  const isOdd = binary('ne', and(quadrant, u64(1)), u64(0))
  const value = where(isOdd, cos, sin)
  const isNegative = binary('ne', binary('lt', u64(1), and(quadrant, u64(3))), binary('ne', and(pattern, b(signBit)), b(0)))
  const signed = where(isNegative, unary('neg', value), value)
  const isFinite = binary('lt', magnitude, cast('bitcast', c(Infinity), f.bits))
  const isSmall = binary('lt', cast('bitcast', magnitude, f.dtype), c(2 ** -f.small))
  return where(isSmall, x, where(isFinite, signed, c(NaN)))
}

/** 1/n! of alternating sign, from ±r^n/n! on, in r²: sine's from 3, cosine's from 2. */
function series(square: UOp, from: number, f: Format): UOp {
  const coefficients: number[] = []
  let factorial = from === 3 ? 6 : 2
  for (let k = 0; k < f.terms - 1; k++) {
    coefficients.push((k % 2 === 0 ? -1 : 1) / factorial)
    factorial *= (from + 2 * k + 1) * (from + 2 * k + 2)
  }
  const c = (v: number): UOp => constant(f.dtype === dtypes.f32 ? Math.fround(v) : v, f.dtype)
  return coefficients.slice(0, -1).reduceRight((sum, k) => add(mul(sum, square), c(k)), c(coefficients[coefficients.length - 1]))
}

/** Words of digits from a place on, which is at most `last`. */
function windowAt(start: UOp, count: number, last: number): UOp[] {
  const index = shr(start, u64(6)), shift = and(start, u64(63))
  const choices = (last >> 6) + 1
  const words = Array.from({ length: count + 1 }, (_, k) => chosen(index, DIGITS.slice(k, k + choices), 0))
  // A shift by 64 is none, so the lower word takes one step first.
  return words.slice(1).map((next, k) => or(shl(words[k], shift), shr(shr(next, u64(1)), sub(u64(63), shift))))
}

/** words[index - first], by comparisons with the middle. */
function chosen(index: UOp, words: readonly bigint[], first: number): UOp {
  if (words.length === 1) return u64(words[0])
  const middle = words.length >> 1
  const isBefore = binary('lt', index, u64(first + middle))
  return where(isBefore, chosen(index, words.slice(0, middle), first), chosen(index, words.slice(middle), first + middle))
}
