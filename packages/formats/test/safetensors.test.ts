import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dataTypes, dtypes, PetagradError } from '@petagrad/ir'
import { Tensor } from '@petagrad/tensor'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { useInterpreter } from '../../tensor/test/interpreted.js'
import { encodeSafetensors, loadSafetensors, openSafetensors, saveSafetensors } from '../src/index.js'

const directory = mkdtempSync(join(tmpdir(), 'petagrad-formats-'))
beforeAll(() => void useInterpreter())
afterAll(() => rmSync(directory, { recursive: true }))

/** A file with this header and `data` bytes of tensors, put together by hand. */
function file(header: unknown, data = 0, claimed?: bigint): Uint8Array {
  const json = typeof header === 'string' ? header : JSON.stringify(header)
  const text = new TextEncoder().encode(json)
  const bytes = new Uint8Array(8 + text.length + data)
  new DataView(bytes.buffer).setBigUint64(0, claimed ?? BigInt(text.length), true)
  bytes.set(text, 8)
  return bytes
}

const f32 = (shape: readonly unknown[], start: unknown, end: unknown): unknown => ({ dtype: 'F32', shape, data_offsets: [start, end] })

const malformed: readonly (readonly [string, Uint8Array, RegExp])[] = [
  ['no bytes', new Uint8Array(0), /0 bytes, fewer than/],
  ['seven bytes', new Uint8Array(7), /7 bytes, fewer than/],
  ['a header of no bytes', file('', 0), /too short/],
  ['a header beyond the file', file('{}', 0, 3n), /claims 3 bytes, but the file has 10/],
  ['a header of 2^60 bytes', file('{}', 0, 2n ** 60n), /claims 1152921504606846976/],
  ['a header of 2^64 - 1 bytes', file('{}', 0, 2n ** 64n - 1n), /claims 18446744073709551615/],
  ['a header cut short', file('{"a":{"dtype":"F32"', 0), /not JSON/],
  ['a header with more after it', file('{}}', 0), /not JSON/],
  ['a header that is a list', file('[]'), /not a JSON object/],
  ['a header that is null', file('null'), /not a JSON object/],
  ['a header that is a number', file('12'), /not a JSON object/],
  ['a header that is not UTF-8', Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe), /not UTF-8/],
  ['a byte order mark', file('\ufeff{}'), /not JSON/],
  ['a tensor twice', file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4), /"a" twice/],
  ['a tensor twice, once escaped', file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\\u0061":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4), /"a" twice/],
  ['a field twice', file('{"a":{"dtype":"F32","dtype":"I32","shape":[1],"data_offsets":[0,4]}}', 4), /"dtype" twice/],
  ['a tensor that is a number', file({ a: 1 }), /not described by an object/],
  ['a tensor that is null', file({ a: null }), /not described by an object/],
  ['a tensor that is a list', file({ a: [] }), /not described by an object/],
  ['no dtype', file({ a: { shape: [], data_offsets: [0, 4] } }, 4), /no dtype/],
  ['an unknown dtype', file({ a: { dtype: 'F31', shape: [], data_offsets: [0, 4] } }, 4), /unknown dtype "F31"/],
  ['a dtype of the object prototype', file({ a: { dtype: 'constructor', shape: [], data_offsets: [0, 4] } }, 4), /unknown dtype/],
  ['no shape', file({ a: { dtype: 'F32', data_offsets: [0, 4] } }, 4), /no shape/],
  ['a negative dimension', file({ a: f32([-1], 0, 4) }, 4), /no shape/],
  ['a fraction of a dimension', file({ a: f32([1.5], 0, 6) }, 6), /no shape/],
  ['a dimension that is text', file({ a: f32(['1'], 0, 4) }, 4), /no shape/],
  ['a dimension of 2^60', file({ a: f32([2 ** 60], 0, 4) }, 4), /no shape/],
  ['dimensions whose product is too large', file({ a: f32([2 ** 40, 2 ** 40], 0, 4) }, 4), /too many elements/],
  ['dimensions whose product wraps to four', file({ a: f32([2 ** 32, 2 ** 32, 2 ** 32], 0, 4) }, 4), /too many elements/],
  ['no offsets', file({ a: { dtype: 'F32', shape: [1] } }, 4), /no pair of offsets/],
  ['one offset', file({ a: { dtype: 'F32', shape: [1], data_offsets: [0] } }, 4), /no pair of offsets/],
  ['three offsets', file({ a: { dtype: 'F32', shape: [1], data_offsets: [0, 4, 8] } }, 4), /no pair of offsets/],
  ['a negative offset', file({ a: f32([1], -4, 0) }, 4), /no pair of offsets/],
  ['an offset of null', file({ a: f32([1], null, 4) }, 4), /no pair of offsets/],
  ['offsets the wrong way around', file({ a: f32([1], 4, 0) }, 4), /before it starts/],
  ['a tensor beyond the data', file({ a: f32([2], 0, 8) }, 4), /ends at byte 8 of 4/],
  ['too few bytes for the shape', file({ a: f32([2], 0, 4) }, 4), /needs 8 bytes .* has 4/],
  ['too many bytes for the shape', file({ a: f32([1], 0, 8) }, 8), /needs 4 bytes .* has 8/],
  ['two tensors in one place', file({ a: f32([1], 0, 4), b: f32([1], 0, 4) }, 4), /overlap/],
  ['tensors that overlap', file({ a: f32([2], 0, 8), b: f32([2], 4, 12) }, 12), /"a" and "b" overlap/],
  ['a gap between tensors', file({ a: f32([1], 0, 4), b: f32([1], 8, 12) }, 12), /bytes 4 to 8/],
  ['a gap before the first', file({ a: f32([1], 4, 8) }, 8), /bytes 0 to 4/],
  ['bytes after the last', file({ a: f32([1], 0, 4) }, 5), /bytes 4 to 5/],
  ['data with no tensors', file({}, 4), /bytes 0 to 4/],
  ['metadata that is text', file({ __metadata__: 'x' }), /__metadata__ is not an object/],
  ['metadata that holds a number', file({ __metadata__: { x: 1 } }), /holds no string under "x"/],
]

