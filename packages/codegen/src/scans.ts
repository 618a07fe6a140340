import { is, openRanges, toposort, type UOp } from '@petagrad/ir'
import { aroundScan, type Axis, type Nest } from './nest.js'

/** Something that happens once in every iteration of the loops `along`, in their order, and begins anew in those `around`. */
interface InOrder {
  readonly along: readonly UOp[]
  readonly around: ReadonlySet<UOp>
  /** Carried in memory, by a node that names the loops as they are. */
  readonly inMemory: boolean
}

/** Scans, and tables that are updated. */
function ordersOf(nest: Nest): readonly InOrder[] {
  return toposort(nest.stores).flatMap((u): InOrder[] => {
    if (is(u, 'scan')) return [{ along: u.src.slice(1), around: aroundScan(u), inMemory: false }]
    if (u.op !== 'after' || u.src[0].op !== 'scratch') return []
    const [begun, ...along] = u.src.slice(1)
    return begun.op === 'end' && along.length > 0 ? [{ along, around: openRanges(begun), inMemory: true }] : []
  })
}

/** The axes that scans and updates go along: their iterations run one after another. */
export const scannedAxes = (nest: Nest): ReadonlySet<UOp> => new Set(ordersOf(nest).flatMap(o => o.along))
/** Those of updates in memory. */
export const updatingAxes = (nest: Nest): ReadonlySet<UOp> => new Set(ordersOf(nest).filter(o => o.inMemory).flatMap(o => o.along))

/** Whether something in the nest is met in order: by a scan, or by way of a table in memory. */
export const isInOrder = (nest: Nest): boolean => toposort(nest.stores).some(u => u.op === 'scan' || u.op === 'scratch')

/** Whether in this order the elements are met one after another, inside all loops that begin anew. */
export function keepsScans(nest: Nest, order: readonly Axis[]): boolean {
  const place = new Map<UOp, number>(order.map((a, i) => [a, i]))
  const placeOf = (r: UOp): number => place.get(r) ?? -1
  return ordersOf(nest).every(o => {
    const along = o.along.map(placeOf)
    return along.every((at, i) => i === 0 || along[i - 1] < at) && [...o.around].every(r => placeOf(r) < along[0])
  })
}

/** Whether the nest is scans alone: no loop stands in some of the others only. */
export function hasOnlyScans(nest: Nest): boolean {
  const whole = Math.max(...nest.stores.map(s => openRanges(s).size))
  return toposort(nest.stores).every(u => u.op !== 'reduce' && u.op !== 'scratch') && nest.stores.every(s => openRanges(s).size === whole)
}

/** The output loops that everything in the nest stands in: what may be spread over cores. */
export function outermostAxes(nest: Nest): readonly Axis[] {
  const levels = toposort(nest.stores).filter(u => u.op === 'reduce' || u.op === 'store' || u.op === 'scan')
  return nest.order.filter(a => levels.every(u => (u.op === 'scan' ? aroundScan(u) : openRanges(u)).has(a)))
}
