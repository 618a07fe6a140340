import type { UOp } from '@petagrad/ir/graph'
import type { BoundPlan, ScheduleOptions } from '@petagrad/schedule'
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
    const { calls, roots, arenaBytes } = this.schedule(sink, await this.load())
    const kernels = await Promise.all(calls.map(call => compiler.compile(call.kernel)))
    const plan = { calls: calls.map(({ args }, i) => ({ kernel: kernels[i], args })), roots, arenaBytes }
    if (key !== undefined) plans?.add(key, plan)
    return plan
  }

  private schedule(sink: UOp<'sink'>, schedule: Schedule): BoundPlan['plan'] {
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
