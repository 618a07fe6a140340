import type { UOp } from '@petagrad/ir'
import type { Capabilities } from '@petagrad/renderer'
import { accessesOf, axesUsedAsValues, gateMoves, moves, strideOf } from '../access.js'
import { extentOf, isFixed, reducedAxes, type Axis, type Nest } from '../nest.js'
import { hasOnlyScans, outermostAxes, scannedAxes } from '../scans.js'
import type { NestBuilder } from './builder.js'
import { assignTasks } from './order.js'
import { laneWidths } from './tile-search.js'

/** Scans beside each other hide each other's latency; each of them is a register and two streams of memory. */
const CHAINS = 4

/**
 * Scans: a serial loop that carries a register, inside all others. Vectors of lines where they lie beside each other in
 * memory; several lines at once in any case; tasks over the rest.
 */
export function scheduleScan(nest: NestBuilder, capabilities: Capabilities): void {
  const along = scannedAxes(nest.current)
  const reduced = reducedAxes(nest.current)
  const lines = nest.current.order.filter(a => !along.has(a) && !reduced.has(a) && isFixed(a))
  const inner = new Map<number, 'lane' | 'unroll'>()
  const writeOut = (axis: Axis, factor: number, how: 'lane' | 'unroll'): Axis => {
    const number = axis.arg.axis
    const rest = extentOf(axis) % factor
    if (rest !== 0) nest.peel(number, extentOf(axis) - rest)
    inner.set(nest.split(number, factor), how)
    return nest.axis(number)
  }
  if (hasOnlyScans(nest.current)) {
    let chained = lines.at(-1)
    const beside = lines.find(a => isConsecutive(nest.current, a))
    const width = beside === undefined ? undefined : laneWidths(nest.current, capabilities).find(w => w <= extentOf(beside))
    if (beside !== undefined && width !== undefined) chained = writeOut(beside, width, 'lane')
    const copies = [CHAINS, CHAINS / 2].find(c => chained !== undefined && extentOf(chained) >= c)
    if (chained !== undefined && copies !== undefined) writeOut(chained, copies, 'unroll')
  }
  assignTasks(nest, capabilities, new Set(inner.keys()), outermostAxes(nest.current).map(a => a.arg.axis))
  for (const [axis, how] of inner) nest.apply({ kind: 'as', axis, how })
}

/** Whether all that is read and written along the axis is next to each other, or the same. */
function isConsecutive(nest: Nest, axis: UOp): axis is Axis {
  if (axesUsedAsValues(nest).has(axis)) return false
  return accessesOf(nest).every(x => !moves(x, axis as Axis) || (strideOf(x, axis as Axis) === 1 && !gateMoves(x, axis as Axis)))
}
