import type { CodegenOptions } from '@petagrad/codegen'
import { listenToRewrites, toposort, type UOp } from '@petagrad/ir/graph'

/** Time and size of one named pass, over all kernels lowered while the profile was taken. */
export interface PassProfile {
  readonly name: string
  readonly runs: number
  readonly milliseconds: number
  /** Nodes that the pass left, summed over its runs. */
  readonly nodes: number
}

export interface CompileProfile {
  readonly kernels: number
  /** Passes of scheduling; graphs whose plan came from the cache have none. */
  readonly scheduling: readonly PassProfile[]
  /** Passes of codegen, in the order in which they first ran, and rendering. */
  readonly passes: readonly PassProfile[]
  /** Rewrites of the IR, by name: those of scheduling, and those that passes of codegen are made of. */
  readonly rewrites: readonly PassProfile[]
  /** How often each rule fired, most often first. */
  readonly rules: readonly { readonly name: string; readonly hits: number }[]
}

type Growing<T> = { -readonly [K in keyof T]: T[K] }

/** Sums runs by name. */
class Totals {
  private readonly byName = new Map<string, Growing<PassProfile>>()

  add(name: string, milliseconds: number, nodes: number): void {
    let total = this.byName.get(name)
    if (total === undefined) this.byName.set(name, (total = { name, runs: 0, milliseconds: 0, nodes: 0 }))
    total.runs++
    total.milliseconds += milliseconds
    total.nodes += nodes
  }

  list(): readonly PassProfile[] {
    return [...this.byName.values()]
  }
}

let collecting: { kernels: number; readonly passes: Totals; readonly scheduling: Totals } | undefined

/**
 * Runs `work` and says where scheduling and codegen spent their time meanwhile. Kernels that come from a cache do not
 * show. Counting has a cost of its own, which is left out of the passes' times but not out of those of `statistics()`.
 */
export async function compileProfile(work: () => Promise<unknown>): Promise<CompileProfile> {
  const own = (collecting = { kernels: 0, passes: new Totals(), scheduling: new Totals() })
  const rewrites = new Totals()
  const hits = new Map<string, number>()
  const stop = listenToRewrites({
    finished(report) {
      rewrites.add(report.pass, report.milliseconds, report.nodesAfter)
      for (const [rule, count] of report.hits) hits.set(rule, (hits.get(rule) ?? 0) + count)
    },
  })
  try {
    await work()
  } finally {
    stop()
    collecting = undefined
  }
  const rules = [...hits].map(([name, count]) => ({ name, hits: count })).sort((a, b) => b.hits - a.hits)
  return { kernels: own.kernels, scheduling: own.scheduling.list(), passes: own.passes.list(), rewrites: rewrites.list(), rules }
}

/** Notes the passes of one kernel in the profile being taken; undefined while none is. */
export function passRecorder(): NonNullable<CodegenOptions['onPass']> | undefined {
  const into = collecting
  if (into === undefined) return undefined
  into.kernels++
  return recorder(into.passes)
}

/** As `passRecorder`, for the scheduling of one graph. */
export function scheduleRecorder(): ((pass: string, result: readonly UOp[]) => void) | undefined {
  return collecting === undefined ? undefined : recorder(collecting.scheduling)
}

/** Notes that a program of so many uops was rendered. */
export function recordRendering(milliseconds: number, uops: number): void {
  collecting?.passes.add('render', milliseconds, uops)
}

function recorder(totals: Totals): (pass: string, result: UOp | readonly UOp[]) => void {
  let since = performance.now()
  return (name, result) => {
    const milliseconds = performance.now() - since
    totals.add(name, milliseconds, toposort(result).length)
    since = performance.now() // counting nodes is the observer's time
  }
}
