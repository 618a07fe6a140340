import { address, cast, constant, decodeValues, dot, dtypes, encodeValues, extract, load, param, store, type UOp } from '@petagrad/ir'
import { describe, expect, it } from 'vitest'
import { createWasmRenderer, disassemble } from '../src/index.js'
import { i32, programOf, runProgram } from './programs.js'

const [rows, columns, sums] = [param(0, dtypes.i16, 16), param(1, dtypes.u8, 16), param(2, dtypes.i32, 16)]

/** The two factors of a row for all columns, by bytes that are widened, added to four sums. */
function product(at: number): UOp[] {
  const group = load(address(rows, i32(at)), undefined, 2)
  const repeated = extract(group, [0, 1, 0, 1, 0, 1, 0, 1])
  const bytes = load(address(columns, i32(0)), undefined, 8)
  const to = address(sums, i32(0))
  return [store(to, dot(repeated, cast('cast', bytes, dtypes.i16), load(to, undefined, 4)))]
}
const programOfProduct = (at: number) => programOf(product(at), [dtypes.i16, dtypes.u8, dtypes.i32], 16)

describe('a dot product of i16', () => {
  it('is exact, widens unsigned bytes as such, and wraps', async () => {
    const factors = [1, 2, -32768, 32767], bytes = [1, 2, 255, 255, 0, 128, 200, 100], start = [0, -5, 2 ** 31 - 1, 7]
    const padded = (values: readonly number[]): number[] => Array.from({ length: 16 }, (_, i) => values[i] ?? 0)
    const args = [encodeValues(dtypes.i16, padded(factors)), encodeValues(dtypes.u8, padded(bytes)), encodeValues(dtypes.i32, padded(start))]
    for (const at of [0, 2]) {
      const result = decodeValues(dtypes.i32, (await runProgram(programOfProduct(at), args))[2]).slice(0, 4)
      const [x, y] = factors.slice(at)
      expect(result).toEqual(start.map((s, lane) => (s + x * bytes[2 * lane] + y * bytes[2 * lane + 1]) | 0))
    }
  })

  it('is one instruction and a sum, on operands from memory', () => {
    const artifact = createWasmRenderer().render(programOfProduct(2))
    const text = artifact.kind === 'binary' ? disassemble(artifact.bytes) : ''
    for (const name of ['v128.load32_splat offset=4', 'v128.load8x8_u', 'i32x4.dot_i16x8_s', 'i32x4.add']) expect(text).toContain(name)
  })

  it('is declared with what it takes, and refused otherwise', () => {
    expect(createWasmRenderer().capabilities.dots).toEqual([{ a: 'i16', b: 'i16', sum: 'i32', terms: 2, lanes: [4], instructions: 2 }])
    const bytes = load(address(columns, i32(0)), undefined, 16)
    const wrong = store(address(sums, i32(0)), dot(bytes, bytes, constant(0, load(address(sums, i32(0)), undefined, 4).dtype)))
    expect(() => createWasmRenderer().render(programOf([wrong], [dtypes.i16, dtypes.u8, dtypes.i32], 16))).toThrow(/dot products of i16 only/)
  })
})
