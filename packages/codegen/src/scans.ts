import { is, openRanges, toposort, type UOp } from '@petagrad/ir'
import { aroundScan, type Axis, type Nest } from './nest.js'

const scansOf = (nest: Nest): readonly UOp<'scan'>[] => toposort(nest.stores).filter((u): u is UOp<'scan'> => is(u, 'scan'))

/** The axes that scans go along: their iterations run one after another. */
export const scannedAxes = (nest: Nest): ReadonlySet<UOp> => new Set(scansOf(nest).flatMap(u => u.src.slice(1)))

/** Whether in this order each scan meets the elements of its loops one after another, inside all others that it stands in. */
export function keepsScans(nest: Nest, order: readonly Axis[]): boolean {
  const place = new Map<UOp, number>(order.map((a, i) => [a, i]))
  const placeOf = (r: UOp): number => place.get(r) ?? -1
  return scansOf(nest).every(u => {
    const along = u.src.slice(1).map(placeOf)
    const outer = [...aroundScan(u)].map(placeOf)
    return along.every((at, i) => i === 0 || along[i - 1] < at) && outer.every(at => at < along[0])
  })
}

/** Whether anything but scans stands in some of the loops only: the levels of a row kernel. */
export function hasOnlyScans(nest: Nest): boolean {
  const whole = Math.max(...nest.stores.map(s => openRanges(s).size))
  return toposort(nest.stores).every(u => u.op !== 'reduce') && nest.stores.every(s => openRanges(s).size === whole)
}
