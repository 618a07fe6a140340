import { decodeValues, dtypes, encodeValues, integerRange, PetagradError, type ConstValue, type DType } from '@petagrad/ir/graph'
import { defaultFloat } from './promotion.js'

export type TypedArray =
  | Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | BigInt64Array | BigUint64Array
  | Float32Array | Float64Array
/** What a tensor can be made from: a value, arrays of equal lengths in arrays, or a typed array. */
export type TensorData = ConstValue | TypedArray | readonly TensorData[]
/** What `tolist` gives: a value for shape [], else arrays in arrays. */
export type NestedArray = ConstValue | NestedArray[]

type TypedArrayMaker = { new (buffer: ArrayBuffer, offset: number, length: number): TypedArray; readonly BYTES_PER_ELEMENT: number }

/** How values of a dtype lie in a JavaScript array. Small floats have no array of their own: they are read as f32. */
const ARRAYS: ReadonlyMap<DType, TypedArrayMaker> = new Map<DType, TypedArrayMaker>([
  [dtypes.bool, Uint8Array], [dtypes.i8, Int8Array], [dtypes.u8, Uint8Array], [dtypes.i16, Int16Array], [dtypes.u16, Uint16Array],
  [dtypes.i32, Int32Array], [dtypes.u32, Uint32Array], [dtypes.i64, BigInt64Array], [dtypes.u64, BigUint64Array],
  [dtypes.f32, Float32Array], [dtypes.f64, Float64Array],
])

/** Values on the host: their bytes as the device holds them, and as a typed array. */
export interface HostData {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly bytes: Uint8Array
}

const isTypedArray = (x: unknown): x is TypedArray => ArrayBuffer.isView(x) && !(x instanceof DataView)

function dtypeOfArray(data: TypedArray): DType {
  for (const [dtype, maker] of ARRAYS) if (dtype !== dtypes.bool && data.constructor === maker) return dtype
  if (data.constructor.name === 'Uint8ClampedArray' || data instanceof Uint8Array) return dtypes.u8
  throw new PetagradError('INVALID_ARGUMENT', `a ${data.constructor.name} does not say which dtype it holds`, { op: 'from' })
}

function dtypeOfValue(value: ConstValue | undefined): DType {
  switch (typeof value) {
    case 'boolean': return dtypes.bool
    case 'bigint': return dtypes.i64
    default: return defaultFloat
  }
}

/** Takes the values out of nested arrays. Throws SHAPE_MISMATCH for ragged ones. */
function flatten(data: TensorData, shape: number[], depth: number, values: ConstValue[]): void {
  if (isTypedArray(data)) {
    if (shape.length === depth) shape.push(data.length)
    if (shape[depth] !== data.length || shape.length !== depth + 1) throw ragged(shape, depth, data.length)
    for (const v of data) values.push(v)
  } else if (Array.isArray(data)) {
    const list: readonly TensorData[] = data
    if (shape.length === depth && values.length === 0) shape.push(list.length)
    if (shape[depth] !== list.length) throw ragged(shape, depth, list.length)
    for (const item of list) flatten(item, shape, depth + 1, values)
  } else {
    if (shape.length !== depth) throw ragged(shape, depth, 0)
    if (typeof data !== 'number' && typeof data !== 'bigint' && typeof data !== 'boolean') {
      throw new PetagradError('INVALID_DATA', `a tensor holds numbers, bigints or booleans, not ${data === null ? 'null' : typeof data}`, { op: 'from' })
    }
    values.push(data)
  }
}

const ragged = (shape: readonly number[], depth: number, length: number): PetagradError =>
  new PetagradError('SHAPE_MISMATCH', `nested arrays differ in length: ${length} where ${shape[depth] ?? 'a value'} was expected, at depth ${depth}`, { op: 'from' })

/**
 * The bytes of JavaScript data. `dtype` defaults to the typed array's own, else f32 for numbers, i64 for bigints, bool for
 * booleans. Integer dtypes take integers within their range only: INVALID_DATA names the value and its position.
 */
