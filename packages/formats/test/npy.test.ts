import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dtypes } from '@petagrad/ir'
import { Tensor, type NestedArray } from '@petagrad/tensor'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { useInterpreter } from '../../tensor/test/interpreted.js'
import { encodeNpy, loadNpy, saveNpy } from '../src/index.js'

const directory = mkdtempSync(join(tmpdir(), 'petagrad-npy-'))
beforeAll(() => void useInterpreter())
afterAll(() => rmSync(directory, { recursive: true }))

/** A header as NumPy 1.24 writes it, and bytes after it. */
function file(dictionary: string, data: readonly number[] = [], version = 1): Uint8Array {
  const text = `${dictionary.padEnd(117)}\n`
  return Uint8Array.of(0x93, ...[...'NUMPY'].map(c => c.charCodeAt(0)), version, 0, text.length, 0, ...[...text].map(c => c.charCodeAt(0)), ...data)
}
const header = (descr: string, shape: string, fortran = 'False'): string => `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`

// np.save of each array, whole files.
const arrays: readonly (readonly [string, keyof typeof dtypes, readonly number[], NestedArray, Uint8Array])[] = [
  ["np.array([[1.5, -2], [3, 4]], 'f4')", 'f32', [2, 2], [[1.5, -2], [3, 4]], file(header('<f4', '(2, 2)'), [0, 0, 0xc0, 0x3f, 0, 0, 0, 0xc0, 0, 0, 0x40, 0x40, 0, 0, 0x80, 0x40])],
  ["np.asfortranarray(np.arange(6, dtype='i2').reshape(2, 3))", 'i16', [2, 3], [[0, 1, 2], [3, 4, 5]], file(header('<i2', '(2, 3)', 'True'), [0, 0, 3, 0, 1, 0, 4, 0, 2, 0, 5, 0])],
  ['np.array(True)', 'bool', [], true, file(header('|b1', '()'), [1])],
  ["np.zeros((0, 4), 'u8')", 'u64', [0, 4], [], file(header('<u8', '(0, 4)'))],
  ["np.array([1.5], 'f2')", 'f16', [1], [1.5], file(header('<f2', '(1,)'), [0, 0x3e])],
]

describe('npy', () => {
  it.each(arrays)('reads and writes %s', async (_, dtype, shape, values, bytes) => {
    const t = await loadNpy(bytes)
    expect([t.dtype, t.shape, await t.tolist()]).toEqual([dtypes[dtype], shape, values])
    if (!new TextDecoder('latin1').decode(bytes).includes('True,')) expect(await encodeNpy(t)).toEqual(bytes)
  })

  it.each([
    ['no bytes', new Uint8Array(0), /does not begin/],
    ['another magic', new TextEncoder().encode('NUMPY file format'), /does not begin/],
    ['a later version', file(header('<f4', '()'), [], 9), /version is 9/],
    ['a header beyond the file', file(header('<f4', '()')).subarray(0, 40), /claims 118 bytes/],
    ['no dictionary', file('nothing'), /not a dictionary/],
    ['no shape', file("{'descr': '<f4', 'fortran_order': False}"), /lacks/],
    ['objects', file(header('|O', '(1,)'), [0]), /\|O, which no dtype/],
    ['big-endian values', file(header('>i4', '(1,)'), [0, 0, 0, 1]), /big-endian/],
    ['too few bytes', file(header('<f4', '(2,)'), [0, 0, 0, 0]), /needs 8 bytes, but 4/],
    ['too many bytes', file(header('<f4', '()'), [0, 0, 0, 0, 0]), /needs 4 bytes, but 5/],
    ['2^60 elements', file(header('<f4', '(1152921504606846976,)'), [0]), /too large/],
  ])('refuses %s', async (_, bytes, problem) => {
    await expect(loadNpy(bytes)).rejects.toMatchObject({ code: 'FILE_INVALID', message: expect.stringMatching(problem) })
  })

  it('goes through a file', async () => {
    const path = join(directory, 'x.npy')
    await saveNpy(path, Tensor.from([[1, 2], [3, 4]]).T)
    expect(await (await loadNpy(path)).tolist()).toEqual([[1, 3], [2, 4]])
    await expect(saveNpy(path, Tensor.from([1], { dtype: dtypes.bf16 }))).rejects.toMatchObject({ code: 'DTYPE_MISMATCH' })
  })
})
