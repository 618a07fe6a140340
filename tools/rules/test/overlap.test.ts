import { describe, expect, it } from 'vitest'
import { builtinRules, p, rule, withSrc, type Rule } from '../../../packages/ir/src/index.js'
import { findConflicts } from '../src/checks/overlap.js'
import { Random, seedOfRun } from '../src/checks/random.js'
import { precedence } from '../src/precedence.js'

const seed = seedOfRun()
const place = new Map(builtinRules.map((r, i) => [r.name, i] as const))
const isDeclared = (earlier: string, later: string): boolean => precedence.some(d => d.first === earlier && d.then.includes(later))

describe('rules that meet at one node', () => {
  it(`lead to one final form, or have a declared precedence that is not dearer (PETAGRAD_SEED=${seed})`, () => {
    const conflicts = findConflicts(builtinRules, new Random(seed))
    expect(conflicts.filter(c => !isDeclared(c.earlier, c.later))).toEqual([])
    expect(conflicts.filter(c => c.costs[0] > c.costs[1])).toEqual([])
  })

  it('are declared by names that exist, in the order in which they are tried', () => {
    for (const { first, then } of precedence) {
      for (const later of then) expect(place.get(first), `${first} before ${later}`).toBeLessThan(place.get(later) ?? -1)
    }
  })

  it('are found where they conflict', () => {
    const left: Rule = rule('halve', p.add(p.integer('x'), p.integer('x')).as('u'), ({ u, x }) => withSrc(u, [x, u]))
    const right: Rule = rule('double', p.add(p.integer('y'), p.integer('z')).as('u'), ({ u, y }) => withSrc(u, [u, y]))
    expect(findConflicts([left, right], new Random(seed)).map(c => [c.earlier, c.later])).toEqual([['halve', 'double']])
  })
})
