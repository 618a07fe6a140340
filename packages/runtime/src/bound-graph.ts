import { dtypes, uop, type UOp } from '@petagrad/ir'
import type { BoundPlan, ScheduleOptions } from '@petagrad/schedule'
import { DEFAULT_DEVICE, materialise, pin, unpin, type Allocation, type BufferRegistry } from './buffer-registry.js'
import { scheduleRecorder } from './compile-profile.js'
import type { Counters } from './counters.js'
import { withRewritesShown } from './lowering-observer.js'
import type { OpenedDevice } from './opened-device.js'
import type { PlanMemory } from './plan-launches.js'
import { activeTrace } from './trace.js'
import type { DeviceBuffer } from '@petagrad/device'

export type Schedule = (sink: UOp<'sink'>, options?: ScheduleOptions) => BoundPlan

/** A scheduled graph with the buffers of this run: all of them stay allocated until `unpin`. */
export interface BoundGraph {
  readonly bound: BoundPlan
  /** By root: the buffer that holds it afterwards. */
  readonly results: readonly UOp<'buffer'>[]
  readonly externals: readonly Allocation[]
  /** By root; undefined for those that get no fresh buffer. */
  readonly fresh: readonly (Allocation | undefined)[]
  /** Names of the devices that the graph's buffers are on, without repetition; the default one if there is no buffer. */
  readonly devices: readonly string[]
}

export function bindGraph(roots: readonly UOp[], schedule: Schedule, buffers: BufferRegistry, counters: Counters): BoundGraph {
  const start = performance.now()
  const bound = withRewritesShown(() => schedule(uop('sink', dtypes.void, roots), { onPass: scheduleRecorder() }))
  const end = performance.now()
  counters.schedules++
  if (bound.cached) counters.scheduleCacheHits++
  counters.scheduleMs += end - start
  activeTrace()?.span('compiler', 'schedule', 'schedule', start, end, { kernels: bound.plan.calls.length, cached: bound.cached })

  const externals = bound.externals.map(b => buffers.get(b))
  const devices = new Set(bound.externals.map(b => b.arg.device))
  if (devices.size === 0) devices.add(DEFAULT_DEVICE)
  const [home] = devices
  const results: UOp<'buffer'>[] = []
  const fresh: (Allocation | undefined)[] = []
  for (const root of bound.plan.roots) {
    const result = root.kind === 'fresh' ? buffers.create(root.dtype, root.size, home)
      : root.kind === 'external' ? bound.externals[root.index]
      : results[root.root]
    results.push(result)
    fresh.push(root.kind === 'fresh' ? buffers.get(result) : undefined)
  }
  const graph = { bound, results, externals, fresh, devices: [...devices] }
  for (const allocation of allocationsOf(graph)) pin(allocation)
  return graph
}

export function unpinGraph(graph: BoundGraph): void {
  for (const allocation of allocationsOf(graph)) unpin(allocation)
}

const allocationsOf = (graph: BoundGraph): Allocation[] => [...graph.externals, ...graph.fresh.filter(a => a !== undefined)]

/**
 * Memory for a run of the graph: content of its buffers in place, results about to be overwritten. `arena` is asked
 * last, so that nothing is lost where the device is full.
 */
export function placeGraph(graph: BoundGraph, device: OpenedDevice, arena: (bytes: number) => DeviceBuffer): PlanMemory {
  const { arenaBytes } = graph.bound.plan
  return {
    externals: graph.externals.map(a => materialise(a, device)),
    roots: graph.fresh.map(a => a && materialise(a, device, false)),
    arena: arenaBytes === 0 ? undefined : arena(arenaBytes),
  }
}
