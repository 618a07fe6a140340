import { dtypes, shapeOf, type UOp } from '@petagrad/ir/graph'
import {
  add, addScalar, apply, combine, div, equal, lessThan, lessThanScalar, maximum, mul, mulScalar, neg, reciprocal, select, splat, sub,
  zerosLike,
} from './build.js'

/*
 * Functions of real numbers out of exp2, log2, sin, sqrt and arithmetic. `x` is floating point. Each is written so that
 * the gradient that follows from its uops is finite wherever the function's is.
 */

export const exp = (x: UOp): UOp => apply('exp2', mulScalar(x, Math.LOG2E))
export const log = (x: UOp): UOp => mulScalar(apply('log2', x), Math.LN2)
export const cos = (x: UOp): UOp => apply('sin', addScalar(x, Math.PI / 2))

const isNegative = (x: UOp): UOp => lessThanScalar(x, 0)
/** -|x|, whose derivative at 0 is -1. */
const negativeMagnitude = (x: UOp): UOp => select(isNegative(x), x, neg(x))

/** 1 / (1 + e^-x), as e^x / (1 + e^x) where x < 0: the exponential never overflows. */
export function sigmoid(x: UOp): UOp {
  const e = exp(negativeMagnitude(x))
  return mul(select(isNegative(x), e, splat(1, x.dtype, shapeOf(x))), reciprocal(addScalar(e, 1)))
}

/** log(1 + e^x) */
export const softplus = (x: UOp): UOp => add(select(isNegative(x), zerosLike(x), x), log(addScalar(exp(negativeMagnitude(x)), 1)))

/** Σ coefficients[i]·x^i */
function polynomial(x: UOp, coefficients: readonly number[]): UOp {
  let sum: UOp | undefined
  for (const c of [...coefficients].reverse()) {
    sum = sum === undefined ? splat(c, x.dtype, shapeOf(x)) : addScalar(mul(sum, x), c)
  }
  return sum ?? zerosLike(x)
}

/** tanh(x)/x in powers of x². */
const TANH_SERIES = [1, -1 / 3, 2 / 15, -17 / 315, 62 / 2835, -1382 / 155925, 21844 / 6081075, -929569 / 638512875, 6404582 / 10854718875]
const SERIES_BELOW = 0.25

/** 2·sigmoid(2x) - 1, which loses its digits near 0; there the series. */
export function tanh(x: UOp): UOp {
  const series = mul(x, polynomial(mul(x, x), x.dtype === dtypes.f64 ? TANH_SERIES : TANH_SERIES.slice(0, 5)))
  const far = addScalar(mulScalar(sigmoid(mulScalar(x, 2)), 2), -1)
  return select(lessThanScalar(mul(x, x), SERIES_BELOW ** 2), series, far)
}

/** erf(x)·√π/(2x) = Σ (-x²)^n / (n!·(2n+1)) */
function erfSeries(terms: number): number[] {
  const series: number[] = []
  let factorial = 1
  for (let n = 0; n < terms; n++) {
    factorial *= Math.max(1, n)
    series.push((n % 2 === 0 ? 1 : -1) / (factorial * (2 * n + 1)))
  }
  return series
}

/**
 * log(erfc(z)·e^(z²)/t) in powers of t = 1/(1 + z/2): a Chebyshev fit (Press et al., Numerical Recipes, 6.2) with a relative
 * error below 1.2e-7.
 */
const ERFC_FIT = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277,
]

/** The error function. Absolute error below 2e-7, and relative to the result where |x| < 1 (in f64 below 1e-9 there). */
export function erf(x: UOp): UOp {
  const square = mul(x, x)
  const near = mul(mulScalar(x, 2 / Math.sqrt(Math.PI)), polynomial(square, erfSeries(12)))
  const z = neg(negativeMagnitude(x))
  const t = reciprocal(addScalar(mulScalar(z, 0.5), 1))
  const tail = mul(t, exp(sub(polynomial(t, ERFC_FIT), mul(z, z))))
  const far = addScalar(neg(tail), 1)
  return select(lessThanScalar(square, 1), near, select(isNegative(x), neg(far), far))
}

export function floor(x: UOp): UOp {
  const t = apply('trunc', x)
  return select(lessThan(x, t), addScalar(t, -1), t)
}

export function ceil(x: UOp): UOp {
  const t = apply('trunc', x)
  return select(lessThan(t, x), addScalar(t, 1), t)
}

/** To the nearest integer, ties to even. */
export function round(x: UOp): UOp {
  const t = apply('trunc', x)
  const rest = sub(x, t)
  const half = mulScalar(t, 0.5)
  const isOdd = combine('ne', half, apply('trunc', half))
  const magnitude = maximum(rest, neg(rest))
  const tie = combine('and', equal(magnitude, splat(0.5, x.dtype, shapeOf(x))), isOdd)
  const away = combine('or', lessThan(splat(0.5, x.dtype, shapeOf(x)), magnitude), tie)
  const step = select(isNegative(x), splat(-1, x.dtype, shapeOf(x)), splat(1, x.dtype, shapeOf(x)))
  return select(away, add(t, step), t)
}

/** x^n for an integer n >= 0, by repeated squaring. Any dtype. */
export function integerPower(x: UOp, n: number): UOp {
  let result: UOp | undefined
  let square = x
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = result === undefined ? square : mul(result, square)
    if (rest > 1) square = mul(square, square)
  }
  return result ?? splat(1, x.dtype, shapeOf(x))
}

/** x^y for floats, as C's pow: NaN for negative x with y no integer, 1 for y = 0. */
export function power(x: UOp, y: UOp): UOp {
  const one = splat(1, x.dtype, shapeOf(x))
  const magnitude = apply('exp2', mul(y, apply('log2', select(isNegative(x), neg(x), x))))
  const half = mulScalar(y, 0.5)
  const isOdd = combine('ne', half, apply('trunc', half))
  const isInteger = equal(y, apply('trunc', y))
  const signed = select(isOdd, neg(magnitude), magnitude)
  const negative = select(isInteger, signed, splat(NaN, x.dtype, shapeOf(x)))
  return select(equal(y, zerosLike(y)), one, select(isNegative(x), negative, magnitude))
}

export const floorDivide = (a: UOp, b: UOp): UOp => (a.dtype.kind === 'float' ? floor(div(a, b)) : combine('floordiv', a, b))
export function floorModulo(a: UOp, b: UOp): UOp {
  if (a.dtype.kind !== 'float') return combine('floormod', a, b)
  const rest = combine('mod', a, b)
  const zero = zerosLike(rest)
  const differ = combine('ne', lessThan(rest, zero), lessThan(b, zero))
  return select(combine('and', differ, combine('ne', rest, zero)), add(rest, b), rest)
}
