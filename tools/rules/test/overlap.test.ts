import { describe, expect, it } from 'vitest'
import { builtinRules, p, rule, withSrc } from '../../../packages/ir/src/index.js'
import { overlapDefects } from '../src/checks/defects.js'
import { Random, seedOfRun } from '../src/checks/random.js'

const seed = seedOfRun()

describe('rules that meet at one node', () => {
  it(`lead to one final form, or have a declared precedence that is not dearer (PETAGRAD_SEED=${seed})`, () => {
    expect(overlapDefects(builtinRules, new Random(seed))).toEqual([])
  })

  it('are found where they conflict, or stand the wrong way round', () => {
    const one = rule('one', p.add(p.integer('x'), p.integer('x')).as('u'), ({ u, x }) => withSrc(u, [x, u]))
    const other = rule('other', p.add(p.integer('y'), p.integer('z')).as('u'), ({ u, y }) => withSrc(u, [u, y]))
    expect(overlapDefects([...builtinRules, one, other], new Random(seed)).join()).toContain('one and other lead to different final forms')
    expect(overlapDefects([...builtinRules].reverse(), new Random(seed))).toContain('precedence: where-not does not stand before where-and')
  })
})
