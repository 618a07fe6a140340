import {
  address, binary, cast, constant, dtypes, extract, interpretProgram, load, param, register, scratch, store, uop, variable, vector, vectorize, where,
  type DType, type UOp,
} from '@petagrad/ir'
import type { LinearProgram } from '@petagrad/renderer'
import { describe, expect, it } from 'vitest'
import { createWasmRenderer } from '../src/index.js'
import { counter, end, i32, programOf, runProgram, task } from './programs.js'

const { f32, i64 } = dtypes
const int = dtypes.i32
const N = 48
const add = (a: UOp, b: UOp): UOp => binary('add', a, b)
const mul = (a: UOp, b: UOp): UOp => binary('mul', a, b)
const after = (x: UOp, ...before: UOp[]): UOp => uop('after', x.dtype, [x, ...before])
const iff = (c: UOp): UOp => uop('if', dtypes.void, [c])
const endif = (i: UOp): UOp => uop('endif', dtypes.void, [i])
const p = (slot: number, d: DType = int): UOp => param(slot, d, N)
const at = (slot: number, offset: UOp, d: DType = int): UOp => address(p(slot, d), offset)

/** Two arrays of numbers that differ, as bytes. */
const inputs = (): Uint8Array[] => [0, 1].map(k => new Uint8Array(Int32Array.from({ length: N }, (_, i) => i * 5 - 7 * k).buffer))
const floatInputs = (): Uint8Array[] => [0, 1].map(k => new Uint8Array(Float32Array.from({ length: N }, (_, i) => i * 0.5 - k).buffer))

/** Forty-eight small numbers of an unsigned dtype. */
function smallNumbers(d: DType): Uint8Array {
  const bytes = new Uint8Array((N * d.bits) / 8)
  for (let i = 0; i < N; i++) bytes[(i * d.bits) / 8] = (i * 7) % 41
  return bytes
}

/** The interpreter of the IR is the oracle. */
async function agrees(program: LinearProgram, args: readonly Uint8Array[], variables: Readonly<Record<string, number>> = {}): Promise<void> {
  const expected = args.map(a => a.slice())
  interpretProgram(program, expected, { variables: new Map(Object.entries(variables)) })
  const values = program.variables.map(v => variables[v.arg.name])
  const actual = await runProgram(program, args, { variables: values })
  actual.forEach((bytes, i) => expect(Buffer.from(bytes).equals(Buffer.from(expected[i])), `param ${i}`).toBe(true))
  expect(expected.some((e, i) => !Buffer.from(e).equals(Buffer.from(args[i]))), 'the program does something').toBe(true)
}

