import type { UOp } from '@petagrad/ir/graph'
import type { BoundPlan, Plan, ScheduleOptions } from '@petagrad/schedule'
import type { BoundGraph } from './bound-graph.js'
import { scheduleRecorder } from './compile-profile.js'
import type { Counters } from './counters.js'
import { graphText } from './graph-text.js'
import { withRewritesShown } from './lowering-observer.js'
import type { OpenedDevice } from './opened-device.js'
import type { ReadyPlan } from './ready-plan.js'
import { activeTrace } from './trace.js'

export type Schedule = (sink: UOp<'sink'>, options?: ScheduleOptions) => BoundPlan

/** Gives graphs their plans: one that is known, or a new one. */
export class Planner {
  /** `load` imports the scheduler when the first graph needs it. */
  constructor(private readonly load: () => Promise<Schedule>, private readonly counters: Counters) {}

  async plan({ sink }: BoundGraph, device: OpenedDevice): Promise<ReadyPlan> {
    const { plans, compiler } = device
    const text = plans && graphText(sink)?.text
    const key = text === undefined ? undefined : plans?.keyOf(text)
    const known = key === undefined ? undefined : await plans?.find(key)
    if (known !== undefined) return known
    const { calls, roots, arenaBytes } = await this.schedule(sink)
    const kernels = await Promise.all(calls.map(call => compiler.compile(call.kernel)))
    const plan: ReadyPlan = { calls: calls.map(({ args }) => ({ args })), kernels, roots, arenaBytes }
    // A schedule that did not apply has been refused meanwhile: the next process is to be told as well.
    if (text !== undefined && key !== undefined && plans?.keyOf(text) === key) plans.add(key, plan)
    return plan
  }

  /** The plan with its kernels as they are before codegen; it is the same whenever it is made. */
  async schedule(sink: UOp<'sink'>): Promise<Plan> {
    const schedule = await this.load()
    const { counters } = this
    const start = performance.now()
    const { plan, cached } = withRewritesShown(() => schedule(sink, { onPass: scheduleRecorder() }))
    const end = performance.now()
    counters.schedules++
    if (cached) counters.scheduleCacheHits++
    counters.scheduleMs += end - start
    activeTrace()?.span('compiler', 'schedule', 'schedule', start, end, { kernels: plan.calls.length, cached })
    return plan
  }
}
