import { is, openRanges, reduce, substitute, toposort, withSrc, type UOp } from '@petagrad/ir'
import { sizeOf } from './cost.js'
import { type Group, iterations } from './group.js'
import type { LoweredGroup, Memory } from './lower.js'

export const memoryKey = (m: Memory): string => (m.kind === 'buffer' ? `b${m.buffer.id}` : `v${m.node.id}.${m.copy}`)

/**
 * Joins groups that loop over the same ranges, read a large input together and do not wait for each other: the input
 * is then read once. Returns whether anything was joined.
 */
export function mergeSiblings(groups: Group[], home: Map<UOp, Group>, lowered: ReadonlyMap<Group, LoweredGroup>): boolean {
  // Groups by the loops that they have and a large input that they read.
  const readers = new Map<string, Group[]>()
  const gone = new Map<Group, Group>()
  for (const g of groups) {
    if (g.contraction !== undefined || g.ranges.length === 0) continue
    const reductionShape = [...g.reductions].map(r => (is(r, 'reduce_axis') ? r.arg.axes.join('.') : '')).sort().join()
    const loops = `${g.ranges.map(r => r.id).join()}|${reductionShape}`
    const inputs = inputsOf(lowered.get(g))
    const candidates = new Set(inputs.flatMap(m => readers.get(`${loops}|${memoryKey(m)}`) ?? []))
    const into = [...candidates].sort((a, b) => a.id - b.id).find(c => joins(c, g))
    if (into === undefined) {
      const size = iterations(g.ranges)
      for (const m of inputs) {
        if (memorySize(m) < size) continue
        const key = `${loops}|${memoryKey(m)}`
        const list = readers.get(key)
        if (list === undefined) readers.set(key, [g])
        else list.push(g)
      }
    } else {
      into.absorb(g)
      gone.set(g, into)
      for (const s of g.stores) home.set(s.node, into)
      for (const other of groups) if (other.needs.delete(g)) other.needs.add(into)
    }
  }
  if (gone.size === 0) return false
  groups.splice(0, groups.length, ...groups.filter(g => !gone.has(g)))
  return true
}

const inputsOf = (l: LoweredGroup | undefined): readonly Memory[] => l?.memory.filter((_, slot) => l.reads.has(slot)) ?? []

const joins = (a: Group, b: Group): boolean => a.agrees(b) && !a.follows(b) && !b.follows(a)

const memorySize = (m: Memory): number => (m.kind === 'buffer' ? m.buffer.arg.size : sizeOf(m.node))

/**
 * Gives independent reductions over equal ranges, in the same outer loops, one set of ranges: they become one loop
 * with several accumulators. The nests of a chain stay as they are.
 */
export function shareReduceLoops(stores: readonly UOp[]): readonly UOp[] {
  const shared = new Map<string, { readonly ranges: readonly UOp[]; readonly members: UOp[] }[]>()
  const done = new Map<UOp, UOp>()
  const at = (u: UOp): UOp => done.get(u) ?? u
  const order = toposort(stores)
  if (order.filter(u => u.op === 'reduce').length < 2 || order.some(u => u.op === 'end')) return stores
  for (const u of order) {
    const rebuilt = u.src.length === 0 ? u : withSrc(u, u.src.map(at))
    if (!is(rebuilt, 'reduce')) {
      done.set(u, rebuilt)
      continue
    }
    const ranges = rebuilt.src.slice(1)
    const key = `${ranges.map(r => r.src[0].id).join()}|${[...openRanges(rebuilt)].map(r => r.id).sort().join()}`
    const families = shared.get(key) ?? []
    const value = rebuilt.src[0]
    const below = new Set(toposort(value))
    const family = families.find(f => !f.members.some(m => below.has(m)))
    if (family === undefined) {
      shared.set(key, [...families, { ranges, members: [rebuilt] }])
      done.set(u, rebuilt)
    } else {
      const map = new Map(ranges.map((r, i) => [r, family.ranges[i]]))
      const joined = reduce(rebuilt.arg, substitute(value, map), family.ranges)
      family.members.push(joined)
      done.set(u, joined)
    }
  }
  return stores.map(at)
}
