import {
  binary, cast, constant, constantOf, dtypes, is, isAlu, isPointer, largestFinite, load, pointer, remake, smallestPositive, store, toposort,
  uop, where,
  type DType, type ScalarName, type UOp,
} from '@petagrad/ir'
import type { Capabilities } from '@petagrad/renderer'

/** What telling a narrow float's bits from f32's takes. */
interface Narrow {
  readonly dtype: DType
  readonly mantissa: number
  readonly bias: number
  /** Magnitude bits of infinity; undefined where there is none. */
  readonly infinity: number | undefined
  /** Magnitude bits of the NaN that is written. */
  readonly nan: number
}

const narrows: readonly Narrow[] = [
  { dtype: dtypes.f8e4m3, mantissa: 3, bias: 7, infinity: undefined, nan: 0x7f },
  { dtype: dtypes.f8e5m2, mantissa: 2, bias: 15, infinity: 0x7c, nan: 0x7f },
  { dtype: dtypes.bf16, mantissa: 7, bias: 127, infinity: 0x7f80, nan: 0x7fc0 },
  { dtype: dtypes.f16, mantissa: 10, bias: 15, infinity: 0x7c00, nan: 0x7e00 },
]

/** A wide float's layout, and the integers that its bits are handled in. */
const wides = {
  f32: { dtype: dtypes.f32, bits: dtypes.u32, mantissa: 23, width: 32 },
  f64: { dtype: dtypes.f64, bits: dtypes.u64, mantissa: 52, width: 64 },
} as const
type Wide = (typeof wides)[keyof typeof wides]

const f32 = (v: number): UOp => constant(v, dtypes.f32)
const u32 = (v: number): UOp => constant(v >>> 0, dtypes.u32)
const and = (a: UOp, b: UOp): UOp => binary('and', a, b)
const or = (a: UOp, b: UOp): UOp => binary('or', a, b)
const lt = (a: UOp, b: UOp): UOp => binary('lt', a, b)
const shl = (x: UOp, n: number): UOp => binary('shl', x, constant(n, x.dtype))
const shr = (x: UOp, n: number): UOp => binary('shr', x, constant(n, x.dtype))
const bitsOf = (x: UOp, dtype: DType): UOp => cast('bitcast', x, dtype)
const fromBits = (x: UOp): UOp => cast('bitcast', x, dtypes.f32)
const F32_INFINITY = 0x7f800000
const storageOf = (n: Narrow): DType => (n.dtype.bits === 8 ? dtypes.u8 : dtypes.u16)

/**
 * Carries the floats narrower than f32 that a target does not declare in f32, which holds every value of theirs. They
 * are integers in memory; results are rounded after each operation, which gives what one rounding of the exact result
 * does: f32 has more than twice their digits. A reduction is carried in f32 and rounded once.
 */
export function carryNarrowFloats(kernel: UOp<'kernel'>, capabilities: Capabilities): UOp {
  const isDeclared = ({ dtype }: Narrow): boolean => capabilities.dtypes[dtype.name as ScalarName] !== undefined // a data type's name
  const carried = new Map(narrows.filter(n => !isDeclared(n)).map(n => [n.dtype, n]))
  const order = toposort(kernel)
  if (!order.some(u => carried.has(u.dtype.scalar))) return kernel
  const done = new Map<UOp, UOp>()
  for (const u of order) {
    const src = u.src.map(s => done.get(s) ?? s)
    done.set(u, carry(u, src, carried))
  }
  return done.get(kernel) ?? kernel
}

function carry(u: UOp, src: readonly UOp[], carried: ReadonlyMap<DType, Narrow>): UOp {
  const narrow = carried.get(u.dtype.scalar)
  const from = u.src.length > 0 ? carried.get(u.src[0].dtype.scalar) : undefined
  if (is(u, 'param') || is(u, 'scratch')) {
    return narrow === undefined ? u : uop(u.op, pointer(storageOf(narrow), u.dtype.space ?? 'global'), [], u.arg)
  }
  if (is(u, 'const')) return narrow === undefined ? u : constant(constantOf(u.arg, u.dtype), dtypes.f32)
  if (isPointer(u.dtype)) return remake(u, src[0].dtype, src)
  if (u.op === 'load') return narrow === undefined ? remake(u, u.dtype, src) : loadNarrow(src, narrow)
  if (u.op === 'store') return from === undefined ? remake(u, u.dtype, src) : store(src[0], encode(src[1], from), src[2])
  if (u.op === 'cast') return castNarrow(u, src[0], from, narrow)
  if (u.op === 'bitcast') return bitcastNarrow(u, src[0], from, narrow)
  if (narrow === undefined) return remake(u, u.dtype, src)
  const result = remake(u, dtypes.f32, src)
  const rounds = is(u, 'reduce') || is(u, 'scan') ? u.arg !== 'max' : isAlu(u.op) && !exactOps.has(u.op)
  return rounds ? round(result, narrow, wides.f32) : result
}

/** Operations whose result is a value of the dtype if the operands are. */
const exactOps: ReadonlySet<string> = new Set(['neg', 'max', 'where', 'trunc', 'mod'])

function loadNarrow([from, alternative, gate]: readonly UOp[], narrow: Narrow): UOp {
  if (gate === undefined) return decode(load(from), narrow)
  const bits = load(from, { gate, alternative: constant(0, storageOf(narrow)) })
  const value = decode(bits, narrow)
  return is(alternative, 'const') && Object.is(alternative.arg, 0) ? value : where(gate, value, alternative)
}

