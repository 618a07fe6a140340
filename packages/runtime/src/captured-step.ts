import { PetagradError, type UOp } from '@petagrad/ir/graph'
import type { CommandList } from '@petagrad/device'
import { unpinGraph, type PlannedGraph } from './bound-graph.js'
import type { CapturedStep, KernelProfile, TuningOptions, TuningReport } from './contract.js'
import type { Counters } from './counters.js'
import type { CompiledKernel } from './kernel-compiler.js'
import { reportLaunches, timingWanted } from './launch-report.js'
import type { OpenedDevice } from './opened-device.js'
import { planLaunches, type PlanMemory } from './plan-launches.js'
import type { Planner } from './planner.js'
import type { SubmissionQueue } from './submission-queue.js'

export interface StepParts {
  list: CommandList
  readonly graph: PlannedGraph
  kernels: readonly CompiledKernel[]
  /** The arena is the step's own: no other plan may overwrite what a replay has under way. */
  readonly memory: PlanMemory
  readonly device: OpenedDevice
  readonly planner: Planner
  readonly queue: SubmissionQueue
  readonly counters: Counters
}

/** Steps that nobody freed and nobody can replay any more. It must not be reachable from a step's parts. */
const dropped = new FinalizationRegistry<StepParts>(freeStep)

/** A recorded list of launches over fixed memory. */
export class RecordedStep implements CapturedStep {
  readonly results: readonly UOp<'buffer'>[]
  readonly kernels: CapturedStep['kernels']
  private freed = false

  constructor(private readonly parts: StepParts) {
    this.results = parts.graph.results
    this.kernels = parts.kernels.map(({ lowered: { name, work } }) => ({ name, ops: work.ops, bytes: work.bytes }))
    dropped.register(this, parts, this)
  }

  async replay(): Promise<void> {
    this.checkUsable()
    const { list, counters, queue } = this.parts
    counters.replays++
    counters.kernelsRun += this.kernels.length
    if (timingWanted()) await this.replayTimed()
    else await queue.submit(() => list.replay())
  }

  async profile(): Promise<readonly KernelProfile[]> {
    this.checkUsable()
    this.parts.counters.replays++
    this.parts.counters.kernelsRun += this.kernels.length
    const times = await this.replayTimed()
    return this.kernels.map((kernel, i) => ({ ...kernel, milliseconds: times[i] / 1e6 }))
  }

  async tune(options: TuningOptions = {}): Promise<TuningReport> {
    this.checkUsable()
    const { parts } = this
    const { device, graph, memory } = parts
    return parts.queue.submit(async () => {
      const [{ tuneStep }, plan] = await Promise.all([import('./tune/tune-step.js'), parts.planner.schedule(graph.sink)])
      const { kernels, report } = await tuneStep({ plan, kernels: parts.kernels, results: graph.results, memory, device }, options)
      const list = device.device.record(planLaunches(plan, kernels, memory))
      parts.list.free()
      parts.list = list
      parts.kernels = kernels
      options.onTuned?.(report)
      return report
    })
  }

  free(): void {
    if (this.freed) return
    this.freed = true
    dropped.unregister(this)
    freeStep(this.parts)
  }

  private async replayTimed(): Promise<Float64Array> {
    const { list, kernels, device, queue } = this.parts
    return queue.submit(async () => {
      const start = performance.now()
      const times = await list.replayTimed()
      reportLaunches(device, kernels, times, start)
      return times
    })
  }

  private checkUsable(): void {
    if (this.freed) throw new PetagradError('USE_AFTER_FREE', 'this captured step has been freed')
  }
}

/** After what was submitted before: a replay may be under way. */
function freeStep(parts: StepParts): void {
  const { graph, memory, device } = parts
  void parts.queue.submit(async () => {
    parts.list.free()
    if (memory.arena !== undefined) device.pool.release(memory.arena)
    unpinGraph(graph)
  })
}
