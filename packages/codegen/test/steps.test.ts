import { describe, expect, it } from 'vitest'
import { is } from '@petagrad/ir'
import { applyStep, lowerKernel, nestsOf, printStep, type LoopNests, type Step } from '@petagrad/codegen'
import { samples } from '../../schedule/test/graphs.js'
import { capabilities, expectSame, kernelsOf, random, seed } from './same.js'

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

/** Steps that must be refused: what they make in scratch would be shared by what is written out. */
describe('scratch belongs to one iteration', () => {
  for (const last of ['0: accumulate 3 over 0', '0: stage 1 at 2']) {
    it(last, () => {
      const [kernel] = kernelsOf(samples.matmul())
      expect(() => lowerKernel(kernel, capabilities, { schedule: `0: reorder 2 3 0\n0: unroll 2\n${last}` })).toThrow(/scratch shared/)
    })
  }
})

it('a chain is not blocked around what a step has put in scratch', () => { // PETAGRAD_SEED=616162
  const [kernel] = kernelsOf(samples['attention of few']())
  expect(() => lowerKernel(kernel, capabilities, { schedule: '3: accumulate 11 over 3\n1: block 1 by 6' })).toThrow(/scratch of its own/)
})

/** A random step on a random axis; many are refused. */
function randomStep(state: LoopNests, next: () => number): Step {
  const nest = Math.floor(next() * state.nests.length)
  const { order } = state.nests[nest]
  const pick = () => order[Math.floor(next() * order.length)]?.arg.axis ?? 0
  const at = Math.floor(next() * order.length)
  switch (Math.floor(next() * (state.chains.length > 0 ? 13 : 12))) {
    case 0: case 1: return { kind: 'split', nest, axis: pick(), factor: [2, 3, 4, 5, 8][Math.floor(next() * 5)] }
    case 2: return { kind: 'peel', nest, axis: pick(), at: 1 + Math.floor(next() * 20) }
    case 3: return { kind: 'reorder', nest, order: [...order].map(a => ({ a, k: next() })).sort((x, y) => x.k - y.k).map(x => x.a.arg.axis) }
    case 4: return { kind: 'as', nest, axis: pick(), how: 'unroll' }
    case 5: return { kind: 'as', nest, axis: pick(), how: 'group' }
    case 6: return { kind: 'merge', nest, outer: order[at]?.arg.axis ?? 0, inner: order[at + 1]?.arg.axis ?? 0 }
    case 7: return { kind: 'stage', nest, slot: Math.floor(next() * 3), axis: pick() }
    case 8: return { kind: 'cover', nest, axis: pick(), factor: 2 + Math.floor(next() * 12) }
    case 9: return { kind: 'accumulate', nest, axis: pick(), over: pick() }
    case 10: return { kind: 'keep', nest, axis: pick() }
    case 11: return { kind: 'as', nest, axis: pick(), how: 'task' }
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