describe('loops and registers', () => {
  it('nest, carry sums, and read the outer counter', async () => {
    const i = counter(6, 0), j = counter(8, 1)
    const acc = register(0, int)
    const sum = add(load(acc), load(at(1, add(mul(i, i32(8)), j))))
    const last = end(j)
    const result = load(after(acc, last))
    await agrees(programOf([i, acc, store(acc, i32(3)), j, sum, store(acc, sum), last, result, store(at(0, i), result), end(i)], [int, int], N), inputs())
  })

  it('keep a value that is read in a later loop', async () => {
    const a = load(at(1, i32(5)))
    const kept = mul(a, a)
    const i = counter(4, 0), j = counter(4, 1)
    const x = add(kept, i), y = add(kept, mul(j, i32(2)))
    await agrees(programOf([a, kept, i, x, store(at(0, i), x), end(i), j, y, store(at(0, add(j, i32(4))), y), end(j)], [int, int], N), inputs())
  })

  it('see old and new values of a register on either side of a store', async () => {
    const acc = register(0, int)
    const i = counter(5, 0)
    const old = load(acc)
    const next = add(old, i32(2))
    const write = store(acc, next)
    const now = load(after(acc, write))
    const both = add(mul(old, i32(100)), now)
    await agrees(programOf([acc, store(acc, i32(1)), i, old, next, write, now, both, store(at(0, i), both), end(i)], [int, int], N), inputs())
  })

  it('swap two registers', async () => {
    const a = register(0, int), b = register(1, int)
    const i = counter(7, 0)
    const x = load(a), y = load(b)
    const sum = add(x, y)
    const done = end(i)
    const result = load(after(a, done))
    await agrees(programOf(
      [a, b, store(a, i32(0)), store(b, i32(1)), i, x, y, sum, store(a, y), store(b, sum), done, result, store(at(0, i32(0)), result)], [int, int], N), inputs())
  })

  it('run zero times for a variable that is zero, and as often as it says else', async () => {
    const n = variable('n', 0, N)
    const machine = uop('variable', int, [], n.arg)
    const i = counter(machine, 0)
    const program = programOf([i, store(at(0, i), i32(-9)), end(i), store(at(1, i32(0)), machine)], [int, int], N, { variables: [n] })
    for (const value of [0, 1, N]) await agrees(program, inputs(), { n: value })
  })

  it('count in 64 bits', async () => {
    const i = uop('range', i64, [constant(5n, i64)], { axis: 0, kind: 'loop' })
    const offset = add(mul(i, constant(3n, i64)), constant(2n, i64))
    await agrees(programOf([i, store(at(0, offset), cast('cast', i, int)), end(i)], [int, int], N), inputs())
  })

  it('run for every task', async () => {
    const t = task(6)
    const i = counter(8, 0)
    const place = at(0, add(mul(t, i32(8)), i))
    await agrees(programOf([t, i, place, store(place, add(load(place), mul(t, i32(1000)))), end(i)], [int, int], N, { grid: [6] }), inputs())
  })

  it('hold vectors', async () => {
    const acc = register(0, vector(f32, 4))
    const i = counter(N / 4, 0)
    const sum = add(load(acc), load(at(1, mul(i, i32(4)), f32), undefined, 4))
    const done = end(i)
    const total = load(after(acc, done))
    const parts = [0, 1, 2, 3].map(k => extract(total, [k]))
    const one = parts.reduce(add)
    await agrees(programOf(
      [acc, store(acc, constant(0.5, vector(f32, 4))), i, sum, store(acc, sum), done, total, one, store(at(0, i32(0), f32), one)], [f32, f32], N), floatInputs())
  })
})

describe('conditions', () => {
  it('guard blocks', async () => {
    const i = counter(N, 0)
    const x = load(at(1, i))
    const block = iff(binary('lt', x, i32(40)))
    const y = mul(x, x)
    await agrees(programOf([i, x, block, y, store(at(0, i), y), endif(block), end(i)], [int, int], N), inputs())
  })

  it('guard loads: no access where the gate is false', async () => {
    const i = counter(N, 0)
    const shifted = add(i, i32(-3))
    const gate = binary('lt', i32(2), i)
    const x = load(at(1, where(gate, shifted, i32(2 ** 29))), { gate, alternative: i32(-1) })
    await agrees(programOf([i, gate, x, store(at(0, i), x), end(i)], [int, int], N), inputs())
  })

  it('guard vector loads and stores', async () => {
    const i = counter(N / 4, 0)
    const offset = mul(i, i32(4))
    const gate = binary('lt', i, i32(5))
    const x = load(at(1, offset, f32), { gate, alternative: constant(9, vector(f32, 4)) }, 4)
    const even = binary('ne', binary('and', i, i32(1)), i32(1))
    await agrees(programOf([i, gate, x, even, store(at(0, offset, f32), x, even), end(i)], [f32, f32], N), floatInputs())
  })
})

