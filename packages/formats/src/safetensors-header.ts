import { dtypes, PetagradError, type DType } from '@petagrad/ir/graph'
import { duplicateKey } from './json-keys.js'

/*
 * safetensors: eight bytes of little-endian header length, a JSON header, then the tensors' bytes with no gap between
 * them. Everything that the header says is checked against the file's length before anything is allocated for it.
 */

/** Where a tensor lies in the data that follows the header. Bytes, end exclusive. */
export interface SafetensorsEntry {
  readonly name: string
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly start: number
  readonly end: number
}

export interface SafetensorsHeader {
  /** By place in the file. */
  readonly entries: readonly SafetensorsEntry[]
  readonly metadata: ReadonlyMap<string, string>
}

/** Bytes before the JSON. */
export const LENGTH_BYTES = 8
/** The format's own limit on the JSON. */
const LARGEST_HEADER = 100_000_000
const METADATA = '__metadata__'

const DTYPES: ReadonlyMap<string, DType> = new Map([
  ['BOOL', dtypes.bool], ['I8', dtypes.i8], ['U8', dtypes.u8], ['I16', dtypes.i16], ['U16', dtypes.u16], ['I32', dtypes.i32], ['U32', dtypes.u32],
  ['I64', dtypes.i64], ['U64', dtypes.u64], ['F8_E4M3', dtypes.f8e4m3], ['F8_E5M2', dtypes.f8e5m2], ['BF16', dtypes.bf16], ['F16', dtypes.f16],
  ['F32', dtypes.f32], ['F64', dtypes.f64],
])
const NAMES: ReadonlyMap<DType, string> = new Map([...DTYPES].map(([name, dtype]) => [dtype, name]))

/** FILE_INVALID, naming the file and what is wrong with it. */
export const invalid = (file: string, problem: string, cause?: unknown): PetagradError =>
  new PetagradError('FILE_INVALID', `${file} is not a valid safetensors file: ${problem}`, { cause })

/** The length of the JSON header, from the first bytes of a file of `fileSize` bytes. */
export function headerLength(file: string, first: Uint8Array, fileSize: number): number {
  if (first.length < LENGTH_BYTES) throw invalid(file, `it has ${fileSize} bytes, fewer than the ${LENGTH_BYTES} of the header's length`)
  const claimed = new DataView(first.buffer, first.byteOffset, LENGTH_BYTES).getBigUint64(0, true)
  if (claimed > BigInt(fileSize - LENGTH_BYTES)) throw invalid(file, `its header claims ${claimed} bytes, but the file has ${fileSize}`)
  if (claimed > BigInt(LARGEST_HEADER)) throw invalid(file, `its header of ${claimed} bytes is longer than the format's limit of ${LARGEST_HEADER}`)
  if (claimed < 2n) throw invalid(file, `its header of ${claimed} bytes is too short for JSON`)
  return Number(claimed)
}

/** Reads and checks the header of a file with `dataSize` bytes of tensors. */
export function parseHeader(file: string, json: Uint8Array, dataSize: number): SafetensorsHeader {
  const root = parseJson(file, json)
  const metadata = new Map<string, string>()
  const entries: SafetensorsEntry[] = []
  for (const [name, value] of Object.entries(root)) {
    if (name !== METADATA) entries.push(entryOf(file, name, value, dataSize))
    else {
      if (!isObject(value)) throw invalid(file, `${METADATA} is not an object`)
      for (const [key, text] of Object.entries(value)) {
        if (typeof text !== 'string') throw invalid(file, `${METADATA} holds no string under ${JSON.stringify(key)}`)
        metadata.set(key, text)
      }
    }
  }
  entries.sort((a, b) => a.start - b.start || a.end - b.end)
  let at = 0
  let before: SafetensorsEntry | undefined
  for (const e of entries) {
    if (e.start < at) throw invalid(file, `tensors ${JSON.stringify(before?.name)} and ${JSON.stringify(e.name)} overlap`)
    if (e.start > at) throw invalid(file, `bytes ${at} to ${e.start} belong to no tensor`)
    at = e.end
    before = e
  }
  if (at !== dataSize) throw invalid(file, `bytes ${at} to ${dataSize} belong to no tensor`)
  return { entries, metadata }
}

