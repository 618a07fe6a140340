import { describe, expect, it } from 'vitest'
import { candidateSchedules, lowerKernel, type CandidateSchedule } from '@petagrad/codegen'
import type { UOp } from '@petagrad/ir'
import { alu, attention, buffer, conv2d, depthwise, matmul, pad, permute, reduce, scan, softmax } from '../../schedule/test/graphs.js'
import { capabilities, expectSame, kernelsOf } from './same.js'

const samples: Readonly<Record<string, () => UOp>> = {
  'a matrix product': () => matmul(buffer([40, 24]), buffer([24, 36])),
  'a product that is uneven everywhere': () => matmul(buffer([13, 17]), permute(buffer([19, 17]), [1, 0])),
  'a padded convolution': () => conv2d(pad(buffer([1, 3, 8, 8]), [[0, 0], [0, 0], [1, 1], [1, 1]]), buffer([8, 3, 3, 3])),
  'element-wise': () => alu('add', alu('mul', buffer([6, 50]), 2), buffer([6, 50])),
  'a sum': () => reduce('add', buffer([8, 300]), [1]),
  'a softmax': () => softmax(buffer([9, 70])),
  'a chain of products': () => attention(buffer([2, 24, 8]), buffer([2, 24, 8]), buffer([2, 24, 8])),
  'a transposition': () => permute(buffer([40, 56]), [1, 0]),
  'windows that slide': () => depthwise(pad(buffer([1, 2, 12, 20]), [[0, 0], [0, 0], [1, 1], [1, 1]]), buffer([2, 3, 3])),
  'a running sum': () => scan('add', buffer([16, 24]), 0),
}

describe('candidate schedules', () => {
  for (const [name, make] of Object.entries(samples)) {
    it(`of ${name} compute the same, and are no two alike`, () => {
      for (const kernel of kernelsOf([make()])) {
        const found = candidateSchedules(kernel, capabilities)
        const texts = [lowerKernel(kernel, capabilities).schedule, ...found.map(c => c.schedule)]
        expect(new Set(texts).size).toBe(texts.length)
        for (const { schedule } of found) expect(expectSame(kernel, schedule, schedule).schedule).toBe(schedule)
      }
    })
  }

  it('differ in tile, tasks, caches and what is written out', () => {
    const [kernel] = kernelsOf([matmul(buffer([1024, 2048]), buffer([2048, 1024]))])
    const chosen = candidateSchedules(kernel, capabilities).flatMap(c => Object.keys(c.choices.get(0) ?? {}))
    expect(new Set(chosen)).toEqual(new Set(['lanes', 'tasks', 'caches', 'body', 'tile']))
  })

  it('come in the order of the cost model', () => {
    const [kernel] = kernelsOf([matmul(buffer([256, 256]), buffer([256, 256]))])
    const estimates = candidateSchedules(kernel, capabilities).map(c => c.estimate)
    expect(estimates).toEqual([...estimates].sort((a, b) => a - b))
    expect(new Set(estimates).size).toBeGreaterThan(4)
  })

  it('can depart from one of their own, from which the default is one choice away', () => {
    const [kernel] = kernelsOf([matmul(buffer([256, 256]), buffer([256, 256]))])
    const [{ choices }] = candidateSchedules(kernel, capabilities).filter((c: CandidateSchedule) => c.choices.get(0)?.tile === 2)
    const further = candidateSchedules(kernel, capabilities, choices)
    expect(further.map(c => c.schedule)).toContain(lowerKernel(kernel, capabilities).schedule)
    expect(further.some(c => c.choices.get(0)?.tile === 2 && c.choices.get(0)?.tasks !== undefined)).toBe(true)
  })
})

describe('a schedule that is given', () => {
  const [kernel] = kernelsOf([alu('add', buffer([64, 4096]), 1)])

  it.each([
    ['0: unroll 0\n0: unroll 1', 'writes out 262144 copies'],
    ['0: split 0 by 7', '7 does not divide'],
    ['3: task 0', 'no nest 3'],
    ['0: levitate 0', 'not a schedule step'],
  ])('is refused by name where it does not do: %j', (schedule, why) => {
    expect(() => lowerKernel(kernel, capabilities, { schedule })).toThrow(why)
  })
})
