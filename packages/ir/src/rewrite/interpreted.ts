import { PetagradError } from '../errors.js'
import type { Op } from '../op.js'
import type { UOp } from '../uop.js'
import { hit, type Matcher } from './matcher.js'
import { holds, orders, type PatternData, type Rule } from './pattern.js'

interface Candidate {
  readonly rule: Rule
  readonly orders: readonly PatternData[]
}

/**
 * A matcher that walks the pattern data. It needs no build step, so it serves rules that come from elsewhere, and it
 * is what compiled matchers are checked against.
 *
 * @throws IR_INVALID if two rules share a name, or a left side names no op.
 */
export function interpretedMatcher(rules: readonly Rule[]): Matcher {
  const byOp = new Map<Op, Candidate[]>()
  const names = new Set<string>()
  for (const rule of rules) {
    if (names.has(rule.name)) throw new PetagradError('IR_INVALID', `two rules are named '${rule.name}'`)
    names.add(rule.name)
    const { ops } = rule.pattern
    if (ops === undefined) throw new PetagradError('IR_INVALID', `the left side of rule '${rule.name}' names no op`)
    const candidate = { rule, orders: orders(rule.pattern) }
    for (const op of ops) {
      const list = byOp.get(op)
      if (list === undefined) byOp.set(op, [candidate])
      else list.push(candidate)
    }
  }
  return {
    rules,
    match(u, fired) {
      for (const candidate of byOp.get(u.op) ?? []) {
        const result = apply(candidate, u)
        if (result !== undefined) return hit(fired, candidate.rule, result)
      }
      return undefined
    },
  }
}

function apply({ rule, orders }: Candidate, u: UOp): UOp | undefined {
  for (const pattern of orders) {
    const bindings: Record<string, UOp> = {}
    if (!matches(pattern, u, bindings) || !rule.guards.every(guard => guard(bindings))) continue
    const result = rule.replace(bindings)
    if (result !== undefined && result !== u) return result
  }
  return undefined
}

function matches(pattern: PatternData, u: UOp, bindings: Record<string, UOp>): boolean {
  if (pattern.ops !== undefined && !pattern.ops.includes(u.op)) return false
  if (pattern.kinds !== undefined && !pattern.kinds.includes(u.dtype.kind)) return false
  if (pattern.value !== undefined && !holds(u, pattern.value)) return false
  if (pattern.name !== undefined) {
    if (Object.hasOwn(bindings, pattern.name) && bindings[pattern.name] !== u) return false
    bindings[pattern.name] = u
  }
  if (pattern.src === undefined) return true
  return pattern.src.length === u.src.length && pattern.src.every((s, i) => matches(s, u.src[i], bindings))
}