describe('memory', () => {
  it('keeps loads before the stores that follow them', async () => {
    const a = load(at(0, i32(1))), b = load(at(0, i32(2)))
    await agrees(programOf([a, b, store(at(0, i32(2)), a), store(at(0, i32(1)), b)], [int, int], N), inputs())
  })

  it('adds constants to addresses that may be negative before', async () => {
    const i = counter(8, 0)
    const offset = add(add(i, i32(-20)), i32(30))
    const nested = address(address(p(1), add(i, i32(-4))), i32(6))
    await agrees(programOf([i, store(at(0, offset), load(nested)), end(i)], [int, int], N), inputs())
  })

  it('walks backwards', async () => {
    const i = counter(6, 0), j = counter(3, 1)
    const back = address(p(1), add(mul(i, i32(-4)), i32(30)))
    const x = load(address(back, add(mul(j, i32(-2)), i32(9))))
    await agrees(programOf([i, back, j, x, store(at(0, add(mul(i, i32(3)), j)), x), end(j), end(i)], [int, int], N), inputs())
  })

  it('has private arrays side by side', async () => {
    const a = scratch(0, int, 10), b = scratch(1, int, 10)
    const i = counter(10, 0), j = counter(10, 1)
    const x = load(at(1, i))
    const y = add(load(address(a, j)), load(address(b, binary('sub', i32(9), j))))
    await agrees(programOf(
      [a, b, i, x, store(address(a, i), x), store(address(b, i), mul(x, i32(10))), end(i), j, y, store(at(0, j), y), end(j)],
      [int, int], N, { scratchBytes: 128 }), inputs())
  })
})

describe('lanes', () => {
  it('are put together from scalars, loads and other vectors', async () => {
    const v = load(at(1, i32(0), f32), undefined, 4), w = load(at(1, i32(8), f32), undefined, 4)
    const results = [
      vectorize([0, 5, 3, 9].map(k => load(at(1, i32(k), f32)))),
      vectorize([extract(v, [2]), extract(v, [0]), extract(w, [1]), extract(w, [3])]),
      vectorize([extract(v, [1]), extract(v, [1]), extract(v, [1]), extract(v, [1])]),
      extract(v, [3, 2, 1, 0]),
      vectorize([constant(1, f32), extract(v, [3]), load(at(1, i32(7), f32)), constant(2, f32)]),
      vectorize(Array.from({ length: 4 }, () => load(at(1, i32(11), f32)))),
      where(binary('lt', v, w), w, vectorize(Array.from({ length: 4 }, () => extract(w, [1])))),
    ]
    const stores = results.flatMap((r, k) => [r, store(at(0, i32(k * 4), f32), r)])
    await agrees(programOf([v, w, ...results, ...stores.filter(s => s.op === 'store')], [f32, f32], N), floatInputs())
  })

  it('of masks go through memory as bytes', async () => {
    for (const [d, lanes] of [[dtypes.u8, 16], [dtypes.u16, 8], [dtypes.u32, 4], [dtypes.u64, 2]] as const) {
      const wide = vector(d, lanes)
      const x = load(address(param(1, d, N), i32(0)), undefined, lanes)
      const mask = binary('lt', x, constant(20, wide))
      const bytes = (slot: number, o: number): UOp => address(param(slot, dtypes.bool, N * 4), i32(o))
      const written = store(bytes(0, 3), mask)
      const again = load(after(bytes(0, 3), written), undefined, lanes)
      const turned = binary('xor', again, constant(true, vector(dtypes.bool, lanes)))
      const lane = extract(mask, [1])
      await agrees(programOf([x, mask, written, again, turned, store(bytes(0, 40), turned), lane, store(bytes(0, 80), lane)], [dtypes.bool, d], N),
        [new Uint8Array(N * 4), smallNumbers(d)])
    }
  })
})

describe('refusals', () => {
  const { render } = createWasmRenderer()
  it('name what the target does not have', () => {
    const wide = load(at(1, i32(0), f32), undefined, 8)
    expect(() => render(programOf([wide, store(at(0, i32(0), f32), wide)], [f32, f32], N))).toThrow(/128 bits/)
    const block = uop('special', int, [i32(4)], { name: 'block0' })
    expect(() => render(programOf([store(at(0, i32(0)), block)], [int], N))).toThrow(/block0/)
    const text = uop('custom', int, [], { name: 'x' })
    expect(() => render(programOf([text, store(at(0, i32(0)), text)], [int], N))).toThrow(/UNSUPPORTED/)
    const i = counter(3, 0)
    expect(() => render(programOf([i, store(at(0, i), i)], [int], N))).toThrow(/not closed/)
  })
})
