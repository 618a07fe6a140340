import { address, load, openRanges, param, shapeOf, store, type UOp } from '@petagrad/ir'
import { Group, isSubset } from './group.js'
import { offsetInBuffer, type LoweredGroup } from './lower.js'
import { flatten } from './indexing.js'
import type { Destination } from './prepare.js'
import { sizeOf } from './cost.js'

/** An assignment that must wait in memory of its own until everybody has read the old contents. */
export interface Deferred {
  readonly node: UOp
  readonly destination: Extract<Destination, { kind: 'assign' }>
}

/**
 * Makes every group that assigns to a buffer wait for those that read what was in it. Returns the assignments that
 * cannot be made in place: their group reads the buffer at other elements than it writes, or a reader of the old
 * contents waits for the new ones.
 */
export function orderAssignments(
  destinations: ReadonlyMap<UOp, readonly Destination[]>,
  home: ReadonlyMap<UOp, Group>,
  lowered: ReadonlyMap<Group, LoweredGroup>,
): Deferred[] {
  const hazards: Deferred[] = []
  const readersOf = new Map<UOp, Group[]>()
  for (const l of lowered.values()) {
    for (const buffer of l.before.keys()) {
      const list = readersOf.get(buffer)
      if (list === undefined) readersOf.set(buffer, [l.group])
      else list.push(l.group)
    }
  }
  for (const [node, list] of destinations) {
    const writer = home.get(node)
    if (writer === undefined) continue
    for (const destination of list) {
      if (destination.kind !== 'assign') continue
      const { buffer, target } = destination
      const index = writer.stores.find(s => s.node === node)?.index ?? []
      const written = offsetInBuffer(target, index)
      const own = lowered.get(writer)?.before.get(buffer)
      const elsewhere = own?.some(at => at !== written) ?? false
      // Stores in further loops are other tasks, which may read the element before or after this one writes it.
      const loops = loopsOf(index)
      const beside = own !== undefined && writer.stores.some(s => !isSubset(loopsOf(s.index), loops))
      const readers = (readersOf.get(buffer) ?? []).filter(g => g !== writer)
      if (elsewhere || beside || readers.some(r => r.follows(writer))) hazards.push({ node, destination })
      else for (const r of readers) writer.needs.add(r)
    }
  }
  return hazards
}

const loopsOf = (index: readonly UOp[]): ReadonlySet<UOp> => new Set(index.flatMap(i => [...openRanges(i)]))

/** The kernel that puts a deferred assignment in its place. */
export function copyBack({ node, destination }: Deferred, id: number, lowered: Iterable<LoweredGroup>): LoweredGroup {
  const { group, index } = Group.over(id, shapeOf(node))
  for (const l of lowered) {
    const makes = l.group.stores.some(s => s.node === node)
    if (makes || l.before.has(destination.buffer)) group.needs.add(l.group)
  }
  const from = address(param(0, node.dtype, sizeOf(node)), flatten(shapeOf(node), index))
  const to = address(param(1, node.dtype, destination.buffer.arg.size), offsetInBuffer(destination.target, index))
  return {
    group,
    stores: [store(to, load(from))],
    memory: [{ kind: 'value', node, copy: 0 }, { kind: 'buffer', buffer: destination.buffer }],
    reads: new Set([0]),
    writes: new Set([1]),
    before: new Map(),
  }
}

/** Producers first; among those that are ready, in the order of the graph. */
export function orderGroups(lowered: readonly LoweredGroup[]): LoweredGroup[] {
  const byGroup = new Map(lowered.map(l => [l.group, l]))
  const placed = new Set<Group>()
  const order: LoweredGroup[] = []
  const visit = (root: Group): void => {
    const stack: { readonly group: Group; readonly rest: Group[] }[] = [{ group: root, rest: [...root.needs] }]
    while (stack.length > 0) {
      const top = stack[stack.length - 1]
      const next = top.rest.pop()
      if (next !== undefined) {
        if (!placed.has(next) && !stack.some(s => s.group === next)) stack.push({ group: next, rest: [...next.needs] })
        continue
      }
      stack.pop()
      if (placed.has(top.group)) continue
      placed.add(top.group)
      const l = byGroup.get(top.group)
      if (l !== undefined) order.push(l)
    }
  }
  // Groups are made from the results backwards, so the last made is the nearest to the inputs.
  for (let i = lowered.length - 1; i >= 0; i--) visit(lowered[i].group)
  return order
}