function parseJson(file: string, json: Uint8Array): Readonly<Record<string, unknown>> {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(json)
  } catch (cause) {
    throw invalid(file, 'its header is not UTF-8', cause)
  }
  let root: unknown
  try {
    root = JSON.parse(text)
  } catch (cause) {
    throw invalid(file, `its header is not JSON (${cause instanceof Error ? cause.message : String(cause)})`, cause)
  }
  if (!isObject(root)) throw invalid(file, 'its header is not a JSON object')
  const twice = duplicateKey(text)
  if (twice !== undefined) throw invalid(file, `its header has ${JSON.stringify(twice)} twice`)
  return root
}

function entryOf(file: string, name: string, value: unknown, dataSize: number): SafetensorsEntry {
  const wrong = (problem: string): PetagradError => invalid(file, `tensor ${JSON.stringify(name)} ${problem}`)
  if (!isObject(value)) throw wrong('is not described by an object')
  const { dtype: dtypeName, shape, data_offsets: offsets } = value
  if (typeof dtypeName !== 'string') throw wrong('has no dtype')
  const dtype = DTYPES.get(dtypeName)
  if (dtype === undefined) throw wrong(`has unknown dtype ${JSON.stringify(dtypeName)}`)
  if (!isSizes(shape)) throw wrong('has no shape of whole numbers')
  if (!isSizes(offsets) || offsets.length !== 2) throw wrong('has no pair of offsets')
  const [start, end] = offsets
  if (start > end) throw wrong(`ends at ${end}, before it starts at ${start}`)
  if (end > dataSize) throw wrong(`ends at byte ${end} of ${dataSize}`)
  // A zero makes any product zero: it must not hide a dimension that is too large.
  const elements = shape.includes(0) ? 0 : shape.reduce((n, d) => (n > Number.MAX_SAFE_INTEGER ? n : n * d), 1)
  const bytes = elements * (dtype.bits / 8)
  if (!Number.isSafeInteger(bytes)) throw wrong(`has too many elements in shape [${shape.join(', ')}]`)
  if (bytes !== end - start) throw wrong(`needs ${bytes} bytes for ${dtypeName} of shape [${shape.join(', ')}], but has ${end - start}`)
  return { name, dtype, shape, start, end }
}

const isObject = (x: unknown): x is Readonly<Record<string, unknown>> => typeof x === 'object' && x !== null && !Array.isArray(x)
const isSizes = (x: unknown): x is readonly number[] =>
  Array.isArray(x) && x.every(d => Number.isSafeInteger(d) && !Object.is(d, -0) && d >= 0)

/** The first bytes of a file with these tensors, and where each goes. Wide dtypes come first, so that all are aligned. */
export function makeHeader(
  tensors: readonly { readonly name: string; readonly dtype: DType; readonly shape: readonly number[] }[],
  metadata: ReadonlyMap<string, string>,
): { readonly bytes: Uint8Array; readonly entries: readonly SafetensorsEntry[]; readonly dataSize: number } {
  const root = new Map<string, unknown>()
  if (metadata.size > 0) root.set(METADATA, Object.fromEntries(metadata))
  const entries: SafetensorsEntry[] = []
  let at = 0
  for (const t of [...tensors].sort((a, b) => b.dtype.bits - a.dtype.bits || (a.name < b.name ? -1 : 1))) {
    const dtype = NAMES.get(t.dtype)
    if (t.name === METADATA || root.has(t.name)) throw new PetagradError('INVALID_ARGUMENT', `a tensor cannot be named ${JSON.stringify(t.name)}`, { op: 'safetensors' })
    if (dtype === undefined) throw new PetagradError('DTYPE_MISMATCH', 'safetensors has no such dtype', { op: 'safetensors', dtypes: [t.dtype.name] })
    const end = at + t.shape.reduce((a, b) => a * b, 1) * (t.dtype.bits / 8)
    root.set(t.name, { dtype, shape: t.shape, data_offsets: [at, end] })
    entries.push({ name: t.name, dtype: t.dtype, shape: t.shape, start: at, end })
    at = end
  }
  const fields = [...root].map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
  const json = new TextEncoder().encode(`{${fields.join(',')}}`)
  const padded = Math.ceil(json.length / 8) * 8
  const bytes = new Uint8Array(LENGTH_BYTES + padded).fill(0x20)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true)
  bytes.set(json, LENGTH_BYTES)
  return { bytes, entries, dataSize: at }
}
