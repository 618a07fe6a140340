import { is, range, substitute, toposort, uop, type UOp } from '@petagrad/ir'
import { iterations, type Group } from './group.js'
import type { LoweredGroup } from './lower.js'
import { memoryKey } from './merge.js'

/** Groups of so few elements cost their launch and nothing else. */
const TINY = 256

/**
 * Packs element-wise groups that do not wait for each other into one kernel of several loop nests: those that nobody
 * waits for (the updates of all parameters of an optimiser are one launch), and those that are tiny (its factors).
 */
export function packUpdates(lowered: readonly LoweredGroup[], maxBuffers: number): LoweredGroup[] {
  const needed = new Set<Group>()
  for (const l of lowered) for (const n of l.group.needs) needed.add(n)
  const final = packed(lowered, l => !needed.has(l.group) && l.group.reductions.size === 0, maxBuffers)
  return packed(final, l => l.group.reductions.size === 0 && l.stores.length * iterations(l.group.ranges) <= TINY, maxBuffers)
}

function packed(lowered: readonly LoweredGroup[], packs: (l: LoweredGroup) => boolean, maxBuffers: number): LoweredGroup[] {
  const result: LoweredGroup[] = []
  const open: number[] = []
  for (const l of lowered) {
    const apart = (p: LoweredGroup) => !p.group.follows(l.group) && !l.group.follows(p.group)
    const fits = (p: LoweredGroup) => p.memory.length + l.memory.length <= maxBuffers
    const into = packs(l) ? open.find(i => fits(result[i]) && apart(result[i])) : undefined
    if (into === undefined) {
      if (packs(l)) open.push(result.length)
      result.push(l)
      continue
    }
    result[into] = join(result[into], l)
    for (const other of lowered) if (other.group.needs.delete(l.group)) other.group.needs.add(result[into].group)
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
