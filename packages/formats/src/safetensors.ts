import { PetagradError } from '@petagrad/ir/graph'
import { realizeAll, Tensor } from '@petagrad/tensor'
import { memorySource, openFile, replaceFile, type ByteSource, type ReplaceOptions } from './files.js'
import { headerLength, LENGTH_BYTES, makeHeader, parseHeader, type SafetensorsEntry } from './safetensors-header.js'

/** An open safetensors file: its tensors are read one by one. */
export interface Safetensors {
  /** In the order in which they lie in the file. */
  readonly entries: ReadonlyMap<string, SafetensorsEntry>
  readonly metadata: ReadonlyMap<string, string>
  /** Reads one tensor. INVALID_ARGUMENT for a name that the file does not have. */
  read(name: string, options?: { readonly device?: string }): Promise<Tensor>
  close(): Promise<void>
}

export interface LoadedTensors {
  readonly tensors: Map<string, Tensor>
  readonly metadata: ReadonlyMap<string, string>
}

export interface SafetensorsOptions extends ReplaceOptions {
  readonly metadata?: ReadonlyMap<string, string>
}

/** Opens a path or bytes, and checks all of the header. FILE_INVALID says what is wrong; nothing is allocated before. */
export async function openSafetensors(from: string | Uint8Array): Promise<Safetensors> {
  const source = typeof from === 'string' ? await openFile(from) : memorySource(from)
  try {
    return await read(source)
  } catch (error) {
    await source.close()
    throw error
  }
}

async function read(source: ByteSource): Promise<Safetensors> {
  const first = await source.read(0, Math.min(LENGTH_BYTES, source.size))
  const length = headerLength(source.name, first, source.size)
  const data = LENGTH_BYTES + length
  const { entries, metadata } = parseHeader(source.name, await source.read(LENGTH_BYTES, data), source.size - data)
  const byName = new Map(entries.map(e => [e.name, e]))
  return {
    entries: byName,
    metadata,
    read: async (name, options) => {
      const e = byName.get(name)
      if (e === undefined) {
        throw new PetagradError('INVALID_ARGUMENT', `${source.name} has no tensor ${JSON.stringify(name)}`, { hint: `It has ${[...byName.keys()].slice(0, 8).join(', ')}${byName.size > 8 ? ', …' : ''}.` })
      }
      return Tensor.fromBytes(await source.read(data + e.start, data + e.end), e.dtype, e.shape, options)
    },
    close: () => source.close(),
  }
}

/** All tensors of a path or of bytes. */
export async function loadSafetensors(from: string | Uint8Array, options?: { readonly device?: string }): Promise<LoadedTensors> {
  const file = await openSafetensors(from)
  try {
    const tensors = new Map<string, Tensor>()
    for (const name of file.entries.keys()) tensors.set(name, await file.read(name, options))
    return { tensors, metadata: file.metadata }
  } finally {
    await file.close()
  }
}

/** Writes tensors to a path, as a whole or not at all. Computes what has not been computed. */
export async function saveSafetensors(path: string, tensors: ReadonlyMap<string, Tensor>, options: SafetensorsOptions = {}): Promise<void> {
  await replaceFile(path, await serialize(tensors, options.metadata), options)
}

/** The bytes of a safetensors file. */
export async function encodeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  options: Pick<SafetensorsOptions, 'metadata'> = {},
): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const part of await serialize(tensors, options.metadata)) parts.push(part)
  const whole = new Uint8Array(parts.reduce((n, p) => n + p.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

type Metadata = ReadonlyMap<string, string>

async function serialize(tensors: ReadonlyMap<string, Tensor>, metadata: Metadata = new Map()): Promise<AsyncIterable<Uint8Array>> {
  const list = [...tensors].map(([name, t]) => ({ name, dtype: t.dtype, shape: t.shape }))
  const header = makeHeader(list, metadata)
  await realizeAll(...tensors.values())
  return (async function* () {
    yield header.bytes
    for (const { name } of header.entries) yield (await tensors.get(name)?.bytes()) ?? new Uint8Array(0)
  })()
}
