import type { Matcher } from '../rewrite/matcher.js'
import { DualMatcher } from '../rewrite/mode.js'
import { rewrite, type RewriteOptions } from '../rewrite/rewrite.js'
import type { UOp } from '../uop.js'
import { builtinRules } from './families.js'
import { matchBuiltin } from './generated/index.js'

/** The built-in rules. Compose it with a matcher of your own to apply both to one fixed point. */
export const builtinMatcher: Matcher = /* @__PURE__ */ new DualMatcher({ rules: builtinRules, match: matchBuiltin })

/**
 * The graph with every built-in rule applied until none applies, at any level of the IR. Expressions of dtype `index`
 * are left to the symbolic integers. `memo` shares work between calls.
 *
 * @throws IR_INVALID in matcher mode `both`, if the matchers differ.
 */
export function simplify(root: UOp, options?: Partial<RewriteOptions>): UOp
export function simplify(roots: readonly UOp[], options?: Partial<RewriteOptions>): UOp[]
export function simplify(root: UOp | readonly UOp[], options: Partial<RewriteOptions> = {}): UOp | UOp[] {
  const named = { name: 'simplify', ...options }
  return isList(root) ? rewrite(root, builtinMatcher, named) : rewrite(root, builtinMatcher, named)
}

const isList = (x: UOp | readonly UOp[]): x is readonly UOp[] => Array.isArray(x)
