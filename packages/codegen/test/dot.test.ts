import { describe, expect, it } from 'vitest'
import { decodeValues, encodeValues, integerRange, interpretKernel, interpretProgram, is, toposort, uop, verifyProgram, dtypes, aluOps, type DType, type UOp } from '@petagrad/ir'
import { applyStep, lowerKernel, nestsOf, parseSchedule, printStep, type LoopNests, type Step } from '@petagrad/codegen'
import type { Capabilities, DotUnit, DTypeSupport } from '@petagrad/renderer'
import { buffer, conv2d, matmul } from '../../schedule/test/graphs.js'
import { capabilities as plain, kernelsOf, random, seed } from './same.js'

const { i8, u8, i16, i32 } = dtypes
const integers = ['i8', 'u8', 'i16', 'u16', 'i32'] as const
const everything = (lanes: readonly number[]): DTypeSupport => ({ storage: true, ops: aluOps, castsTo: integers, lanes })
/** The units of x86, as small vectors. */
const bytes: DotUnit = { a: 'u8', b: 'i8', sum: 'i32', terms: 4, lanes: [4, 8], instructions: 1 }
const words: DotUnit = { a: 'i16', b: 'i16', sum: 'i32', terms: 2, lanes: [4, 8], instructions: 2 }
const machine = (...dots: DotUnit[]): Capabilities => ({
  ...plain,
  dtypes: { ...plain.dtypes, i8: everything([4, 8, 16, 32]), u8: everything([4, 8, 16, 32]), i16: everything([4, 8, 16]), u16: everything([4, 8, 16]) },
  dots,
  widening: [{ from: 'i8', to: 'i16', lanes: [4, 8] }, { from: 'u8', to: 'i16', lanes: [8] }],
})

const wide = (x: UOp): UOp => uop('cast', i32, [x])
const product = (m: number, k: number, n: number, a: DType, b: DType): UOp => matmul(wide(buffer([m, k], a)), wide(buffer([k, n], b)))
const transposed = (m: number, k: number, n: number, a: DType, b: DType): UOp =>
  matmul(wide(uop('permute', a, [buffer([k, m], a)], [1, 0])), wide(uop('permute', b, [buffer([n, k], b)], [1, 0])))

/** All values of the dtype are as likely, its least and greatest more. */
function values(dtype: DType, count: number, next: () => number): Uint8Array {
  const [low, high] = integerRange(dtype).map(Number)
  return encodeValues(dtype, Array.from({ length: count }, () => (next() < 0.2 ? low : next() < 0.2 ? high : low + Math.floor(next() * (high - low + 1)))))
}

/** Exactly what the kernel says, whatever the unit. */
function expectExact(kernel: UOp<'kernel'>, on: Capabilities, schedule?: string): ReturnType<typeof lowerKernel> {
  const next = random(seed)
  const params = toposort(kernel).filter((u): u is UOp<'param'> => is(u, 'param')).sort((a, b) => a.arg.slot - b.arg.slot)
  const args = params.map(p => values(p.dtype.scalar, p.arg.size, next))
  const [want, got] = [args.map(a => a.slice()), args.map(a => a.slice())]
  interpretKernel(kernel, want)
  const program = lowerKernel(kernel, on, schedule === undefined ? {} : { schedule })
  const note = schedule ?? program.schedule
  expect(() => verifyProgram(program.uops), note).not.toThrow()
  expect(() => interpretProgram(program, got), note).not.toThrow()
  params.forEach((p, i) => expect(decodeValues(p.dtype.scalar, got[i]), note).toEqual(decodeValues(p.dtype.scalar, want[i])))
  return program
}

const dotsOf = (program: { readonly uops: readonly UOp[] }): readonly UOp[] => program.uops.filter(u => u.op === 'dot')

