import { builtinRules } from '../../../packages/ir/src/rules/families.js'
import { overlapDefects, ruleDefects } from './checks/defects.js'
import { Random, seedOfRun } from './checks/random.js'

export { families } from '../../../packages/ir/src/rules/families.js'
export { emitMatcher } from './emit.js'

/** A few instances of every rule: enough to stop a build. The tests look closer. */
const QUICK = { instances: 10, attempts: 4000, environments: 8 }

/** Everything that is wrong with the built-in rules, as sentences. */
export function defects(): string[] {
  const seed = seedOfRun()
  const ofRules = builtinRules.flatMap((rule, i) => ruleDefects(rule, new Random(seed * 1000 + i), QUICK))
  return [...ofRules, ...overlapDefects(builtinRules, new Random(seed))]
}
