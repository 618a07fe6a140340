import { describe, expect, it } from 'vitest'
import { aluOps, decodeValues, encodeValues, interpretKernel, interpretProgram, is, itemSize, toposort, verifyProgram, type UOp } from '@petagrad/ir'
import type { Capabilities, DTypeSupport } from '@petagrad/renderer'
import { applyStep, lowerKernel, nestsOf, printStep, type LoopNests, type Step } from '@petagrad/codegen'
import { schedule } from '@petagrad/schedule'
import { samples, sink } from '../../schedule/test/graphs.js'

const everything = (lanes: readonly number[]): DTypeSupport => ({ storage: true, ops: aluOps, castsTo: ['f32', 'i32'], lanes })

/** A machine for tests: eight lanes, two cores. */
export const capabilities: Capabilities = {
  dtypes: { f32: everything([4, 8]), i32: everything([4, 8]), bool: everything([]) },
  fma: true,
  maskedVectors: false,
  grid: { dimensions: 1, maxExtent: 2 ** 31 - 1 },
  maxThreads: 1,
  scratch: { private: 1 << 20, shared: 0 },
  barriers: false,
  machine: {
    cores: 2, vectorRegisters: 16, vectorBytes: 32, fmaPerCycle: 2, cacheLine: 64, l1: 32 << 10, l2: 1 << 20, l3: 32 << 20, forkNanoseconds: 5000,
  },
}

const seed = Number(process.env.PETAGRAD_SEED ?? Date.now() % 1e6)
function random(from: number): () => number {
  let state = from >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** Arguments of a kernel with values in [-1, 1). */
function argumentsOf(kernel: UOp, next: () => number): Uint8Array[] {
  const params = toposort(kernel).filter((u): u is UOp<'param'> => is(u, 'param')).sort((a, b) => a.arg.slot - b.arg.slot)
  return params.map(p => encodeValues(p.dtype.scalar, Array.from({ length: p.arg.size }, () => next() * 2 - 1)))
}

function expectSame(kernel: UOp<'kernel'>, text: string | undefined, note: string): void {
  const next = random(seed)
  const args = argumentsOf(kernel, next)
  const want = args.map(a => a.slice())
  const got = args.map(a => a.slice())
  interpretKernel(kernel, want)
  const program = lowerKernel(kernel, capabilities, text === undefined ? {} : { schedule: text })
  expect(() => verifyProgram(program.uops), note).not.toThrow()
  expect(() => interpretProgram(program, got), note).not.toThrow()
  for (const p of program.params) {
    const a = decodeValues(p.dtype, want[p.slot]).map(Number)
    const b = decodeValues(p.dtype, got[p.slot]).map(Number)
    expect(b).toHaveLength(want[p.slot].length / itemSize(p.dtype))
    a.forEach((x, i) => expect(Math.abs(x - b[i]), `${note}: element ${i} of argument ${p.slot}`).toBeLessThanOrEqual(1e-4 * (1 + Math.abs(x))))
  }
}

const kernelsOf = (roots: readonly UOp[]) => schedule(sink(...roots)).plan.calls.map(c => c.kernel)

describe('the default schedule computes what the kernel says', () => {
  for (const [name, make] of Object.entries(samples)) {
    it(name, () => {
      for (const k of kernelsOf(make())) expectSame(k, undefined, name)
    })
  }
})

/** Schedules that once went wrong. */
const regressions: readonly (readonly [sample: string, steps: string])[] = [
  // A copy inside a reduction loop that two parts of a peeled axis have.
  ['matmul', '0: peel 2 at 2\n0: reorder 3 2 0 4\n0: stage 0 at 3'],
  ['matmul', '0: task 0\n0: peel 2 at 5\n0: reorder 3 4 0 2\n0: stage 0 at 4'],
  // A copy at a peeled axis; reductions written out; a peeled task axis.
  ['matmul', '0: stage 0 at 0\n0: peel 0 at 14'],
  // Two loops that a bounds check adds up, and that are merged otherwise.
  ['padded convolution', '0: unroll 1\n0: merge 3 4\n0: reorder 8 1 7 0 10 9\n0: stage 0 at 7'],
  ['max of rows', '0: task 0\n0: peel 0 at 7\n0: peel 2 at 10\n0: unroll 2'],
]

describe('schedules that once went wrong', () => {
  for (const [sample, steps] of regressions) {
    it(`${sample}: ${steps.replaceAll('\n', '; ')}`, () => {
      for (const k of kernelsOf(samples[sample]())) expectSame(k, steps, steps)
    })
  }
})

/** A random step on a random axis; many are refused. */
function randomStep(state: LoopNests, next: () => number): Step {
  const nest = Math.floor(next() * state.nests.length)
  const { order } = state.nests[nest]
  const pick = () => order[Math.floor(next() * order.length)]?.arg.axis ?? 0
  const at = Math.floor(next() * order.length)
  switch (Math.floor(next() * (state.chains.length > 0 ? 11 : 10))) {
    case 0: case 1: return { kind: 'split', nest, axis: pick(), factor: [2, 3, 4, 5, 8][Math.floor(next() * 5)] }
    case 2: return { kind: 'peel', nest, axis: pick(), at: 1 + Math.floor(next() * 20) }
    case 3: return { kind: 'reorder', nest, order: [...order].map(a => ({ a, k: next() })).sort((x, y) => x.k - y.k).map(x => x.a.arg.axis) }
    case 4: return { kind: 'as', nest, axis: pick(), how: 'unroll' }
    case 5: return { kind: 'as', nest, axis: pick(), how: 'group' }
    case 6: return { kind: 'merge', nest, outer: order[at]?.arg.axis ?? 0, inner: order[at + 1]?.arg.axis ?? 0 }
    case 7: return { kind: 'stage', nest, slot: Math.floor(next() * 3), axis: pick() }
    case 8: return { kind: 'cover', nest, axis: pick(), factor: 2 + Math.floor(next() * 12) }
    case 9: return { kind: 'as', nest, axis: pick(), how: 'task' }
    default: return { kind: 'block', nest, axis: Math.floor(next() * 3), size: 1 + Math.floor(next() * 8) }
  }
}

describe(`any accepted steps compute the same (PETAGRAD_SEED=${seed})`, () => {
  for (const [name, make] of Object.entries(samples)) {
    it(name, () => {
      const next = random(seed)
      let accepted = 0
      for (const kernel of kernelsOf(make())) {
        for (let round = 0; round < 6; round++) {
          let state = nestsOf(kernel)
          const steps: Step[] = []
          for (let i = 0; i < 8; i++) {
            const step = randomStep(state, next)
            try {
              state = applyStep(state, step)
            } catch (e) {
              expect(e).toMatchObject({ code: 'INVALID_ARGUMENT' })
              continue
            }
            steps.push(step)
            const points = state.nests.flatMap(n => n.order).filter(a => a.arg.kind === 'unroll' || a.arg.kind === 'group')
            if (points.reduce((n, a) => n * Number(is(a.src[0], 'const') ? a.src[0].arg : 1), 1) > 64) break
          }
          accepted += steps.length
          const text = steps.map(printStep).join('\n')
          expectSame(kernel, text, text)
        }
      }
      expect(accepted).toBeGreaterThan(0)
    })
  }
})

