import { address, binary, dtypes, load, param, store, uop } from '@petagrad/ir'
import { describe, expect, it } from 'vitest'
import { createWasmRenderer, disassemble } from '../src/index.js'
import { instructions } from '../src/encoding/instructions.js'
import { counter, end, i32, programOf } from './programs.js'

const { f32 } = dtypes

/** p0[i] = p1[i] · p1[i + 4] by four lanes. */
function program() {
  const r = counter(8, 0)
  const offset = uop('mul', dtypes.i32, [r, i32(4)])
  const a = load(address(param(1, f32, 40), offset), undefined, 4)
  const b = load(address(param(1, f32, 40), binary('add', offset, i32(4))), undefined, 4)
  const place = address(param(0, f32, 32), offset)
  return programOf([r, a, b, place, store(place, binary('mul', a, b)), end(r)], [f32, f32], 40, { name: 'product' })
}

function bytesOf(): Uint8Array {
  const artifact = createWasmRenderer().render(program())
  if (artifact.kind !== 'binary') throw new Error('not a binary')
  return artifact.bytes
}

describe('the disassembly', () => {
  it('shows the function with its loop', () => {
    const lines = disassemble(bytesOf()).split('\n').map(l => l.trim())
    expect(lines[0]).toBe('(func $product (param i32) (param i32) (param i32)')
    const loop = lines.slice(lines.indexOf('loop'))
    expect(loop.filter(l => l.startsWith('v128.load'))).toEqual(['v128.load', 'v128.load offset=16'])
    expect(loop.filter(l => l === 'f32x4.mul')).toHaveLength(1)
    expect(loop.filter(l => l.startsWith('br_if'))).toEqual(['br_if 0'])
  })

  it('refuses bytes that are no module, and modules that end too early', () => {
    expect(() => disassemble(Uint8Array.of(1, 2, 3))).toThrow(/not a WebAssembly module/)
    const bytes = bytesOf()
    expect(() => disassemble(bytes.slice(0, bytes.length - 60))).toThrow(/IR_INVALID/)
  })
})

describe('the inner loop', () => {
  it('holds nothing but the loads, the arithmetic, the moved addresses and the counter', () => {
    const lines = disassemble(bytesOf()).split('\n').map(l => l.trim())
    const body = lines.slice(lines.indexOf('loop') + 1, lines.indexOf('end'))
    const work = body.filter(l => !l.startsWith('local.') && !l.startsWith('i32.const'))
    expect(work).toEqual(['v128.load', 'v128.load offset=16', 'f32x4.mul', 'v128.store', 'i32.add', 'i32.add', 'i32.add', 'i32.lt_s', 'br_if 0'])
  })
})

describe('instruction codes', () => {
  it('are distinct', () => {
    const codes = Object.values(instructions)
    expect(new Set(codes).size).toBe(codes.length)
  })
})
