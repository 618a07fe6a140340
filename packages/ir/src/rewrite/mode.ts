import { PetagradError } from '../errors.js'
import { interpretedMatcher } from './interpreted.js'
import { hit, type Fired, type Matcher } from './matcher.js'
import type { UOp } from '../uop.js'
import type { Rule } from './pattern.js'

/** Which matcher applies the built-in rules. `both` runs the two and refuses to go on where they differ. */
export type MatcherMode = 'compiled' | 'interpreted' | 'both'

const modes: readonly string[] = ['compiled', 'interpreted', 'both'] satisfies readonly MatcherMode[]
const isMode = (name: string): name is MatcherMode => modes.includes(name)

let mode: MatcherMode | undefined

/** Chooses the matcher from here on. Without it the environment's PETAGRAD_MATCHER decides, and else `compiled`. */
export function setMatcherMode(to: MatcherMode): void {
  mode = to
}

/** @throws INVALID_ARGUMENT if PETAGRAD_MATCHER names no mode. */
export function matcherMode(): MatcherMode {
  if (mode === undefined) {
    // A browser has no process; Node's is looked up without importing it.
    const host: { readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> } } = globalThis
    const name = host.process?.env?.PETAGRAD_MATCHER ?? 'compiled'
    const hint = `Use one of ${modes.join(', ')}.`
    if (!isMode(name)) throw new PetagradError('INVALID_ARGUMENT', `PETAGRAD_MATCHER is '${name}'`, { hint })
    mode = name
  }
  return mode
}

/** A compiled matcher together with the interpreted one of the same rules, chosen between at each node. */
export class DualMatcher implements Matcher {
  private interpreted: Matcher | undefined

  constructor(private readonly compiled: Matcher) {}

  get rules(): readonly Rule[] {
    return this.compiled.rules
  }

  /** @throws IR_INVALID in mode `both`, if the matchers differ. */
  match(u: UOp, fired?: Fired): UOp | undefined {
    const mode = matcherMode()
    if (mode === 'compiled') return this.compiled.match(u, fired)
    const interpreted = (this.interpreted ??= interpretedMatcher(this.rules))
    if (mode === 'interpreted') return interpreted.match(u, fired)
    let byCompiled: Rule | undefined
    let byInterpreted: Rule | undefined
    const a = this.compiled.match(u, rule => void (byCompiled = rule))
    const b = interpreted.match(u, rule => void (byInterpreted = rule))
    if (a !== b || byCompiled !== byInterpreted) {
      const sides = `compiled ${byCompiled?.name ?? 'none'}, interpreted ${byInterpreted?.name ?? 'none'}`
      throw new PetagradError('IR_INVALID', `the matchers differ (${sides})`, { op: u.op, hint: 'Run `npm run rules`.' })
    }
    return a === undefined || byCompiled === undefined ? undefined : hit(fired, byCompiled, a)
  }
}
