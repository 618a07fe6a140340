import {
  builtinMatcher, interpretedMatcher, sameShape, shapeOf, simplify, withSrc,
  type Matcher, type PatternData, type Rule, type UOp,
} from '../../../../packages/ir/src/index.js'
import { costOf } from './cost.js'
import { evaluate, opaqueNodes, OpenResult, type Lanes } from './evaluate.js'
import type { Random } from './random.js'
import { Sampler } from './sample.js'
import { randomValue, sameValue } from './values.js'
import { evaluateTensor, isAboutTensors, randomBuffers, ViewSampler } from './view.js'

/** What the check of one rule found. */
export interface LawReport {
  readonly rule: string
  /** Instances of the left side that the rule rewrote. */
  readonly exercised: number
  /** Instances, their sources in final form, that it rewrote as the first of all rules. */
  readonly won: number
  /** The rules that came first where it did not. */
  readonly earlier: ReadonlySet<string>
  readonly violations: readonly string[]
}

/** How hard to try. */
export interface Effort {
  /** Instances to rewrite. */
  readonly instances: number
  /** Instances of the left side to make for that, at most: guards turn many away. */
  readonly attempts: number
  /** Values to give to the opaque operands of each instance. */
  readonly environments: number
}

export const usualEffort: Effort = { instances: 60, attempts: 8000, environments: 24 }

/** An instance of a left side, guards aside. */
export function instanceOf(random: Random, pattern: PatternData): UOp | undefined {
  return isAboutTensors(pattern) ? new ViewSampler(random).instance(pattern) : Sampler.instance(random, pattern)
}

/** Checks one rule on random instances: both sides equal bit for bit, of one dtype and shape, the right side no dearer. */
export function checkRule(rule: Rule, random: Random, effort: Effort = usualEffort): LawReport {
  const only = interpretedMatcher([rule])
  const violations: string[] = []
  const earlier = new Set<string>()
  let exercised = 0
  let won = 0
  for (let i = 0; i < effort.attempts && (exercised < effort.instances || won === 0); i++) {
    const left = instanceOf(random, rule.pattern)
    if (left === undefined) continue
    const winner = winnerOn(left, only)
    if (winner === rule.name) won++
    else if (winner !== undefined) earlier.add(winner)
    if (exercised >= effort.instances) continue
    const right = only.match(left)
    if (right === undefined) continue
    exercised++
    violations.push(...compare(left, right, random, isAboutTensors(rule.pattern) ? 4 : effort.environments, isAboutTensors(rule.pattern)))
  }
  return { rule: rule.name, exercised, won, earlier, violations: violations.slice(0, 3) }
}

/** The rule that the whole set applies to an instance whose sources have their final form, if the rule in question still could. */
function winnerOn(left: UOp, only: Matcher): string | undefined {
  const settled = withSources(left)
  if (only.match(settled) === undefined) return undefined
  let name: string | undefined
  builtinMatcher.match(settled, rule => void (name = rule.name))
  return name
}

/** The node with its sources in final form: what rules really see. */
export const withSources = (u: UOp): UOp => withSrc(u, simplify(u.src))

function compare(left: UOp, right: UOp, random: Random, environments: number, isTensor: boolean): string[] {
  const law = `${describe(left)} -> ${describe(right)}`
  if (left.dtype !== right.dtype) return [`${law}: dtype ${left.dtype.name} became ${right.dtype.name}`]
  if (!sameShape(shapeOf(left), shapeOf(right))) return [`${law}: the shape changed`]
  const before = costOf(left), after = costOf(right)
  if (after > before) return [`${law}: cost ${before} became ${after}`]
  for (let i = 0; i < environments; i++) {
    const difference = isTensor ? differentTensors(left, right, random) : differentLanes(left, right, random)
    if (difference !== undefined) return [`${law}: ${difference}`]
  }
  return []
}

/** The definition leaves the sign of a zero that `max` gives open. */
const hasOpenZeros = (u: UOp): boolean => u.op === 'max' || u.src.some(hasOpenZeros)

function differentLanes(left: UOp, right: UOp, random: Random): string | undefined {
  const environment = new Map<UOp, Lanes>()
  for (const u of opaqueNodes([left, right])) {
    const same = random.chance(0.5) ? randomValue(random, u.dtype.scalar) : undefined
    environment.set(u, Array.from({ length: u.dtype.lanes }, () => same ?? randomValue(random, u.dtype.scalar)))
  }
  try {
    const a = evaluate(left, environment), b = evaluate(right, environment)
    const loose = hasOpenZeros(left)
    if (a.length === b.length && a.every((x, i) => sameValue(x, b[i], loose))) return undefined
    const values = [...environment].map(([u, lanes]) => `${u.dtype.name} ${lanes.map(String)}`).join('; ')
    return `${a.map(show)} became ${b.map(show)} for ${values}`
  } catch (error) {
    if (error instanceof OpenResult) return undefined
    throw error
  }
}

function differentTensors(left: UOp, right: UOp, random: Random): string | undefined {
  const buffers = randomBuffers(random, [left, right])
  const a = evaluateTensor(left, buffers).values, b = evaluateTensor(right, buffers).values
  return a.length === b.length && a.every((x, i) => Object.is(x, b[i])) ? undefined : `${a.map(String)} became ${b.map(String)}`
}

const show = (x: unknown): string => (Object.is(x, -0) ? '-0' : String(x))

/** An expression on one line, for messages. */
export function describe(u: UOp): string {
  const type = u.dtype.name
  if (u.op === 'const') return `${show(u.arg)}:${type}`
  if (u.op === 'load' && u.src.length === 1) return `r${u.src[0].id}:${type}`
  const arg = u.arg === undefined ? '' : JSON.stringify(u.arg, (_, x: unknown) => (typeof x === 'bigint' ? String(x) : x))
  return `${u.op}${arg}:${type}(${u.src.map(describe).join(', ')})`
}
