import { is, range, substitute, toposort, uop, type UOp } from '@petagrad/ir'
import type { Group } from './group.js'
import type { LoweredGroup } from './lower.js'
import { memoryKey } from './merge.js'

/**
 * Packs element-wise groups that nobody waits for, and that do not wait for each other, into one kernel of several
 * loop nests: the updates of all parameters of an optimiser are one launch.
 */
export function packUpdates(lowered: readonly LoweredGroup[], maxBuffers: number): LoweredGroup[] {
  const needed = new Set<Group>()
  for (const l of lowered) for (const n of l.group.needs) needed.add(n)
  const packs: LoweredGroup[] = []
  const rest: LoweredGroup[] = []
  for (const l of lowered) {
    if (needed.has(l.group) || l.group.reductions.size > 0) {
      rest.push(l)
      continue
    }
    const joins = (p: LoweredGroup) => !p.group.follows(l.group) && !l.group.follows(p.group)
    const into = packs.findIndex(p => p.memory.length + l.memory.length <= maxBuffers && joins(p))
    if (into < 0) packs.push(l)
    else packs[into] = join(packs[into], l)
  }
  return [...packs, ...rest]
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
