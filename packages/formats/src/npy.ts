import { dtypes, PetagradError, type DType } from '@petagrad/ir/graph'
import { Tensor } from '@petagrad/tensor'
import { memorySource, openFile, replaceFile, type ByteSource, type ReplaceOptions } from './files.js'

/*
 * npy, NumPy's own format (NEP 1): a magic string, a version, the length of a header, and the header: a Python literal
 * such as {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }. Only this form of literal is read.
 */

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] // \x93NUMPY
const LARGEST_HEADER = 1 << 20
const ALIGNMENT = 64

const DTYPES: ReadonlyMap<string, DType> = new Map([
  ['b1', dtypes.bool], ['i1', dtypes.i8], ['u1', dtypes.u8], ['i2', dtypes.i16], ['u2', dtypes.u16], ['i4', dtypes.i32], ['u4', dtypes.u32],
  ['i8', dtypes.i64], ['u8', dtypes.u64], ['f2', dtypes.f16], ['f4', dtypes.f32], ['f8', dtypes.f64],
])
const NAMES: ReadonlyMap<DType, string> = new Map([...DTYPES].map(([name, dtype]) => [dtype, name]))

const invalid = (file: string, problem: string): PetagradError => new PetagradError('FILE_INVALID', `${file} is not a valid npy file: ${problem}`)

interface NpyHeader {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly fortranOrder: boolean
  /** Where the values begin. */
  readonly data: number
}

/** Reads the array of a path or of bytes. FILE_INVALID says what is wrong; nothing is allocated before the header is checked. */
export async function loadNpy(from: string | Uint8Array, options?: { readonly device?: string }): Promise<Tensor> {
  const source = typeof from === 'string' ? await openFile(from) : memorySource(from)
  try {
    const { dtype, shape, fortranOrder, data } = await readHeader(source)
    const bytes = await source.read(data, source.size)
    if (!fortranOrder) return Tensor.fromBytes(bytes, dtype, shape, options)
    const reversed = shape.map((_, i) => shape.length - 1 - i)
    return Tensor.fromBytes(bytes, dtype, [...shape].reverse(), options).permute(reversed)
  } finally {
    await source.close()
  }
}

async function readHeader(source: ByteSource): Promise<NpyHeader> {
  const { name, size } = source
  const start = await source.read(0, Math.min(12, size))
  if (start.length < 10 || MAGIC.some((byte, i) => start[i] !== byte)) throw invalid(name, 'it does not begin as one')
  const version = start[6]
  if (version < 1 || version > 3) throw invalid(name, `its version is ${version}`)
  const from = version === 1 ? 10 : 12
  if (start.length < from) throw invalid(name, 'its header is cut short')
  const view = new DataView(start.buffer, start.byteOffset, start.length)
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true)
  if (length > size - from) throw invalid(name, `its header claims ${length} bytes, but the file has ${size}`)
  if (length > LARGEST_HEADER) throw invalid(name, `its header of ${length} bytes is too long`)
  const text = new TextDecoder('latin1').decode(await source.read(from, from + length))
  return parseHeader(name, text, from + length, size)
}

function parseHeader(file: string, text: string, data: number, size: number): NpyHeader {
  if (!/^\{.*\}\s*$/s.test(text)) throw invalid(file, 'its header is not a dictionary')
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1]
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1]
  const tuple = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(text)?.[1]
  if (descr === undefined || order === undefined || tuple === undefined) throw invalid(file, 'its header lacks descr, fortran_order or shape')
  if (descr.startsWith('>')) throw invalid(file, `its values are big-endian (${descr})`)
  const dtype = DTYPES.get(descr.slice(1))
  if (dtype === undefined || !/^[<|=]/.test(descr)) throw invalid(file, `it holds ${descr}, which no dtype is`)
  const shape = tuple.split(',').map(d => d.trim()).filter(d => d !== '').map(Number)
  const elements = shape.includes(0) ? 0 : shape.reduce((n, d) => n * d, 1)
  const bytes = elements * (dtype.bits / 8)
  if (!shape.every(Number.isSafeInteger) || !Number.isSafeInteger(bytes)) throw invalid(file, `shape [${shape.join(', ')}] is too large`)
  if (bytes !== size - data) throw invalid(file, `${descr} of shape [${shape.join(', ')}] needs ${bytes} bytes, but ${size - data} follow the header`)
  return { dtype, shape, fortranOrder: order === 'True', data }
}

/** Writes a tensor to a path, as a whole or not at all. Computes it if it has not been. */
export async function saveNpy(path: string, tensor: Tensor, options: ReplaceOptions = {}): Promise<void> {
  const bytes = await encodeNpy(tensor)
  await replaceFile(path, (async function* () { yield bytes })(), options)
}

/** The bytes of an npy file. DTYPE_MISMATCH for dtypes that NumPy does not have. */
export async function encodeNpy(tensor: Tensor): Promise<Uint8Array> {
  const name = NAMES.get(tensor.dtype)
  if (name === undefined) throw new PetagradError('DTYPE_MISMATCH', 'NumPy has no such dtype', { op: 'npy', dtypes: [tensor.dtype.name], hint: 'Cast it to f32.' })
  const { shape } = tensor
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`
  const header = `{'descr': '${tensor.dtype.bits === 8 ? '|' : '<'}${name}', 'fortran_order': False, 'shape': ${tuple}, }`
  const length = Math.ceil((MAGIC.length + 4 + header.length + 1) / ALIGNMENT) * ALIGNMENT
  const data = await tensor.bytes()
  const bytes = new Uint8Array(length + data.length)
  bytes.set(MAGIC)
  bytes.set([1, 0], MAGIC.length)
  new DataView(bytes.buffer).setUint16(8, length - 10, true)
  bytes.set(new TextEncoder().encode(`${header.padEnd(length - 11)}\n`), 10)
  bytes.set(data, length)
  return bytes
}
