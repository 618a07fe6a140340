import { describe, expect, it } from 'vitest'
import {
  address, binary, constant, dot, dtypes, extract, load, mulacc, param, register, store, uop, vector, where, type ConstValue, type DType, type UOp,
} from '@petagrad/ir'
import type { LinearProgram } from '@petagrad/renderer'
import { createCRenderer, type CTarget } from '../src/index.js'

const target: CTarget = { compiler: 'clang', isa: 'x86-64-v3', cores: 4 }
const i32 = (n: number): UOp => constant(n, dtypes.i32)

function program(uops: readonly UOp[], params: readonly DType[], rest: Partial<LinearProgram> = {}): LinearProgram {
  return {
    name: 'k', uops, variables: [], grid: [1], block: [], scratchBytes: 0, work: { ops: 0, bytes: 0 }, schedule: '',
    params: params.map((dtype, slot) => ({ slot, dtype, size: 64, access: slot === 0 ? 'readwrite' : 'read' })), ...rest,
  }
}

/** Every node under the roots, sources first, in the order of the roots. */
function listed(...roots: readonly UOp[]): UOp[] {
  const seen = new Set<UOp>()
  const visit = (u: UOp): void => {
    if (!seen.has(u)) { u.src.forEach(visit); seen.add(u) }
  }
  roots.forEach(visit)
  return [...seen]
}

/** The kernel's statements, without what declares types, functions and params. */
function body(p: LinearProgram, on = target): string[] {
  const artifact = createCRenderer(on).render(p)
  const text = artifact.kind === 'source' ? artifact.text : ''
  return (text.split('\n\n').at(-1) ?? '').trim().split('\n').slice(1, -1).map(l => l.trim()).filter(l => !l.includes('params['))
}

const f32 = dtypes.f32
const out = param(0, f32, 64)
const a = param(1, f32, 64)

