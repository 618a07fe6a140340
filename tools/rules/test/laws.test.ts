import { describe, expect, it } from 'vitest'
import { families, setMatcherMode } from '../../../packages/ir/src/index.js'
import { ruleDefects } from '../src/checks/defects.js'
import { Random, seedOfRun } from '../src/checks/random.js'

const seed = seedOfRun()
setMatcherMode('both')

for (const [family, rules] of Object.entries(families)) {
  describe(`rules of ${family} (PETAGRAD_SEED=${seed})`, () => {
    it.each(rules.map((rule, i) => [rule.name, rule, i] as const))('%s is a law, gets used and is worth it', (_, rule, i) => {
      expect(ruleDefects(rule, new Random(seed * 1000 + i))).toEqual([])
    })
  })
}
