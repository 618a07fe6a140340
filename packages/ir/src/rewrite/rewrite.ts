import { PetagradError } from '../errors.js'
import { toposort, withSrc, type UOp } from '../uop.js'
import { listenersOf, type RewriteListener } from './listener.js'
import type { Fired, Matcher } from './matcher.js'
import { NodeMap } from './node-map.js'
import type { Rule } from './pattern.js'

export interface RewriteOptions {
  /** The pass, in statistics, debugging output and errors. */
  readonly name: string
  readonly listener?: RewriteListener
  /** Results by node. Rewriting several graphs with the same matcher and map does shared parts once. */
  readonly memo?: NodeMap
}

/** Replacements that may wait for each other before the graph's size is counted to see whether that can be right. */
const FREE_DEPTH = 1000
/** A rule may push its root down through the whole graph; rules of one set do that a few times, not without end. */
const DEPTH_PER_NODE = 8
/** Waiting replacements that an error looks at to name the rules. */
const NAMED_REPLACEMENTS = 64

/**
 * The graph with the matcher's rules applied bottom-up until none applies. Every node is brought to its final form
 * once, so the time is linear in the nodes before, between and after. No recursion: graphs may be deep.
 *
 * @throws IR_INVALID naming the rules, if they rewrite in a circle or without end.
 */
export function rewrite(root: UOp, matcher: Matcher, options: RewriteOptions): UOp
export function rewrite(roots: readonly UOp[], matcher: Matcher, options: RewriteOptions): UOp[]
export function rewrite(root: UOp | readonly UOp[], matcher: Matcher, options: RewriteOptions): UOp | UOp[] {
  const roots = isList(root) ? root : [root]
  const listeners = listenersOf(options.listener)
  const results = listeners.length === 0 ? new Rewriter(matcher, options).run(roots) : observed(roots, matcher, options, listeners)
  return isList(root) ? results : results[0]
}

const isList = (x: UOp | readonly UOp[]): x is readonly UOp[] => Array.isArray(x)

function observed(roots: readonly UOp[], matcher: Matcher, options: RewriteOptions, listeners: readonly RewriteListener[]): UOp[] {
  const { name: pass } = options
  const hits = new Map<string, number>()
  const watching: Matcher = {
    rules: matcher.rules,
    match(u, fired) {
      let by: Rule | undefined
      const result = matcher.match(u, rule => void (by = rule))
      if (result === undefined || by === undefined) return result
      hits.set(by.name, (hits.get(by.name) ?? 0) + 1)
      for (const l of listeners) l.rewrote?.(pass, by.name, u, result)
      fired?.(by)
      return result
    },
  }
  const start = performance.now()
  const results = new Rewriter(watching, options).run(roots)
  const milliseconds = performance.now() - start
  const report = { pass, milliseconds, nodesBefore: toposort(roots).length, nodesAfter: toposort(results).length, hits }
  for (const l of listeners) l.finished?.(report)
  return results
}

class Rewriter {
  /** Final forms. */
  private readonly done: NodeMap
  /** What nodes were replaced by, where that is not final yet. */
  private readonly waiting = new NodeMap()
  private waitingCount = 0
  private depthLimit = FREE_DEPTH

  constructor(private readonly matcher: Matcher, private readonly options: RewriteOptions) {
    this.done = options.memo ?? new NodeMap()
  }

  run(roots: readonly UOp[]): UOp[] {
    for (const root of roots) this.finish(root, roots)
    return roots.map(root => this.done.get(root) ?? root)
  }

  private finish(root: UOp, roots: readonly UOp[]): void {
    const { done, waiting } = this
    const stack: UOp[] = [root]
    while (stack.length > 0) {
      const u = stack[stack.length - 1]
      if (done.get(u) !== undefined) {
        stack.pop()
        continue
      }
      const replacement = waiting.get(u)
      if (replacement !== undefined) {
        const result = done.get(replacement)
        // `u` is on top again and its replacement is unfinished: finishing the replacement needs `u` itself.
        if (result === undefined) throw this.endless('circle', stack.slice(stack.indexOf(u)))
        waiting.set(u, undefined)
        this.waitingCount--
        done.set(u, result)
        stack.pop()
        continue
      }
      if (this.pushUnfinished(u.src, stack)) continue
      const rebuilt = this.rebuild(u)
      const next = rebuilt === u ? this.matcher.match(u) : rebuilt
      const final = next === undefined ? u : done.get(next)
      if (final !== undefined) {
        done.set(u, final)
        stack.pop()
        continue
      }
      if (next === undefined) continue
      waiting.set(u, next)
      stack.push(next)
      if (++this.waitingCount > this.depthLimit) this.judgeDepth(roots, stack)
    }
  }

  private pushUnfinished(src: readonly UOp[], stack: UOp[]): boolean {
    let pushed = false
    for (let i = src.length - 1; i >= 0; i--) {
      if (this.done.get(src[i]) !== undefined) continue
      stack.push(src[i])
      pushed = true
    }
    return pushed
  }

  private rebuild(u: UOp): UOp {
    const { src } = u
    for (let i = 0; i < src.length; i++) {
      if (this.done.get(src[i]) !== src[i]) return withSrc(u, src.map(s => this.done.get(s) ?? s))
    }
    return u
  }

  private judgeDepth(roots: readonly UOp[], stack: readonly UOp[]): void {
    const allowed = FREE_DEPTH + DEPTH_PER_NODE * toposort(roots).length
    if (this.waitingCount > allowed) throw this.endless('chain without end', stack)
    this.depthLimit = allowed
  }

  private endless(shape: string, stack: readonly UOp[]): PetagradError {
    const names = new Set<string>()
    const note: Fired = rule => names.add(rule.name)
    const replaced = stack.filter(u => this.waiting.get(u) !== undefined)
    for (const u of replaced.slice(-NAMED_REPLACEMENTS)) this.matcher.match(u, note)
    const sentence = `pass '${this.options.name}' rewrites in a ${shape}: rules ${[...names].join(', ')}`
    return new PetagradError('IR_INVALID', sentence, { hint: 'One of these rules makes its node worse; see docs/rules.md.' })
  }
}