describe('a step that a dot product unit needs changes nothing', () => {
  for (const [name, steps] of Object.entries({
    'rows read in place, columns packed by fours': '0: pad 3 to 24\n0: split 3 by 4\n0: reorder 0 3 2 4\n0: stage 1 at 0\n0: dot 4\n0: lane 2\n0: lane 6\n0: unroll 7',
    'half a group copied at a time': '0: pad 3 to 24\n0: split 3 by 4\n0: reorder 0 3 2 4\n0: stage 1 at 0\n0: split 7 by 2\n0: dot 4\n0: lane 2\n0: lane 6\n0: unroll 8',
    'a sum that is no multiple of the terms': '0: pad 3 to 23\n0: dot 3',
    'offset binary': '0: split 3 by 3\n0: bias 0\n0: dot 4\n0: dot 6',
    'offset binary of the columns': '0: bias 1',
    'a copy of wider integers': '0: stage 0 at 0 as i16\n0: stage 1 at 0 as i32',
  })) {
    for (const [a, b] of [[u8, i8], [i8, i8], [u8, u8]]) {
      it(`${name}, ${a.name} by ${b.name}`, () => {
        for (const k of kernelsOf([product(5, 21, 8, a, b)])) {
          expectExact(k, machine(bytes), steps)
        }
      })
    }
  }
})

const pairs = [[u8, i8], [i8, u8], [i8, i8], [u8, u8]] as const

describe('the default schedule makes sums of products with the unit that is declared', () => {
  const shapes = [[24, 64, 32], [13, 37, 19], [6, 5, 8]] as const
  for (const [unit, on] of Object.entries({ 'bytes by fours': machine(bytes), 'words by twos': machine(words), both: machine(words, bytes) })) {
    for (const [a, b] of pairs) {
      for (const [order, make] of Object.entries({ product, transposed })) {
        it(`${unit}: ${order} of ${a.name} and ${b.name}`, () => {
          for (const shape of shapes) {
            for (const k of kernelsOf([make(...shape, a, b)])) {
              const program = expectExact(k, on)
              const dots = dotsOf(program)
              if (shape[1] > 8) expect(dots, program.schedule).not.toHaveLength(0)
              const widest = unit === 'words by twos' ? 'i16' : 'u8'
              if (shape[1] > 8) for (const d of dots) expect(d.src[0].dtype.scalar.name, program.schedule).toBe(widest)
              // No factor is put together element by element: groups are read whole, or repeated.
              for (const d of dots) for (const f of d.src.slice(0, 2)) expect(['load', 'extract', 'xor', 'const'], program.schedule).toContain(f.op)
              const again = expectExact(k, on, program.schedule)
              expect(again.uops).toEqual(program.uops)
            }
          }
        })
      }
    }
  }

  it('of words, too', () => {
    for (const k of kernelsOf([product(9, 22, 16, i16, i8)])) expect(dotsOf(expectExact(k, machine(words, bytes)))).not.toHaveLength(0)
  })

  it('of long sums, whose panels would not fit', () => {
    const on = { ...machine(bytes), machine: { ...plain.machine, l2: 2048 } }
    for (const k of kernelsOf([product(12, 301, 32, i8, i8)])) {
      const program = expectExact(k, on)
      expect(program.schedule).toContain('accumulate')
      expect(dotsOf(program)).not.toHaveLength(0)
    }
  })

  it('of convolutions', () => {
    for (const [a, b] of pairs) {
      for (const k of kernelsOf([conv2d(wide(buffer([1, 9, 8, 10], a)), wide(buffer([8, 9, 3, 3], b)))])) {
        expect(dotsOf(expectExact(k, machine(bytes)))).not.toHaveLength(0)
      }
    }
  })

  it('and does without where none is declared', () => {
    for (const k of kernelsOf([product(13, 37, 19, i8, i8)])) {
      const program = expectExact(k, machine())
      expect(dotsOf(program)).toHaveLength(0)
      expect(program.schedule).not.toContain('dot')
    }
  })
})