describe('a malformed file', () => {
  it.each(malformed)('with %s is refused', async (_, bytes, problem) => {
    const error: unknown = await openSafetensors(bytes).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(PetagradError)
    expect(error).toMatchObject({ code: 'FILE_INVALID', message: expect.stringMatching(problem) })
  })

  it('cut at any byte is refused, in memory and on disk', async () => {
    const whole = await encodeSafetensors(new Map([['a', Tensor.from([1, 2])], ['b', Tensor.from([[3n]])]]))
    for (let n = 0; n < whole.length; n++) await expect(openSafetensors(whole.subarray(0, n))).rejects.toMatchObject({ code: 'FILE_INVALID' })
    const path = join(directory, 'cut.safetensors')
    writeFileSync(path, whole.subarray(0, whole.length - 3))
    await expect(loadSafetensors(path)).rejects.toMatchObject({ code: 'FILE_INVALID', message: expect.stringContaining(path) })
  })

  it('that is missing, or a directory, is named', async () => {
    await expect(loadSafetensors(join(directory, 'none'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND', message: expect.stringContaining('none') })
    await expect(loadSafetensors(directory)).rejects.toMatchObject({ code: 'FILE_INVALID' })
  })
})

describe('a good file', () => {
  it('round-trips every dtype, shape and name', async () => {
    const tensors = new Map(dataTypes.map(d => [`weights of ${d.name} "ü"`, Tensor.from([[1, 0, 1]], { dtype: d })]))
    tensors.set('scalar', Tensor.from(2.5))
    tensors.set('empty', Tensor.zeros([0, 4]))
    tensors.set('__proto__', Tensor.from([7]))
    const bytes = await encodeSafetensors(tensors, { metadata: new Map([['format', 'pt']]) })
    const loaded = await loadSafetensors(bytes)
    expect(loaded.metadata).toEqual(new Map([['format', 'pt']]))
    expect(new Set(loaded.tensors.keys())).toEqual(new Set(tensors.keys()))
    for (const [name, t] of tensors) {
      const back = loaded.tensors.get(name)
      expect([back?.dtype, back?.shape, await back?.tolist()]).toEqual([t.dtype, t.shape, await t.tolist()])
    }
  })

  it('is laid out as the format says', async () => {
    const bytes = await encodeSafetensors(new Map([['x', Tensor.from([1, -2])]]))
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true))
    expect((8 + length) % 8).toBe(0)
    expect(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))).toEqual({ x: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } })
    expect([...new Float32Array(bytes.slice(8 + length).buffer)]).toEqual([1, -2])
  })

  it('reads tensors one by one, and says which there are', async () => {
    const open = await openSafetensors(await encodeSafetensors(new Map([['a', Tensor.from([1])], ['b', Tensor.from([2])]])))
    expect(await (await open.read('b')).tolist()).toEqual([2])
    await expect(open.read('c')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('a, b') })
  })

  it('an unlucky save leaves the old one', async () => {
    const path = join(directory, 'model.safetensors')
    await saveSafetensors(path, new Map([['a', Tensor.from([1])]]))
    const old = readFileSync(path)
    const broken = Tensor.from([1])
    broken.bytes = () => Promise.reject(new Error('the device is gone'))
    await expect(saveSafetensors(path, new Map([['a', broken]]))).rejects.toThrow(/device is gone/)
    expect(readFileSync(path)).toEqual(old)
    await expect(saveSafetensors(path, new Map([['a', Tensor.from([2])]]), { overwrite: false })).rejects.toMatchObject({ code: 'FILE_EXISTS' })
    expect(readFileSync(path)).toEqual(old)
    expect(readdirSync(directory).filter(f => f.endsWith('.part'))).toEqual([])
    await saveSafetensors(path, new Map([['a', Tensor.from([2])]]))
    expect(await (await loadSafetensors(path)).tensors.get('a')?.tolist()).toEqual([2])
    await expect(saveSafetensors(join(directory, 'no', 'such'), new Map())).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
  })

  const stories = join(process.env.PETAGRAD_DATA ?? '../shared/data', 'llm/stories260k/hf-safetensors/model.safetensors')
  it.skipIf(!existsSync(stories))('of a published model is read (stories260K; skipped without PETAGRAD_DATA)', async () => {
    const open = await openSafetensors(stories)
    const names = [...open.entries.keys()]
    expect(names.length).toBeGreaterThan(10)
    const embedding = open.entries.get('model.embed_tokens.weight')
    expect([embedding?.dtype, embedding?.shape]).toEqual([dtypes.f32, [512, 64]])
    const values = await (await open.read('model.embed_tokens.weight')).data()
    expect(Array.from(values, Number).every(v => Number.isFinite(v) && Math.abs(v) < 10)).toBe(true)
    await open.close()
  })
})
