import { is, itemSize, toposort, uop, dtypes, type UOp } from '@petagrad/ir'
import { abstractBuffers, externalIndex } from './abstract.js'
import { sizeOf } from './cost.js'
import { decide } from './decide.js'
import type { Group } from './group.js'
import { lowerGroup, type LoweredGroup, type Memory } from './lower.js'
import { splitLongScans } from './long-scans.js'
import { align, planMemory, type Lifetime } from './memory.js'
import { memoryKey, mergeSiblings, shareReduceLoops } from './merge.js'
import { kernelName } from './name.js'
import { copyBack, orderAssignments, orderGroups } from './order.js'
import { packUpdates } from './pack.js'
import type { BoundPlan, KernelCall, Plan, Slot } from './plan.js'
import { prepare, type Destination } from './prepare.js'
import { expandSorts } from './sort.js'
import { splitLongReductions } from './split.js'

export * from './plan.js'

/** Limits of the target that shape kernels. Part of the cache key. */
export interface ScheduleOptions {
  /** Buffers that one kernel may use; unlimited when left out. */
  readonly maxKernelBuffers?: number
  /** Called after every named pass with what it made; not part of the key. A plan from the cache has no passes. */
  readonly onPass?: OnPass
}

type OnPass = (pass: string, result: readonly UOp[]) => void

const cache = new Map<string, { readonly sink: UOp; readonly plan: Plan }>()
const CACHE_SIZE = 512

/**
 * Schedules a `sink` of tensor-level roots. A root is `assign(target, value)`, which writes into target's buffer, or
 * any value, which gets a fresh row-major buffer. Graphs of one structure share one plan.
 */
export function schedule(sink: UOp<'sink'>, options: ScheduleOptions = {}): BoundPlan {
  const { sink: abstract, externals } = abstractBuffers(sink)
  const key = `${abstract.id} ${options.maxKernelBuffers ?? ''}`
  const known = cache.get(key)
  if (known !== undefined) {
    cache.delete(key) // the least recently used is the first to go
    cache.set(key, known)
    return { plan: known.plan, externals, cached: true }
  }
  const plan = makePlan(abstract, options.maxKernelBuffers ?? Infinity, options.onPass ?? (() => undefined))
  cache.set(key, { sink: abstract, plan })
  for (const oldest of cache.keys()) {
    if (cache.size <= CACHE_SIZE) break
    cache.delete(oldest)
  }
  return { plan, externals, cached: false }
}

function makePlan(sink: UOp, maxBuffers: number, onPass: OnPass): Plan {
  const { destinations: asked, roots } = prepare(splitLongReductions(splitLongScans(expandSorts(sink))))
  const destinations = new Map(asked)
  onPass('prepare', [...destinations.keys()])
  const { groups: decided, home: homes } = decide(destinations)
  onPass('decide', decided.flatMap(g => g.stores.map(s => s.node)))
  const groups = [...decided]
  const home = new Map(homes)
  const lowerAll = (): Map<Group, LoweredGroup> => new Map(groups.map(g => [g, lowerGroup(g, { home, destinations })]))

  const storesOf = (list: Iterable<LoweredGroup>): UOp[] => [...list].flatMap(l => l.stores)

  let lowered = lowerAll()
  onPass('lower', storesOf(lowered.values()))
  if (mergeSiblings(groups, home, lowered)) lowered = lowerAll()
  onPass('merge', storesOf(lowered.values()))

  const hazards = orderAssignments(destinations, home, lowered)
  for (const h of hazards) destinations.set(h.node, (destinations.get(h.node) ?? []).filter(d => d !== h.destination))
  if (hazards.length > 0) lowered = lowerAll()
  const current = [...lowered.values()]
  const copies = hazards.map((h, i) => copyBack(h, groups.length + i, current))
  const order = orderGroups(packUpdates([...copies, ...current].filter(l => l.group.hasElements), maxBuffers))
  onPass('order', storesOf(order))
  const plan = layOut(order, destinations, roots)
  onPass('lay out', plan.calls.map(c => c.kernel))
  return plan
}

/** Gives every value its memory and every kernel its final form. */
function layOut(order: readonly LoweredGroup[], destinations: ReadonlyMap<UOp, readonly Destination[]>, roots: Plan['roots']): Plan {
  const lives = new Map<string, { bytes: number; from: number; to: number }>()
  const rootOf = (m: Extract<Memory, { kind: 'value' }>): number | undefined => {
    const to = destinations.get(m.node)?.[m.copy]
    return to?.kind === 'root' ? to.index : undefined
  }
  order.forEach((l, at) => {
    for (const m of l.memory) {
      if (m.kind === 'buffer' || rootOf(m) !== undefined) continue
      const key = memoryKey(m)
      const life = lives.get(key)
      if (life === undefined) lives.set(key, { bytes: sizeOf(m.node) * itemSize(m.node.dtype), from: at, to: at })
      else life.to = at
    }
  })
  const numbers = new Map([...lives.keys()].map((key, i) => [key, i]))
  const intervals: Lifetime[] = [...lives.values()]
  const { offsets, bytes } = planMemory(intervals)

  const slotOf = (m: Memory): Slot => {
    if (m.kind === 'buffer') return { kind: 'external', index: externalIndex(m.buffer) }
    const root = rootOf(m)
    if (root !== undefined) return { kind: 'root', index: root }
    const i = numbers.get(memoryKey(m)) ?? 0
    return { kind: 'arena', offset: offsets[i], bytes: intervals[i].bytes }
  }
  const named = new Map<string, readonly UOp[]>()
  const calls = order.map((l): KernelCall => {
    const stores = shareReduceLoops(l.stores)
    const kernel = uop('kernel', dtypes.void, stores, { name: ownName(kernelName(l.group, stores), stores, named) })
    return { kernel, args: l.memory.map(slotOf), variables: toposort(kernel).filter(u => is(u, 'variable')) }
  })
  return { calls, roots, arenaBytes: bytes, unplannedBytes: intervals.reduce((n, l) => n + align(l.bytes), 0) }
}

/** The passes of one sort differ in a shift. Names of their own let one run of a compiler take them all. */
function ownName(name: string, stores: readonly UOp[], named: Map<string, readonly UOp[]>): string {
  if (!/^(place|scatter)_/.test(name)) return name
  let own = name
  for (let n = 2; ; n++) {
    const known = named.get(own)
    if (known === undefined || known.every((s, i) => s === stores[i])) break
    own = `${name}_pass${n}`
  }
  named.set(own, stores)
  return own
}
