import { dtypes, type DType } from '../dtype.js'
import { PetagradError } from '../errors.js'
import type { AluOp, ConstValue, ReduceAlu } from '../op.js'
import { fromBits, largestFinite, roundBigInt, roundTo, toBits } from './formats.js'

/**
 * One ALU operation on scalars, exactly as `op.ts` defines it; every other evaluation in the project must agree.
 * `dtype` is the result's type and `argDTypes` the operands' (vectors count as their element). Operands must be values
 * that their dtype holds. Float operations are computed in double and rounded once to the dtype; in f32 and below that
 * is the correctly rounded result for + - * / and sqrt.
 *
 * Errors: DTYPE_MISMATCH where the op does not exist on the dtype.
 */
export function evalAlu(op: AluOp, dtype: DType, args: readonly ConstValue[], argDTypes: readonly DType[]): ConstValue {
  const result = dtype.scalar
  const operand = argDTypes[0].scalar
  switch (op) {
    case 'where': return args[0] ? args[1] : args[2]
    case 'cast': return castValue(args[0], operand, result)
    case 'bitcast':
      if (operand.bits !== result.bits) throw unknownOp(op, operand, result)
      return fromBits(result, toBits(operand, args[0]))
    // Operands of one dtype have one JavaScript type, and its own comparisons are those of the dtype.
    case 'lt': return args[0] < args[1]
    case 'eq': return args[0] === args[1]
    case 'ne': return args[0] !== args[1]
  }
  switch (result.kind) {
    case 'bool': return boolAlu(op, Boolean(args[0]), Boolean(args[1]))
    case 'float': return roundTo(result, floatAlu(op, result, Number(args[0]), Number(args[1]), Number(args[2])))
    case 'index': return indexAlu(op, Number(args[0]), Number(args[1]), Number(args[2])) + 0 // no -0 among integers
    case 'int': case 'uint':
      if (result.bits === 64) return wrap(result, wideAlu(op, result, args.map(BigInt)))
      return wrap(result, narrowAlu(op, result, Number(args[0]), Number(args[1]), Number(args[2])))
    case 'void': throw unknownOp(op, result)
  }
}

const unknownOp = (op: AluOp, ...types: DType[]): PetagradError =>
  new PetagradError('DTYPE_MISMATCH', 'the operation does not exist on this dtype', { op, dtypes: types.map(d => d.name) })

/** The integer modulo 2^bits, in the dtype's range. `index` is unbounded. */
export function wrap(dtype: DType, x: number | bigint): ConstValue {
  const d = dtype.scalar
  if (d.bits === 64) return d.kind === 'int' ? BigInt.asIntN(64, BigInt(x)) : BigInt.asUintN(64, BigInt(x))
  if (d.kind === 'index') return Number(x)
  const low = typeof x === 'bigint' || Math.abs(x) > Number.MAX_SAFE_INTEGER ? Number(BigInt.asUintN(d.bits, BigInt(x))) : x
  const unused = 32 - d.bits
  return d.kind === 'int' ? (low << unused) >> unused : (low << unused) >>> unused
}

/** The inclusive range of an integer dtype. */
export function integerRange(dtype: DType): readonly [number | bigint, number | bigint] {
  const d = dtype.scalar
  if (d.bits === 64) return d.kind === 'int' ? [-(2n ** 63n), 2n ** 63n - 1n] : [0n, 2n ** 64n - 1n]
  return d.kind === 'int' ? [-(2 ** (d.bits - 1)), 2 ** (d.bits - 1) - 1] : [0, 2 ** d.bits - 1]
}

/** What a reduction starts from: 0 for add, 1 for mul, the lowest value (minus infinity where there is one) for max. */
export function reduceIdentity(alu: ReduceAlu, dtype: DType): ConstValue {
  const d = dtype.scalar
  if (alu !== 'max') return castValue(alu === 'mul', dtypes.bool, d)
  switch (d.kind) {
    case 'bool': return false
    case 'float': return d === dtypes.f8e4m3 ? -largestFinite(d) : -Infinity
    case 'index': return -Infinity
    default: return integerRange(d)[0]
  }
}

function castValue(x: ConstValue, from: DType, to: DType): ConstValue {
  switch (to.kind) {
    case 'bool': return typeof x === 'boolean' ? x : typeof x === 'bigint' ? x !== 0n : x !== 0
    case 'float': return typeof x === 'bigint' ? roundBigInt(to, x) : roundTo(to, Number(x))
    case 'int': case 'uint': return from.kind === 'float' ? saturate(Number(x), to) : wrap(to, typeof x === 'boolean' ? Number(x) : x)
    case 'index': return from.kind === 'float' && Number.isNaN(x) ? 0 : Math.trunc(Number(x)) + 0
    case 'void': throw unknownOp('cast', from, to)
  }
}

