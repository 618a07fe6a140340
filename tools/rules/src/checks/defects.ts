import type { Rule } from '../../../../packages/ir/src/index.js'
import { precedence } from '../precedence.js'
import { checkRule, usualEffort, type Effort } from './laws.js'
import { findConflicts } from './overlap.js'
import type { Random } from './random.js'

/** What is wrong with one rule among the built-in ones, as sentences. */
export function ruleDefects(rule: Rule, random: Random, effort: Effort = usualEffort): string[] {
  const { exercised, won, earlier, violations } = checkRule(rule, random, effort)
  const defects = [...violations]
  if (exercised === 0) defects.push('was never exercised: no instance of its left side came up')
  else if (won === 0) defects.push(`never comes first: shadowed by ${[...earlier].join(', ') || 'the final form of its operands'}`)
  return defects.map(d => `${rule.name}: ${d}`)
}

const isDeclared = (earlier: string, later: string): boolean => precedence.some(d => d.first === earlier && d.then.includes(later))

/** What is wrong between rules, as sentences: overlaps that are not declared or are the wrong way round, stale declarations. */
export function overlapDefects(rules: readonly Rule[], random: Random): string[] {
  const place = new Map(rules.map((r, i) => [r.name, i] as const))
  const stale = precedence.flatMap(({ first, then }) =>
    then.filter(later => !((place.get(first) ?? rules.length) < (place.get(later) ?? -1))).map(later => `precedence: ${first} does not stand before ${later}`))
  return [
    ...stale,
    ...findConflicts(rules, random).flatMap(({ earlier, later, costs, example }) => {
      if (!isDeclared(earlier, later)) return [`${earlier} and ${later} lead to different final forms: ${example}`]
      return costs[0] > costs[1] ? [`${earlier} goes before ${later} and ends dearer: ${example}`] : []
    }),
  ]
}
