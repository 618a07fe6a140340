import { is, range, substitute, toposort, uop, type UOp } from '@petagrad/ir'
import { iterations, type Group } from './group.js'
import type { LoweredGroup } from './lower.js'
import { memoryKey } from './merge.js'

/** Groups of so few elements cost their launch and nothing else. */
const TINY = 256
/** From this many elements on a launch of their own costs nothing, and equal ones of several layers share a kernel. */
const LARGE = 1 << 16
/** Loop nests of one kernel: more of them are packed by shape, so that the packs are equal and compiled once. */
const MOST_NESTS = 16

/**
 * Packs element-wise groups that do not wait for each other into one kernel of several loop nests: those that nobody
 * waits for (the updates of all parameters of an optimiser are one launch), and those that are tiny (its factors).
 */
export function packUpdates(lowered: readonly LoweredGroup[], maxBuffers: number): LoweredGroup[] {
  const needed = new Set<Group>()
  for (const l of lowered) for (const n of l.group.needs) needed.add(n)
  const elementWise = (l: LoweredGroup): boolean => l.group.reductions.size === 0
  const updates = lowered.filter(l => elementWise(l) && !needed.has(l.group) && iterations(l.group.ranges) < LARGE)
  const final = packed(lowered, updates, false, maxBuffers)
  const tiny = final.filter(l => elementWise(l) && l.stores.length * iterations(l.group.ranges) <= TINY)
  return packed(final, tiny, true, maxBuffers)
}

/** A kernel being packed: its place in the result, and the number of groups in it. */
interface Pack {
  readonly place: number
  groups: number
}

/** `awaited`: others may wait for some of `packs`, which then cannot be joined with what waits for them. */
function packed(lowered: readonly LoweredGroup[], packs: readonly LoweredGroup[], awaited: boolean, maxBuffers: number): LoweredGroup[] {
  const chosen = new Set(packs)
  const shapeOf = (l: LoweredGroup): string =>
    packs.length <= MOST_NESTS ? '' : `${l.stores.length} ${l.group.ranges.map(r => r.src[0].id).join()}`
  const result: LoweredGroup[] = []
  const open = new Map<string, Pack[]>()
  for (const l of lowered) {
    if (!chosen.has(l)) {
      result.push(l)
      continue
    }
    const apart = (p: LoweredGroup) => !awaited || (!p.group.follows(l.group) && !l.group.follows(p.group))
    const fits = (p: LoweredGroup) => p.memory.length + l.memory.length <= maxBuffers
    const shape = shapeOf(l)
    const candidates = open.get(shape) ?? []
    const into = candidates.find(({ place, groups }) => groups < MOST_NESTS && fits(result[place]) && apart(result[place]))
    if (into === undefined) {
      open.set(shape, [...candidates, { place: result.push(l) - 1, groups: 1 }])
      continue
    }
    result[into.place] = join(result[into.place], l)
    into.groups++
    for (const other of lowered) if (other.group.needs.delete(l.group)) other.group.needs.add(result[into.place].group)
  }
  return result
}

function join(a: LoweredGroup, b: LoweredGroup): LoweredGroup {
  const memory = [...a.memory]
  const keys = new Map(memory.map((m, i) => [memoryKey(m), i]))
  const slots = b.memory.map(m => {
    const known = keys.get(memoryKey(m))
    return known ?? memory.push(m) - 1
  })
  const nodes = toposort(b.stores)
  const offset = 1 + Math.max(-1, ...toposort(a.stores).map(u => (is(u, 'range') ? u.arg.axis : -1)))
  const renamed = new Map<UOp, UOp>()
  for (const u of nodes) {
    if (is(u, 'range')) renamed.set(u, range(u.src[0], u.arg.axis + offset, u.arg.kind))
    else if (is(u, 'param')) renamed.set(u, renumber(u, slots[u.arg.slot]))
  }
  const memo = new Map<UOp, UOp>()
  a.group.absorb(b.group)
  return {
    group: a.group,
    stores: [...a.stores, ...b.stores.map(s => substitute(s, renamed, memo))],
    memory,
    reads: new Set([...a.reads, ...[...b.reads].map(s => slots[s])]),
    writes: new Set([...a.writes, ...[...b.writes].map(s => slots[s])]),
    before: new Map([...a.before, ...b.before]),
  }
}

const renumber = (p: UOp<'param'>, slot: number): UOp => uop('param', p.dtype, [], { slot, size: p.arg.size })
