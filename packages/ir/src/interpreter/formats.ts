import { dtypes, type DType } from '../dtype.js'
import { PetagradError } from '../errors.js'
import type { ConstValue } from '../op.js'

/**
 * The layout of a binary floating-point format: sign, `exponent` bits, `mantissa` bits. `infinities` is false where the
 * top exponent holds numbers too and only the all-ones pattern is NaN (f8e4m3).
 */
interface FloatFormat {
  readonly exponent: number
  readonly mantissa: number
  readonly infinities: boolean
}

/** f8e4m3 and f8e5m2 as in "FP8 Formats for Deep Learning" (Micikevicius et al., 2022); the others as in IEEE 754. */
const formats = new Map<DType, FloatFormat>([
  [dtypes.f8e4m3, { exponent: 4, mantissa: 3, infinities: false }],
  [dtypes.f8e5m2, { exponent: 5, mantissa: 2, infinities: true }],
  [dtypes.bf16, { exponent: 8, mantissa: 7, infinities: true }],
  [dtypes.f16, { exponent: 5, mantissa: 10, infinities: true }],
  [dtypes.f32, { exponent: 8, mantissa: 23, infinities: true }],
  [dtypes.f64, { exponent: 11, mantissa: 52, infinities: true }],
])

export function floatFormat(dtype: DType): FloatFormat {
  const format = formats.get(dtype.scalar)
  if (format === undefined) throw new PetagradError('DTYPE_MISMATCH', `${dtype.name} is not a floating-point type`)
  return format
}

const bias = (f: FloatFormat): number => 2 ** (f.exponent - 1) - 1

/** The largest finite value of a float dtype. */
export function largestFinite(dtype: DType): number {
  const f = floatFormat(dtype)
  const top = 2 ** f.exponent - 1 - bias(f)
  return f.infinities ? (2 - 2 ** -f.mantissa) * 2 ** (top - 1) : (2 - 2 ** (1 - f.mantissa)) * 2 ** top
}

/** The smallest positive (subnormal) value of a float dtype. */
export function smallestPositive(dtype: DType): number {
  const f = floatFormat(dtype)
  return 2 ** (1 - bias(f) - f.mantissa)
}

/** The distance from 1 to the next larger value of a float dtype. */
export const epsilon = (dtype: DType): number => 2 ** -floatFormat(dtype).mantissa

/** The exponent e with 2^e <= |x| < 2^(e+1), for finite x other than 0. */
function exponentOf(x: number): number {
  const magnitude = Math.abs(x)
  let e = Math.floor(Math.log2(magnitude))
  // log2 rounds: next to a power of two it can be off by one.
  if (2 ** e > magnitude) e--
  else if (e < 1023 && 2 ** (e + 1) <= magnitude) e++
  return e
}

/** x rounded to the nearest integer, ties to even. */
export function roundHalfEven(x: number): number {
  const down = Math.floor(x)
  const rest = x - down
  if (rest !== 0.5) return rest < 0.5 ? down : down + 1
  return down % 2 === 0 ? down : down + 1
}

/**
 * A number rounded once to a float dtype: to nearest, ties to even; overflow is infinity, or for f8e4m3, which has
 * none, its largest finite value. Other dtypes are returned as they are.
 */
export function roundTo(dtype: DType, x: number): number {
  const d = dtype.scalar
  if (d === dtypes.f32) return Math.fround(x)
  if (d.kind !== 'float' || d === dtypes.f64 || x === 0 || Number.isNaN(x)) return x
  const f = floatFormat(d)
  const limit = largestFinite(d)
  const overflow = f.infinities ? Infinity : limit
  if (!Number.isFinite(x)) return x > 0 ? overflow : -overflow
  const quantum = 2 ** (Math.max(exponentOf(x), 1 - bias(f)) - f.mantissa)
  const magnitude = roundHalfEven(Math.abs(x) / quantum) * quantum
  return (x < 0 ? -1 : 1) * (magnitude > limit ? overflow : magnitude)
}

