import { describe, expect, test } from 'vitest'
import {
  argumentForms, binary, constant, dtypes, indexConst, parse, parseProgram, PetagradError, print, printProgram, toposort, uop, variable, type Op, type UOp,
} from '../src/index.js'
import { kernelSamples, programSamples, tensorSamples } from './samples.js'

const graphs = [...tensorSamples(), ...kernelSamples()]
const SEED = Number(process.env.PETAGRAD_SEED ?? 20240607)

function random(seed: number): (below: number) => number {
  let s = seed
  return below => {
    s = (s + 0x6d2b79f5) | 0
    let t = Math.imul(s ^ (s >>> 15), 1 | s)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

describe('round trip', () => {
  test('every graph comes back as the same node', () => {
    for (const root of graphs) expect(parse(print(root))).toBe(root)
  })

  test('every program comes back as the same list', () => {
    for (const uops of programSamples()) expect(parseProgram(printProgram(uops))).toEqual(uops)
  })

  test('the samples hold every op', () => {
    const seen = new Set<Op>([...graphs.flatMap(g => toposort(g)), ...programSamples().flat()].map(u => u.op))
    expect(Object.keys(argumentForms).filter(op => !seen.has(op as Op))).toEqual([])
  })

  test('one op as text', () => {
    const n = variable('n', 1, 8)
    const root = uop('shrink', dtypes.f32, [uop('reshape', dtypes.f32, [uop('buffer', dtypes.f32, [], { id: 7, size: 6, device: 'cpu' })], [2, 3])], [[0, n], [1, 3]])
    expect(print(root)).toBe(`petagrad-ir 1
%0 = buffer f32 {id: 7, size: 6, device: "cpu"}
%1 = reshape f32 %0 [2, 3]
%2 = variable index {name: "n", min: 1, max: 8}
%3 = shrink f32 %1 [[0, %2], [1, 3]]
`)
  })

  test.each([
    ['-0', constant(-0, dtypes.f32)], ['nan', constant(NaN, dtypes.f64)], ['-inf', constant(-Infinity, dtypes.f16)], ['18446744073709551615n', constant(2n ** 64n - 1n, dtypes.u64)],
    ['true', constant(true, dtypes.bool)], ['0.30000000000000004', constant(0.1 + 0.2, dtypes.f64)], ['5e-324', constant(5e-324, dtypes.f64)],
  ])('the constant %s is exact', (text, u) => {
    expect(print(u)).toBe(`petagrad-ir 1\n%0 = const ${u.dtype.name} ${text}\n`)
    expect(Object.is(parse(print(u)).arg, u.arg)).toBe(true)
  })

  test('the order of an argument\'s fields is the format\'s, not that of the object', () => {
    const root = uop('buffer', dtypes.f32, [], { device: 'order', size: 3, id: 99 })
    expect(print(root)).toContain('{id: 99, size: 3, device: "order"}')
  })

  test('names, comments and blank lines are free', () => {
    const text = '\n; a graph\npetagrad-ir 1 ; version\n\n%a = const f32 1\n  %b = neg f32 %a ; b = -a\r\n\n'
    expect(parse(text)).toBe(uop('neg', dtypes.f32, [constant(1, dtypes.f32)]))
  })

  test('a deep graph does not overflow the stack', () => {
    let u: UOp = indexConst(1)
    for (let i = 0; i < 100_000; i++) u = uop('neg', dtypes.index, [u])
    expect(parse(print(u))).toBe(u)
  })
})

describe('errors', () => {
  test.each<[string, string, RegExp]>([
    ['no header', '%0 = const f32 1\n', /line 1, column 1: the first line must be petagrad-ir 1/],
    ['another version', 'petagrad-ir 2\n', /the first line must be/],
    ['a program for a graph', 'petagrad-program 1\n%0 = const f32 1\n', /the first line must be petagrad-ir 1/],
    ['an empty text', '', /line 1, column 1/],
    ['no node', 'petagrad-ir 1\n', /at least one node/],
    ['an unknown op', 'petagrad-ir 1\n%0 = frobnicate f32\n', /line 2, column 16: there is no operation frobnicate/],
    ['a prototype\'s name', 'petagrad-ir 1\n%0 = constructor f32\n', /there is no operation constructor/],
    ['an unknown dtype', 'petagrad-ir 1\n%0 = const f31 1\n', /there is no dtype f31/],
    ['a hostile width', 'petagrad-ir 1\n%0 = const f32x99999999999 1\n', /there is no dtype/],
    ['one lane', 'petagrad-ir 1\n%0 = const f32x1 1\n', /there is no dtype f32x1/],
    ['an undefined name', 'petagrad-ir 1\n%0 = neg f32 %1\n', /line 2, column 16: %1 is not defined above/],
    ['a name twice', 'petagrad-ir 1\n%0 = const f32 1\n%0 = const f32 2\n', /line 3, column 3: %0 is already defined/],
    ['a missing argument', 'petagrad-ir 1\n%0 = const f32\n', /a number is needed here/],
    ['an argument too many', 'petagrad-ir 1\n%0 = const f32 1\n%1 = neg f32 %0 1\n', /the end of the line is needed here/],
    ['a constant of another type', 'petagrad-ir 1\n%0 = const f32 1n\n', /const: a number is needed/],
    ['a constant out of range', 'petagrad-ir 1\n%0 = const u8 256\n', /256 is outside of u8/],
    ['a missing field', 'petagrad-ir 1\n%0 = buffer f32 {id: 1, size: 2}\n', /the field device is missing/],
    ['an unknown field', 'petagrad-ir 1\n%0 = buffer f32 {id: 1, color: 2}\n', /there is no field color/],
    ['a field twice', 'petagrad-ir 1\n%0 = buffer f32 {id: 1, id: 2}\n', /the field id is given twice/],
    ['__proto__', 'petagrad-ir 1\n%0 = buffer f32 {__proto__: 1}\n', /there is no field __proto__/],
    ['an unclosed list', 'petagrad-ir 1\n%0 = const f32 1\n%1 = reshape f32 %0 [1, 2\n', /\] or , is needed here/],
    ['unquoted text', 'petagrad-ir 1\n%0 = kernel void {name: x}\n', /text in quotes is needed here/],
    ['a bad escape', 'petagrad-ir 1\n%0 = kernel void {name: "\\q"}\n', /escape/],
    ['a negative size', 'petagrad-ir 1\n%0 = buffer f32 {id: 1, size: -2, device: ""}\n', /size: an integer of at least 0 is needed/],
    ['an unsafe size', 'petagrad-ir 1\n%0 = buffer f32 {id: 1, size: 1e300, device: ""}\n', /size: an integer of at least 0/],
    ['a number too large', 'petagrad-ir 1\n%0 = const f64 1e999\n', /too large/],
    ['a bigint too long', `petagrad-ir 1\n%0 = const u64 ${'9'.repeat(50)}n\n`, /too long/],
    ['a dimension of another dtype', 'petagrad-ir 1\n%0 = const i32 1\n%1 = iota i32 {size: %0}\n', /dimension of dtype index/],
    ['an unknown choice', 'petagrad-ir 1\n%0 = const f32 1\n%1 = reduce f32 %0 min\n', /one of add, mul, max is needed/],
  ])('%s', (_, text, message) => {
    expect(() => parse(text)).toThrow(message)
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'IR_PARSE' }) as Error)
  })

  test('a program that uses what does not stand above it cannot be printed', () => {
    expect(() => printProgram([binary('add', constant(1, dtypes.i32), constant(2, dtypes.i32))])).toThrow(/does not stand above it/)
  })

  test('100000 mutated texts parse or give IR_PARSE, and what parses prints and parses again', () => {
    console.log(`text fuzz seed ${SEED} (PETAGRAD_SEED)`)
    const next = random(SEED)
    const originals = [...graphs.map(print), ...programSamples().map(printProgram)]
    const alphabet = '%=[]{},:;" \n\t\\0123456789abcdefghijklmnopqrstuvwxyz_-+.*xn\u0000é𝄞'
    const pieces = ['nan', 'inf', '-inf', 'x4', 'true', '%0', '%99999', '[[', '}}', '1e999', '9'.repeat(30) + 'n', 'f32*global', '__proto__', 'petagrad-ir 1\n', ' reshape ', '"\\u']
    let parsed = 0
    for (let i = 0; i < 100_000; i++) {
      const original = originals[next(originals.length)]
      let text = original
      for (let edits = 1 + next(4); edits > 0; edits--) {
        const at = next(text.length + 1), length = next(6)
        const insert = next(3) === 0 ? pieces[next(pieces.length)] : next(2) === 0 ? alphabet[next(alphabet.length)] : ''
        text = text.slice(0, at) + insert + text.slice(at + length)
      }
      try {
        if (original.startsWith('petagrad-ir')) {
          const root = parse(text)
          if (parsed++ % 20 === 0 && parse(print(root)) !== root) throw new Error('another node came back')
        } else {
          const uops = parseProgram(text)
          if (parsed++ % 20 === 0) expect(parseProgram(printProgram(uops))).toEqual(uops)
        }
      } catch (error) {
        if (!(error instanceof PetagradError) || error.code !== 'IR_PARSE') throw new Error(`seed ${SEED}, input ${i}: ${JSON.stringify(text)}`, { cause: error })
      }
    }
    expect(parsed).toBeGreaterThan(1000) // the mutations must not all be caught at the first token
  })
})