describe('a schedule with a dot axis runs where there is no unit', () => {
  it('as products and sums', () => {
    for (const k of kernelsOf([product(5, 21, 8, i8, i8)])) {
      const { schedule } = expectExact(k, machine(bytes))
      expect(dotsOf(expectExact(k, machine(), schedule))).toHaveLength(0)
    }
  })
})

describe('steps are refused', () => {
  for (const [steps, why] of [
    ['0: dot 0', /belongs to the output/],
    ['0: stage 0 at 0 as u8', /u8 does not hold all that i8 does/],
    ['0: stage 0 at 0 as f32', /f32 does not hold/],
    ['0: pad 0 to 8', /belongs to no reduction alone/],
    ['0: pad 3 to 8', /does not get longer/],
    ['0: split 3 by 3\n0: dot 4\n0: dot 3', /no sum of products/],
    ['0: bias 2', /reads argument 2/],
  ] as const) {
    it(steps.replaceAll('\n', '; '), () => {
      const [kernel] = kernelsOf([product(5, 21, 8, i8, i8)])
      expect(() => lowerKernel(kernel, machine(bytes), { schedule: steps })).toThrow(why)
    })
  }
  it('a dot of floats', () => {
    const [kernel] = kernelsOf([matmul(buffer([5, 21]), buffer([21, 8]))])
    expect(() => lowerKernel(kernel, machine(bytes), { schedule: '0: dot 3' })).toThrow(/no sum of products/)
  })
})

/** A random step on a random axis; many are refused. */
function randomStep(state: LoopNests, next: () => number): Step {
  const { order } = state.nests[0]
  const pick = () => order[Math.floor(next() * order.length)].arg.axis
  switch (Math.floor(next() * 11)) {
    case 0: case 1: return { kind: 'split', nest: 0, axis: pick(), factor: [2, 3, 4, 8][Math.floor(next() * 4)] }
    case 2: return { kind: 'pad', nest: 0, axis: pick(), extent: 4 * Math.floor(1 + next() * 8) }
    case 3: return { kind: 'reorder', nest: 0, order: [...order].map(a => ({ a, k: next() })).sort((x, y) => x.k - y.k).map(x => x.a.arg.axis) }
    case 4: return { kind: 'bias', nest: 0, slot: Math.floor(next() * 3) }
    case 5: return { kind: 'stage', nest: 0, slot: Math.floor(next() * 3), axis: pick(), as: integers[Math.floor(next() * 5)] }
    case 6: return { kind: 'stage', nest: 0, slot: Math.floor(next() * 3), axis: pick() }
    case 7: return { kind: 'as', nest: 0, axis: pick(), how: (['lane', 'unroll', 'group'] as const)[Math.floor(next() * 3)] }
    case 8: return { kind: 'accumulate', nest: 0, axis: pick(), over: pick() }
    default: return { kind: 'as', nest: 0, axis: pick(), how: 'dot' }
  }
}

describe(`any accepted steps compute the same (PETAGRAD_SEED=${seed})`, () => {
  for (const [a, b] of pairs) {
    it(`${a.name} by ${b.name}`, () => {
      const next = random(seed)
      for (const make of [product, transposed]) {
        for (const kernel of kernelsOf([make(4, 12, 8, a, b)])) {
          for (let round = 0; round < 40; round++) {
            let state = nestsOf(kernel)
            const steps: Step[] = []
            for (let i = 0; i < 9; i++) {
              const step = randomStep(state, next)
              try {
                state = applyStep(state, step)
              } catch (e) {
                expect(e).toMatchObject({ code: 'INVALID_ARGUMENT' })
                continue
              }
              steps.push(step)
            }
            const text = steps.map(printStep).join('\n')
            expect(parseSchedule(text).map(printStep).join('\n')).toBe(text)
            // A lane axis of another extent than a vector's, or two of them, is nothing that a schedule would have.
            const lanes = state.nests[0].order.filter(x => x.arg.kind === 'lane')
            if (lanes.length <= 1) expectExact(kernel, machine(bytes, words), text)
          }
        }
      }
    })
  }
})
