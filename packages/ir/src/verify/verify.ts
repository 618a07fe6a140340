import { PetagradError } from '../errors.js'
import { dependencyOrder } from '../text/order.js'
import { nodeText } from '../text/print.js'
import type { UOp } from '../uop.js'
import type { Level } from './checks.js'
import { opRules } from './rules.js'

/**
 * Checks every node under the roots against the rules of its op at this level: dtypes, arity, argument, shapes, ranges.
 *
 * Errors: IR_INVALID with the name of the check and the text of the node.
 */
export function verify(roots: UOp | readonly UOp[], level: 'tensor' | 'kernel'): void {
  const seen = new Set<UOp>()
  for (const root of roots instanceof Array ? roots : [roots]) {
    for (const u of dependencyOrder(root, n => !seen.has(n))) {
      verifyNode(u, level)
      seen.add(u)
    }
  }
}

/** Checks one node whose sources have been checked. */
export function verifyNode(u: UOp, level: Level): void {
  const { levels, checks } = opRules[u.op]
  if (!levels.includes(level)) fail('level', u, `it does not exist at ${level} level`)
  for (const check of checks) {
    const found = check.finds(u, level)
    if (found !== undefined) fail(check.name, u, found)
  }
}

export function fail(check: string, u: UOp, found: string): never {
  throw new PetagradError('IR_INVALID', `[${check}] ${found}: ${nodeText(u)}`)
}
