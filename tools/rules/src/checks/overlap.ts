import {
  interpretedMatcher, orders, simplify,
  type Matcher, type PatternData, type Rule,
} from '../../../../packages/ir/src/index.js'
import { costOf } from './cost.js'
import { describe, instanceOf, withSources } from './laws.js'
import type { Random } from './random.js'

/** Two rules that both apply to one node and lead to different final forms. */
export interface Conflict {
  readonly earlier: string
  readonly later: string
  /** The final forms' costs. */
  readonly costs: readonly [number, number]
  readonly example: string
}

/** A node that two left sides both describe is looked for this often, for each pair of operand orders. */
const ATTEMPTS = 24
/** Rounds of making all places of a repeated name alike. */
const ROUNDS = 4

/** Every pair of rules whose left sides can meet at one node must reach one final form from there, whichever goes first. */
export function findConflicts(rules: readonly Rule[], random: Random): Conflict[] {
  const matchers = new Map(rules.map(rule => [rule, interpretedMatcher([rule])] as const))
  const conflicts: Conflict[] = []
  rules.forEach((earlier, i) => {
    for (const later of rules.slice(i + 1)) {
      const a = matchers.get(earlier), b = matchers.get(later)
      if (a === undefined || b === undefined) continue
      const conflict = conflictOf(earlier, a, later, b, random)
      if (conflict !== undefined) conflicts.push(conflict)
    }
  })
  return conflicts
}

function conflictOf(earlier: Rule, a: Matcher, later: Rule, b: Matcher, random: Random): Conflict | undefined {
  // Swapping operands in both left sides alike gives nothing new, so one of them keeps its first order.
  const first = orders(earlier.pattern)[0]
  for (const other of orders(later.pattern)) {
    const both = unify(first, other)
    if (both === undefined) continue
    for (let i = 0; i < ATTEMPTS; i++) {
      const ends = differingEnds(both, a, b, random)
      if (ends !== undefined) return { earlier: earlier.name, later: later.name, ...ends }
    }
  }
  return undefined
}

function differingEnds(pattern: PatternData, a: Matcher, b: Matcher, random: Random): Pick<Conflict, 'costs' | 'example'> | undefined {
  const found = instanceOf(random, pattern)
  if (found === undefined) return undefined
  const u = withSources(found)
  const byEarlier = a.match(u)
  const byLater = byEarlier === undefined ? undefined : b.match(u)
  if (byEarlier === undefined || byLater === undefined || byEarlier === byLater) return undefined
  const [one, other] = simplify([byEarlier, byLater])
  if (one === other) return undefined
  return { costs: [costOf(one), costOf(other)], example: `${describe(u)} becomes ${describe(one)} or ${describe(other)}` }
}

/** What names stand for; undefined where nothing can. */
type Meanings = Map<string, PatternData | undefined>

/** The pattern of the nodes that both describe; undefined if there are none. Guards are left to the rules. */
function unify(a: PatternData, b: PatternData): PatternData | undefined {
  const sameNode = new Map<string, string>()
  let merged = merge(a, renamed(b, name => `${name}'`), sameNode)
  for (let round = 0; merged !== undefined && round < ROUNDS; round++) {
    merged = renamed(merged, name => representative(name, sameNode))
    const meanings: Meanings = new Map()
    collect(merged, meanings, sameNode)
    if ([...meanings.values()].includes(undefined)) return undefined
    merged = withMeanings(merged, meanings)
  }
  return merged
}

function representative(name: string, sameNode: ReadonlyMap<string, string>): string {
  let at = name
  for (let next = sameNode.get(at); next !== undefined; next = sameNode.get(at)) at = next
  return at
}

function merge(a: PatternData, b: PatternData, sameNode: Map<string, string>): PatternData | undefined {
  const ops = both(a.ops, b.ops), kinds = both(a.kinds, b.kinds)
  if (ops?.length === 0 || kinds?.length === 0) return undefined
  if (a.value !== undefined && b.value !== undefined && !Object.is(a.value, b.value)) return undefined
  if (a.src !== undefined && b.src !== undefined && a.src.length !== b.src.length) return undefined
  if (a.name !== undefined && b.name !== undefined) {
    const x = representative(a.name, sameNode), y = representative(b.name, sameNode)
    if (x !== y) sameNode.set(y, x)
  }
  const src: PatternData[] = []
  for (let i = 0; i < Math.max(a.src?.length ?? 0, b.src?.length ?? 0); i++) {
    const x = a.src?.[i], y = b.src?.[i]
    const s = x !== undefined && y !== undefined ? merge(x, y, sameNode) : (x ?? y)
    if (s === undefined) return undefined
    src.push(s)
  }
  const sources = a.src === undefined && b.src === undefined ? undefined : src
  return { ops, kinds, value: a.value ?? b.value, name: a.name ?? b.name, src: sources, commutes: false, guards: [] }
}

function both<T>(a: readonly T[] | undefined, b: readonly T[] | undefined): readonly T[] | undefined {
  return a === undefined ? b : b === undefined ? a : a.filter(x => b.includes(x))
}

function renamed(pattern: PatternData, to: (name: string) => string): PatternData {
  return { ...pattern, name: pattern.name === undefined ? undefined : to(pattern.name), src: pattern.src?.map(s => renamed(s, to)) }
}

/** What each name stands for, all its places taken together; undefined where they exclude each other. */
function collect(pattern: PatternData, meanings: Meanings, sameNode: Map<string, string>): void {
  const { name } = pattern
  if (name !== undefined) {
    const before = meanings.get(name)
    meanings.set(name, !meanings.has(name) ? pattern : before && merge(before, pattern, sameNode))
  }
  for (const s of pattern.src ?? []) collect(s, meanings, sameNode)
}

/** The pattern with every name's whole meaning in each of its places; undefined if a name would contain itself. */
function withMeanings(pattern: PatternData, meanings: Meanings, inside: readonly string[] = []): PatternData | undefined {
  const { name } = pattern
  if (name !== undefined && inside.includes(name)) return undefined
  const meaning = (name === undefined ? undefined : meanings.get(name)) ?? pattern
  const src: PatternData[] = []
  for (const s of meaning.src ?? []) {
    const whole = withMeanings(s, meanings, name === undefined ? inside : [...inside, name])
    if (whole === undefined) return undefined
    src.push(whole)
  }
  return { ...meaning, src: meaning.src === undefined ? undefined : src }
}