export function toHostData(data: TensorData, wanted?: { readonly dtype?: DType; readonly shape?: readonly number[] }): HostData {
  let values: readonly ConstValue[] | TypedArray
  let shape: readonly number[]
  let dtype = wanted?.dtype
  if (isTypedArray(data)) {
    dtype ??= dtypeOfArray(data)
    values = data
    shape = [data.length]
  } else {
    const flat: ConstValue[] = []
    const inferred: number[] = []
    flatten(data, inferred, 0, flat)
    dtype ??= dtypeOfValue(flat[0])
    values = flat
    shape = inferred
  }
  if (wanted?.shape !== undefined) {
    const count = wanted.shape.reduce((a, b) => a * b, 1)
    if (count !== values.length) {
      throw new PetagradError('SHAPE_MISMATCH', `${values.length} values do not fill shape [${wanted.shape.join(', ')}]`, { op: 'from', shapes: [wanted.shape] })
    }
    shape = wanted.shape
  }
  return { dtype, shape, bytes: toBytes(values, dtype) }
}

function toBytes(values: readonly ConstValue[] | TypedArray, dtype: DType): Uint8Array {
  const maker = ARRAYS.get(dtype)
  if (isTypedArray(values) && maker !== undefined && values.constructor === maker && dtype !== dtypes.bool) {
    return new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice()
  }
  if (dtype.kind === 'int' || dtype.kind === 'uint') checkIntegers(values, dtype)
  if (maker === undefined) return encodeValues(dtype, Array.from<ConstValue>(values).map(Number))
  const bytes = new Uint8Array(values.length * maker.BYTES_PER_ELEMENT)
  const out = new maker(bytes.buffer, 0, values.length)
  if (out instanceof BigInt64Array || out instanceof BigUint64Array) values.forEach((v, i) => { out[i] = BigInt(v) })
  else if (dtype === dtypes.bool) values.forEach((v, i) => { out[i] = v ? 1 : 0 })
  else values.forEach((v, i) => { out[i] = Number(v) })
  return bytes
}

function checkIntegers(values: readonly ConstValue[] | TypedArray, dtype: DType): void {
  const [low, high] = integerRange(dtype)
  values.forEach((v, i) => {
    if (typeof v === 'boolean') return
    if (typeof v === 'number' && !Number.isInteger(v)) {
      throw new PetagradError('INVALID_DATA', `${v} at position ${i} is not an integer`, { op: 'from', dtypes: [dtype.name] })
    }
    if (v < low || v > high) throw new PetagradError('INVALID_DATA', `${v} at position ${i} is outside of ${dtype.name}'s range`, { op: 'from', dtypes: [dtype.name] })
  })
}

/** Bytes of a device as a typed array: f16, bf16 and 8-bit floats widened to Float32Array, bool as 0 and 1. */
export function fromBytes(bytes: Uint8Array, dtype: DType): TypedArray {
  const maker = ARRAYS.get(dtype)
  if (maker === undefined) return Float32Array.from(decodeValues(dtype, bytes), Number)
  const own = bytes.slice()
  return new maker(own.buffer, 0, own.length / maker.BYTES_PER_ELEMENT)
}

/** The same bytes as `fromBytes`, not copied where the alignment allows. */
export function viewBytes(bytes: Uint8Array, dtype: DType): TypedArray {
  const maker = ARRAYS.get(dtype)
  const { buffer, byteOffset } = bytes
  if (maker === undefined || byteOffset % maker.BYTES_PER_ELEMENT !== 0 || !(buffer instanceof ArrayBuffer)) return fromBytes(bytes, dtype)
  return new maker(buffer, byteOffset, bytes.length / maker.BYTES_PER_ELEMENT)
}

/** Values in row-major order as arrays in arrays; booleans for bool. */
export function nest(values: TypedArray, shape: readonly number[], dtype: DType): NestedArray {
  const item = (i: number): ConstValue => (dtype === dtypes.bool ? values[i] !== 0 : values[i])
  const level = (depth: number, from: number, count: number): NestedArray => {
    if (depth === shape.length) return item(from)
    const step = shape[depth] === 0 ? 0 : count / shape[depth]
    return Array.from({ length: shape[depth] }, (_, i) => level(depth + 1, from + i * step, step))
  }
  return level(0, 0, values.length)
}
