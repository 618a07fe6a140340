import type { UOp } from '../uop.js'
import type { Rule } from './pattern.js'

/** Hears which rule gave the replacement. */
export type Fired = (rule: Rule) => void

/** A list of rules made ready to apply. Rules are tried in order; the first that applies wins. */
export interface Matcher {
  readonly rules: readonly Rule[]
  /** The replacement of this one node, its sources left alone; undefined where no rule applies. Never `u` itself. */
  match(u: UOp, fired?: Fired): UOp | undefined
}

/** Reports the rule and passes its result on: what a compiled matcher returns. */
export function hit(fired: Fired | undefined, rule: Rule, result: UOp): UOp {
  fired?.(rule)
  return result
}

/** One matcher that tries several in order. */
export function composeMatchers(matchers: readonly Matcher[]): Matcher {
  return {
    rules: matchers.flatMap(m => m.rules),
    match(u, fired) {
      for (const m of matchers) {
        const result = m.match(u, fired)
        if (result !== undefined) return result
      }
      return undefined
    },
  }
}
