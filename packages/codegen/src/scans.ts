import { is, openRanges, toposort, type UOp } from '@petagrad/ir'
import { aroundScan, nodesOf, type Axis, type Nest } from './nest.js'

/** Something that happens once in every iteration of the loops `along`, in their order, and begins anew in those `around`. */
interface InOrder {
  readonly along: readonly UOp[]
  readonly around: ReadonlySet<UOp>
}

/** Scans, and tables that are updated. */
function ordersOf(nest: Nest): readonly InOrder[] {
  return nodesOf(nest).flatMap((u): InOrder[] => {
    if (is(u, 'scan')) return [{ along: u.src.slice(1), around: aroundScan(u) }]
    if (u.op !== 'after' || u.src[0].op !== 'scratch' || u.src[1].op !== 'end') return []
    const loops = new Set(u.src.slice(2).filter(s => s.dtype.kind === 'index').flatMap(s => [...openRanges(s)]))
    return loops.size === 0 ? [] : [{ along: nest.order.filter(a => loops.has(a)), around: openRanges(u.src[1]) }]
  })
}

/** The axes that scans and updates go along: their iterations run one after another. */
export const scannedAxes = (nest: Nest): ReadonlySet<UOp> => new Set(ordersOf(nest).flatMap(o => o.along))

/** Whether something in the stores is met in order: by a scan, or by way of a table that a loop or a store updates. */
export const isInOrder = (stores: readonly UOp[]): boolean =>
  toposort(stores).some(u => u.op === 'scan' || (u.op === 'after' && u.src.some(s => s.op === 'range' || s.op === 'store')))

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
  return nodesOf(nest).every(u => u.op !== 'reduce' && u.op !== 'scratch') && nest.stores.every(s => openRanges(s).size === whole)
}

/** The output loops that everything in the nest stands in: what may be spread over cores. */
export function outermostAxes(nest: Nest): readonly Axis[] {
  const levels = nodesOf(nest).filter(u => u.op === 'reduce' || u.op === 'store' || u.op === 'scan')
  return nest.order.filter(a => levels.every(u => (u.op === 'scan' ? aroundScan(u) : openRanges(u)).has(a)))
}
