import { expect, it } from 'vitest'
import { builtinRules } from '../../../packages/ir/src/index.js'
import { findConflicts } from '../src/checks/overlap.js'
import { Random, seedOfRun } from '../src/checks/random.js'

const seed = seedOfRun()

it(`rules that meet at one node lead to one final form (PETAGRAD_SEED=${seed})`, () => {
  const t = performance.now()
  const conflicts = findConflicts(builtinRules, new Random(seed))
  console.log(performance.now() - t, conflicts.length)
  for (const c of conflicts) console.log(c.earlier, '|', c.later, '|', c.example)
  expect(conflicts.length).toEqual(0)
})