function castNarrow(u: UOp, x: UOp, from: Narrow | undefined, to: Narrow | undefined): UOp {
  if (to === undefined) return from === undefined || u.dtype !== dtypes.f32 ? remake(u, u.dtype, [x]) : x
  const source = from === undefined ? u.src[0].dtype : dtypes.f32
  if (source === dtypes.f64) return round(x, to, wides.f64)
  if (source === dtypes.f32) return round(x, to, wides.f32)
  if (source.bits === 64) return round(cast('cast', toOdd(x, 53), dtypes.f64), to, wides.f64)
  return round(cast('cast', source.bits === 32 ? toOdd(x, 24) : x, dtypes.f32), to, wides.f32)
}

/**
 * An integer with its lowest bits gathered into one, where it has more than `digits` digits: a conversion that is
 * exact from then on keeps what a later rounding must know.
 */
function toOdd(x: UOp, digits: number): UOp {
  const { dtype } = x
  const c = (v: number): UOp => constant(dtype.bits === 64 ? BigInt(v) : v, dtype)
  const dropped = dtype.bits - digits + 1
  const low = and(x, c(2 ** dropped - 1))
  const odd = or(binary('sub', x, low), where(binary('ne', low, c(0)), c(2 ** dropped), c(0)))
  const short = lt(x, c(2 ** digits))
  return where(dtype.kind === 'uint' ? short : and(short, lt(c(-(2 ** digits)), x)), x, odd)
}

function bitcastNarrow(u: UOp, x: UOp, from: Narrow | undefined, to: Narrow | undefined): UOp {
  const bits = from === undefined ? (to === undefined ? x : cast('bitcast', x, storageOf(to))) : encode(x, from)
  return to === undefined ? cast('bitcast', bits, u.dtype) : decode(bits, to)
}

/** The f32 that a pattern stands for. */
function decode(bits: UOp, n: Narrow): UOp {
  const { bits: width } = n.dtype
  const wide = cast('cast', bits, dtypes.u32)
  if (n.bias === 127) return fromBits(shl(wide, 32 - width))
  const magnitude = and(wide, u32(2 ** (width - 1) - 1))
  // Shifted into place, the exponent is off by the difference of the biases; a product puts subnormals right too.
  const value = bitsOf(binary('mul', fromBits(shl(magnitude, 23 - n.mantissa)), f32(2 ** (127 - n.bias))), dtypes.u32)
  const special = lt(u32((n.infinity ?? n.nan) - 1), magnitude)
  const sign = shl(and(wide, u32(2 ** (width - 1))), 32 - width)
  return fromBits(or(where(special, or(value, u32(F32_INFINITY)), value), sign))
}

/** The pattern of an f32 that is a value of the dtype. */
function encode(x: UOp, n: Narrow): UOp {
  const { bits: width } = n.dtype
  const wide = bitsOf(x, dtypes.u32)
  const magnitude = and(wide, u32(0x7fffffff))
  const scaled = n.bias === 127 ? magnitude : bitsOf(binary('mul', fromBits(magnitude), f32(2 ** (n.bias - 127))), dtypes.u32)
  const finite = shr(scaled, 23 - n.mantissa)
  const isInfinite = binary('eq', magnitude, u32(F32_INFINITY))
  const infinite = n.infinity === undefined || n.bias === 127 ? finite : where(isInfinite, u32(n.infinity), finite)
  const any = where(lt(u32(F32_INFINITY), magnitude), u32(n.nan), infinite)
  return cast('cast', or(any, shr(and(wide, u32(0x80000000)), 32 - width)), storageOf(n))
}

/** A wide float rounded to the nearest value of the dtype, ties to even, as f32. */
function round(x: UOp, n: Narrow, wide: Wide): UOp {
  const c = (v: number): UOp => constant(wide.width === 64 ? BigInt(v) : v, wide.bits)
  const float = (v: number): UOp => constant(v, wide.dtype)
  const asFloat = (b: UOp): UOp => cast('bitcast', b, wide.dtype)
  const bits = bitsOf(x, wide.bits)
  const magnitude = and(bits, constant(wide.width === 64 ? 2n ** 63n - 1n : 2 ** 31 - 1, wide.bits))
  const dropped = wide.mantissa - n.mantissa
  // Half of the last digit, less one where that digit is even, carries into it exactly when rounding goes up.
  const carried = binary('add', magnitude, binary('add', c(2 ** (dropped - 1) - 1), and(shr(magnitude, dropped), c(1))))
  const normal = asFloat(shl(shr(carried, dropped), dropped))
  const quantum = smallestPositive(n.dtype)
  // Below the normal range the last digit has a fixed place, that of a large addend's.
  const addend = float(1.5 * 2 ** wide.mantissa * quantum)
  const subnormal = binary('sub', binary('add', asFloat(magnitude), addend), addend)
  const sameRange = n.bias === 127 && wide.width === 32
  const rounded = sameRange ? normal : where(lt(asFloat(magnitude), float(quantum * 2 ** n.mantissa)), subnormal, normal)
  const limit = float(largestFinite(n.dtype))
  const bounded = sameRange ? rounded : where(lt(limit, rounded), n.infinity === undefined ? limit : float(Infinity), rounded)
  const sign = and(bits, constant(wide.width === 64 ? 2n ** 63n : 2 ** 31, wide.bits))
  const result = where(binary('ne', x, x), x, asFloat(or(bitsOf(bounded, wide.bits), sign)))
  return cast('cast', result, dtypes.f32)
}
