import { describe, expect, it } from 'vitest'
import { families, setMatcherMode } from '../../../packages/ir/src/index.js'
import { checkRule } from '../src/checks/laws.js'
import { Random, seedOfRun } from '../src/checks/random.js'

const seed = seedOfRun()
setMatcherMode('both')

for (const [family, rules] of Object.entries(families)) {
  describe(`rules of ${family} (PETAGRAD_SEED=${seed})`, () => {
    it.each(rules.map((rule, i) => [rule.name, rule, i] as const))('%s is a law, gets used and is worth it', (_, rule, i) => {
      const report = checkRule(rule, new Random(seed * 1000 + i))
      expect(report.violations).toEqual([])
      expect(report.exercised, 'instances of the left side that the rule rewrote').toBeGreaterThan(0)
      expect(report.won, `instances on which no earlier rule came first (${[...report.earlier].join(', ')})`).toBeGreaterThan(0)
    })
  })
}
