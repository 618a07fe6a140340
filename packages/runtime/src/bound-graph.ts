import { dtypes, is, toposort, uop, type UOp } from '@petagrad/ir/graph'
import { DEFAULT_DEVICE, materialise, pin, unpin, type Allocation, type BufferRegistry } from './buffer-registry.js'
import type { OpenedDevice } from './opened-device.js'
import type { PlanMemory } from './plan-launches.js'
import type { ReadyPlan } from './ready-plan.js'
import type { DeviceBuffer } from '@petagrad/device'

/** A graph to compute, with the buffers that it is over: they stay allocated until `unpin`. */
export interface BoundGraph {
  readonly sink: UOp<'sink'>
  readonly externals: readonly UOp<'buffer'>[]
  /** Names of the devices that the graph's buffers are on, without repetition; the default one if there is no buffer. */
  readonly devices: readonly string[]
  /** What `unpinGraph` lets go. */
  readonly pinned: Allocation[]
}

/** A graph with its plan, and the buffers that its roots go to. */
export interface PlannedGraph extends BoundGraph {
  readonly plan: ReadyPlan
  /** By root: the buffer that holds it afterwards. */
  readonly results: readonly UOp<'buffer'>[]
  /** By external buffer. */
  readonly memory: readonly Allocation[]
  /** By root; undefined for those that get no fresh buffer. */
  readonly fresh: readonly (Allocation | undefined)[]
}

export function bindGraph(roots: readonly UOp[], buffers: BufferRegistry): BoundGraph {
  const sink = uop('sink', dtypes.void, roots)
  const externals = toposort(sink).filter(u => is(u, 'buffer'))
  const devices = new Set(externals.map(b => b.arg.device))
  if (devices.size === 0) devices.add(DEFAULT_DEVICE)
  const pinned = externals.map(b => buffers.get(b))
  pinned.forEach(pin)
  return { sink, externals, devices: [...devices], pinned }
}

export function withPlan(graph: BoundGraph, plan: ReadyPlan, buffers: BufferRegistry): PlannedGraph {
  const { externals, devices: [home], pinned } = graph
  const memory = pinned.slice(0, externals.length)
  const results: UOp<'buffer'>[] = []
  const fresh: (Allocation | undefined)[] = []
  for (const root of plan.roots) {
    const result = root.kind === 'fresh' ? buffers.create(root.dtype, root.size, home)
      : root.kind === 'external' ? externals[root.index]
      : results[root.root]
    results.push(result)
    fresh.push(root.kind === 'fresh' ? buffers.get(result) : undefined)
  }
  for (const allocation of fresh) {
    if (allocation === undefined) continue
    pin(allocation)
    pinned.push(allocation)
  }
  return { ...graph, plan, results, memory, fresh }
}

export function unpinGraph({ pinned }: BoundGraph): void {
  pinned.splice(0).forEach(unpin)
}

/**
 * Memory for a run of the graph: content of its buffers in place, results about to be overwritten. `arena` is asked
 * last, so that nothing is lost where the device is full.
 */
export function placeGraph(graph: PlannedGraph, device: OpenedDevice, arena: (bytes: number) => DeviceBuffer): PlanMemory {
  const { arenaBytes } = graph.plan
  return {
    externals: graph.memory.map(a => materialise(a, device)),
    roots: graph.fresh.map(a => a && materialise(a, device, false)),
    arena: arenaBytes === 0 ? undefined : arena(arenaBytes),
  }
}