function saturate(x: number, to: DType): ConstValue {
  const wide = to.bits === 64
  if (Number.isNaN(x)) return wide ? 0n : 0
  const [low, high] = integerRange(to)
  if (x <= low) return low
  if (x >= high) return high
  return wide ? BigInt(Math.trunc(x)) : Math.trunc(x) + 0
}

function boolAlu(op: AluOp, a: boolean, b: boolean): boolean {
  switch (op) {
    case 'and': return a && b
    case 'or': case 'max': return a || b
    case 'xor': return a !== b
    default: throw unknownOp(op, dtypes.bool)
  }
}

function floatAlu(op: AluOp, dtype: DType, a: number, b: number, c: number): number {
  switch (op) {
    case 'neg': return -a
    case 'reciprocal': return 1 / a
    case 'exp2': return 2 ** a
    case 'log2': return Math.log2(a)
    case 'sin': return Math.sin(a)
    case 'sqrt': return Math.sqrt(a)
    case 'trunc': return Math.trunc(a)
    case 'add': return a + b
    case 'sub': return a - b
    case 'mul': return a * b
    case 'div': return a / b
    case 'mod': return a % b
    case 'max': return Math.max(a, b)
    case 'mulacc': return a * b + c
    default: throw unknownOp(op, dtype)
  }
}

function indexAlu(op: AluOp, a: number, b: number, c: number): number {
  switch (op) {
    case 'neg': return -a
    case 'trunc': return a
    case 'add': return a + b
    case 'sub': return a - b
    case 'mul': return a * b
    case 'mulacc': return a * b + c
    case 'div': return b === 0 ? 0 : (a - (a % b)) / b
    case 'mod': return b === 0 ? 0 : a % b
    case 'floordiv': return b === 0 ? 0 : (a - (((a % b) + b) % b)) / b
    case 'floormod': return b === 0 ? 0 : ((a % b) + b) % b
    case 'max': return Math.max(a, b)
    case 'shl': return a * 2 ** b
    case 'shr': return Math.floor(a / 2 ** b)
    case 'and': return Number(BigInt(a) & BigInt(b))
    case 'or': return Number(BigInt(a) | BigInt(b))
    case 'xor': return Number(BigInt(a) ^ BigInt(b))
    default: throw unknownOp(op, dtypes.index)
  }
}

/** Integers of at most 32 bits, before wrapping. */
function narrowAlu(op: AluOp, dtype: DType, a: number, b: number, c: number): number {
  switch (op) {
    case 'mul': return Math.imul(a, b)
    case 'mulacc': return Math.imul(a, b) + c
    case 'shl': return a << (b & (dtype.bits - 1))
    case 'shr': return dtype.kind === 'int' ? a >> (b & (dtype.bits - 1)) : a >>> (b & (dtype.bits - 1))
    case 'and': return a & b
    case 'or': return a | b
    case 'xor': return a ^ b
    case 'neg': case 'trunc': case 'add': case 'sub': case 'div': case 'mod': case 'floordiv': case 'floormod': case 'max':
      return indexAlu(op, a, b, c)
    default: throw unknownOp(op, dtype)
  }
}

/** 64-bit integers, before wrapping. */
function wideAlu(op: AluOp, dtype: DType, [a, b, c]: readonly bigint[]): bigint {
  switch (op) {
    case 'neg': return -a
    case 'trunc': return a
    case 'add': return a + b
    case 'sub': return a - b
    case 'mul': return a * b
    case 'mulacc': return a * b + c
    case 'div': return b === 0n ? 0n : a / b
    case 'mod': return b === 0n ? 0n : a % b
    case 'floordiv': return b === 0n ? 0n : (a - (((a % b) + b) % b)) / b
    case 'floormod': return b === 0n ? 0n : ((a % b) + b) % b
    case 'max': return a > b ? a : b
    case 'shl': return a << (b & 63n)
    case 'shr': return a >> (b & 63n)
    case 'and': return a & b
    case 'or': return a | b
    case 'xor': return a ^ b
    default: throw unknownOp(op, dtype)
  }
}

/** A constant's argument as the value that its dtype holds: rounded, wrapped, of the right JavaScript type. */
export const constantOf = (value: ConstValue, dtype: DType): ConstValue => castValue(value, dtypes.i64, dtype.scalar)

/** Zero, as pad and shear fill with. */
export const zeroOf = (dtype: DType): ConstValue => constantOf(0, dtype)