/** A bigint rounded once to a float dtype. Going through double would round twice. */
export function roundBigInt(dtype: DType, x: bigint): number {
  if (dtype.scalar === dtypes.f64) return Number(x)
  const magnitude = x < 0n ? -x : x
  const excess = magnitude.toString(2).length - 52
  if (excess <= 0) return roundTo(dtype, Number(x))
  // Round to odd in 52 bits keeps what the final rounding needs to know of the dropped bits.
  const shift = BigInt(excess)
  const kept = magnitude >> shift
  const odd = kept << shift === magnitude ? kept : kept | 1n
  return roundTo(dtype, Number(odd) * 2 ** excess * (x < 0n ? -1 : 1))
}

const scratch = new DataView(new ArrayBuffer(8))

/** The bit pattern of a value, unsigned: a number up to 32 bits, a bigint for 64. NaN is the quiet one. */
export function toBits(dtype: DType, value: ConstValue): number | bigint {
  const d = dtype.scalar
  switch (d.kind) {
    case 'bool': return value ? 1 : 0
    case 'int': case 'uint':
      if (d.bits === 64) return BigInt.asUintN(64, BigInt(value))
      return d.bits === 32 ? Number(value) >>> 0 : Number(value) & (2 ** d.bits - 1)
    case 'float': return floatToBits(d, Number(value))
    default: throw new PetagradError('DTYPE_MISMATCH', `${d.name} has no bit pattern`)
  }
}

function floatToBits(d: DType, value: number): number | bigint {
  if (d === dtypes.f64) {
    scratch.setFloat64(0, value)
    return scratch.getBigUint64(0)
  }
  if (d === dtypes.f32) {
    scratch.setFloat32(0, value)
    return scratch.getUint32(0)
  }
  const f = floatFormat(d)
  const x = roundTo(d, value)
  const top = 2 ** f.exponent - 1
  const shift = 2 ** f.mantissa
  const sign = x < 0 || Object.is(x, -0) ? shift * 2 ** f.exponent : 0
  if (Number.isNaN(x)) return d === dtypes.f16 || d === dtypes.bf16 ? top * shift + shift / 2 : top * shift + shift - 1
  if (!Number.isFinite(x)) return sign + top * shift
  const magnitude = Math.abs(x)
  if (magnitude === 0) return sign
  const exponent = Math.max(exponentOf(magnitude), 1 - bias(f))
  const units = magnitude / 2 ** (exponent - f.mantissa)
  // Subnormals have units below `shift`, and their biased exponent is 0: both cases are one sum.
  return sign + (exponent + bias(f) - 1) * shift + units
}

/** The value of a bit pattern; bits above the dtype's width are ignored. */
export function fromBits(dtype: DType, bits: number | bigint): ConstValue {
  const d = dtype.scalar
  if (d.kind === 'index' || d.kind === 'void') throw new PetagradError('DTYPE_MISMATCH', `${d.name} has no bit pattern`)
  if (d.bits === 64) {
    const wide = BigInt.asUintN(64, BigInt(bits))
    if (d.kind === 'uint') return wide
    if (d.kind === 'int') return BigInt.asIntN(64, wide)
    scratch.setBigUint64(0, wide)
    return scratch.getFloat64(0)
  }
  const raw = Number(BigInt.asUintN(d.bits, BigInt(bits)))
  switch (d.kind) {
    case 'bool': return raw !== 0
    case 'uint': return raw
    case 'int': return raw >= 2 ** (d.bits - 1) ? raw - 2 ** d.bits : raw
    case 'float': return floatFromBits(d, raw)
  }
}

function floatFromBits(d: DType, raw: number): number {
  if (d === dtypes.f32) {
    scratch.setUint32(0, raw)
    return scratch.getFloat32(0)
  }
  const f = floatFormat(d)
  const shift = 2 ** f.mantissa
  const top = 2 ** f.exponent - 1
  const sign = raw >= shift * 2 ** f.exponent ? -1 : 1
  const exponent = Math.floor(raw / shift) & top
  const mantissa = raw % shift
  if (exponent === top && (f.infinities || mantissa === shift - 1)) {
    return f.infinities && mantissa === 0 ? sign * Infinity : NaN
  }
  if (exponent === 0) return sign * mantissa * 2 ** (1 - bias(f) - f.mantissa)
  return sign * (shift + mantissa) * 2 ** (exponent - bias(f) - f.mantissa)
}