describe('the text of kernels', () => {
  it('stands values used once inside their user, and names the others', () => {
    const x = load(address(a, i32(1)))
    const square = binary('mul', x, x)
    expect(body(program(listed(store(address(out, i32(0)), binary('add', square, constant(0.1, f32)))), [f32, f32]))).toEqual([
      'const f32 v0 = p1[1];',
      'p0[0] = v0 * v0 + 0.1f;',
    ])
  })

  it('reads memory before a write that stands between the reading and its use', () => {
    const [first, second] = [address(out, i32(0)), address(out, i32(1))]
    const x = load(first)
    const uops = [...listed(x), ...listed(store(first, constant(2, f32))), ...listed(second), store(second, x)]
    expect(body(program([...new Set(uops)], [f32]))).toEqual(['const f32 v0 = p0[0];', 'p0[0] = 2.0f;', 'p0[1] = v0;'])
  })

  it('does not move a value into a loop', () => {
    const x = binary('mul', load(address(a, i32(0))), constant(3, f32))
    const i = uop('range', dtypes.i32, [i32(8)], { axis: 0, kind: 'loop' })
    const write = store(address(out, i), x)
    expect(body(program([...listed(x, i), ...listed(write).filter(u => !listed(x, i).includes(u)), uop('end', dtypes.void, [i])], [f32, f32]))).toEqual([
      'const f32 v0 = p1[0] * 3.0f;',
      'for (i32 i0 = 0; i0 < 8; i0++) {',
      'p0[i0] = v0;',
      '}',
    ])
  })

  it('declares a register with its first value, and updates it in place', () => {
    const f32x8 = vector(f32, 8)
    const acc = register(0, f32x8)
    const start = store(acc, constant(0, f32x8))
    const i = uop('range', dtypes.i32, [i32(8)], { axis: 0, kind: 'reduce' })
    const x = load(address(a, i), undefined, 8)
    const next = store(acc, mulacc(x, x, load(acc)))
    const head = listed(start, i)
    const inner = listed(next).filter(u => !head.includes(u))
    const last = store(address(out, i32(0)), load(uop('after', f32x8, [acc, next])))
    const tail = listed(last).filter(u => !head.includes(u) && !inner.includes(u))
    expect(body(program([...head, ...inner, uop('end', dtypes.void, [i]), ...tail], [f32, f32]))).toEqual([
      'f32x8 acc0 = splat_f32x8(0.0f);',
      'for (i32 i0 = 0; i0 < 8; i0++) {',
      'const f32x8 v0 = load_f32x8(p1 + i0);',
      'acc0 = fma_f32x8(v0, v0, acc0);',
      '}',
      'store_f32x8(p0, acc0);',
    ])
  })

  it('parenthesises the offset of a pointer that is used twice', () => {
    const i = uop('range', dtypes.i32, [i32(8)], { axis: 0, kind: 'loop' })
    const at = address(out, where(binary('lt', i32(3), i), i, binary('and', i, i32(1))))
    const twice = store(at, binary('add', load(at), constant(1, f32)))
    const text = body(program([...listed(twice), uop('end', dtypes.void, [i])], [f32]))
    expect(text).toContain('f32 *const q0 = p0 + (3 < i0 ? i0 : i0 & 1);')
    expect(text).toContain('q0[0] = q0[0] + 1.0f;')
  })

  it('does not touch memory where a gate is closed', () => {
    const i = uop('range', dtypes.i32, [i32(8)], { axis: 0, kind: 'loop' })
    const gate = binary('lt', i, i32(5))
    const x = load(address(a, i), { gate, alternative: constant(-1, f32) })
    const text = body(program([...listed(store(address(out, i), x, gate)), uop('end', dtypes.void, [i])], [f32, f32]))
    expect(text.join(' ')).toMatch(/const _Bool v0 = i0 < 5; if \(v0\) p0\[i0\] = v0 \? p1\[i0\] : -1\.0f;/)
  })

  it.each<[ConstValue, DType, string]>([
    [-(2 ** 31), dtypes.i32, '(-2147483647 - 1)'],
    [-(2n ** 63n), dtypes.i64, '(-9223372036854775807ll - 1)'],
    [2n ** 64n - 1n, dtypes.u64, '18446744073709551615ull'],
    [Math.fround(0.1), f32, '0.1f'],
    [16777217, f32, '16777216.0f'],
    [2 ** -149, f32, '1.4012985e-45f'],
    [0.1 + 0.2, dtypes.f64, '0.30000000000000004'],
    [-0, f32, '-0.0f'],
    [1e21, f32, '1e+21f'],
    [-Infinity, dtypes.f64, '-__builtin_inf()'],
    [NaN, f32, '__builtin_nanf("")'],
    [true, dtypes.bool, '1'],
  ])('writes the constant %s exactly', (value, dtype, text) => {
    const p = param(0, dtype, 1)
    expect(body(program(listed(store(address(p, i32(0)), constant(value, dtype))), [dtype]))).toEqual([`p0[0] = ${text};`])
  })

  it('spells dot products as the instruction, and a group for all lanes as one broadcast', () => {
    const [x, y, sums] = [param(0, dtypes.u8, 64), param(1, dtypes.i8, 64), param(2, dtypes.i32, 16)]
    const group = load(address(x, i32(0)), undefined, 4), all = extract(group, Array.from({ length: 64 }, (_, i) => i % 4))
    const to = address(sums, i32(0)), total = dot(all, load(address(y, i32(0)), undefined, 64), load(to, undefined, 16))
    for (const [compiler, builtin] of [['clang', '__builtin_ia32_vpdpbusd512'], ['gcc', '__builtin_ia32_vpdpbusd_v16si']] as const) {
      const renderer = createCRenderer({ ...target, compiler, isa: 'x86-64-v4', features: ['avx512vnni'] })
      const artifact = renderer.render(program(listed(store(to, total)), [dtypes.u8, dtypes.i8, dtypes.i32]))
      const text = artifact.kind === 'source' ? artifact.text : ''
      expect(text).toContain(`${builtin}(sum, (i32x16)a, (i32x16)b)`)
      expect(text).toContain('dot_u8x64_i8x64(repeat_u8x4_u8x64(load_u8x4(p0 + 0)), load_i8x64(p1 + 0), load_i32x16(p2 + 0))'.replaceAll(' + 0', ''))
    }
  })

  it('gives the same text every time', () => {
    const make = () => createCRenderer(target).render(program(listed(store(address(out, i32(0)), binary('max', load(address(a, i32(0))), load(address(a, i32(1)))))), [f32, f32]))
    expect(make()).toEqual(make())
  })

  it('names what it cannot render', () => {
    const x = load(address(a, i32(0)))
    expect(() => body(program(listed(store(address(out, i32(0)), uop('exp2', f32, [x]))), [f32, f32]))).toThrow(/exp2.*UNSUPPORTED/)
    expect(() => body(program(listed(store(address(param(0, dtypes.bf16, 1), i32(0)), constant(1, dtypes.bf16))), [dtypes.bf16]))).toThrow(/bf16.*UNSUPPORTED/)
  })
})

describe('what C declares', () => {
  it('has vectors as wide as the instruction set, for every dtype', () => {
    const lanes = (isa: CTarget['isa']) => createCRenderer({ ...target, isa }).capabilities.dtypes.f32?.lanes
    expect([lanes('x86-64-v2'), lanes('x86-64-v3'), lanes('x86-64-v4'), lanes('aarch64')]).toEqual([[4], [4, 8], [4, 8, 16], [4]])
  })

  it('has dot product units of bytes where the machine does, of words on x86', () => {
    const units = (of: Partial<CTarget>) => createCRenderer({ ...target, ...of }).capabilities.dots?.map(d => `${d.a}·${d.b}×${d.terms} ${d.lanes.join()}`)
    expect(units({ isa: 'x86-64-v4', features: ['avx512vnni'] })).toEqual(['u8·i8×4 4,8,16', 'i16·i16×2 4,8,16'])
    expect(units({ features: ['avxvnni'] })).toEqual(['u8·i8×4 4,8', 'i16·i16×2 4,8'])
    expect(units({ isa: 'x86-64-v2' })).toEqual(['i16·i16×2 4'])
    expect(units({ isa: 'aarch64' })).toEqual([])
  })

  it('takes what is known of the machine', () => {
    const { machine } = createCRenderer({ ...target, machine: { l2: 12345, vectorBytes: 64 } }).capabilities
    expect(machine).toMatchObject({ cores: 4, l2: 12345, vectorBytes: 64, l1: 32768 })
  })
})
