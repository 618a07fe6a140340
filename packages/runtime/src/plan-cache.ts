import type { Counters } from './counters.js'
import type { ByteStore } from './disk-cache.js'
import type { KernelCompiler } from './kernel-compiler.js'
import type { ReadyPlan } from './ready-plan.js'
import { debugLevel } from './settings.js'
import { decodePlan, encodePlan } from './stored-plan.js'
import { activeTrace } from './trace.js'

/** From this debug level on plans are made anew: what is shown is how they come about. */
const LEVEL_THAT_NEEDS_PLANS = 3
/** Plans kept in memory; those used longest ago go first. */
const MOST_PLANS = 512

/**
 * Plans with their kernels by the structure of their graph, in memory and on disk: a process that computes what an
 * earlier one did neither schedules nor compiles. The key holds the graph's text, the target, the build of the
 * compiler and the schedules that tuning has found, so a plan is only found by whom it would be made for again.
 */
export class PlanCache {
  private readonly plans = new Map<string, ReadyPlan>()

  /** `tuned` is what has been found for kernels of this target, as text. */
  constructor(
    private readonly store: ByteStore,
    private readonly compiler: KernelCompiler,
    private readonly counters: Counters,
    private readonly tuned: () => string = () => '',
  ) {}

  keyOf(graph: string): string {
    return this.store.digest(['plan', this.compiler.targetKey, this.tuned(), graph])
  }

  /** The plan for a graph of that key, or undefined where it has to be made. */
  async find(key: string): Promise<ReadyPlan | undefined> {
    if (debugLevel() >= LEVEL_THAT_NEEDS_PLANS) return undefined
    const known = this.plans.get(key)
    const found = known ?? await this.recall(key)
    if (found === undefined) return undefined
    this.remember(key, found)
    this.counters.schedules++
    this.counters.scheduleCacheHits++
    if (known !== undefined) this.counters.kernelCacheHits += found.kernels.length
    return found
  }

  add(key: string, plan: ReadyPlan): void {
    this.remember(key, plan)
    const bytes = encodePlan(plan)
    if (bytes !== undefined) this.compiler.keep(this.store, key, bytes)
  }

  private async recall(key: string): Promise<ReadyPlan | undefined> {
    const start = performance.now()
    const bytes = await this.store.get(key)
    if (bytes === undefined) return undefined
    const plan = await decodePlan(bytes, (facts, binary, kernel) => this.compiler.reload(facts, binary, kernel))
    activeTrace()?.span('compiler', 'schedule', 'plan from disk', start, performance.now(), { kernels: plan.calls.length })
    return plan
  }

  private remember(key: string, plan: ReadyPlan): void {
    this.plans.delete(key) // to the end: the least recently used is the first to go
    this.plans.set(key, plan)
    for (const oldest of this.plans.keys()) {
      if (this.plans.size <= MOST_PLANS) break
      this.plans.delete(oldest)
    }
  }
}
