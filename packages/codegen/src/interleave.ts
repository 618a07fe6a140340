import { linearForm, openRanges, type UOp } from '@petagrad/ir'
import { extentOf, type Axis } from './nest.js'

/** Elements by which the offset grows from one value of the axis to the next; undefined when that is no constant. */
export function stepAlong(offset: UOp, axis: Axis): number | undefined {
  const { terms } = linearForm(offset)
  return [...terms.keys()].every(t => t === axis || !openRanges(t).has(axis)) ? (terms.get(axis) ?? 0) : undefined
}

/**
 * The written-out axis that fills what is between the lanes of a store: lanes are 2, 4 or 8 elements apart, and the axis runs
 * over those. Its vectors, zipped, are whole vectors in memory.
 */
export function interleavingOf(offset: UOp, lane: Axis, writtenOut: readonly Axis[]): Axis | undefined {
  const apart = stepAlong(offset, lane)
  if (apart !== 2 && apart !== 4 && apart !== 8) return undefined
  return writtenOut.find(a => a !== lane && extentOf(a) === apart && stepAlong(offset, a) === 1)
}
