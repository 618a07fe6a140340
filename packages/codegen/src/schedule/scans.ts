import type { Capabilities } from '@petagrad/renderer'
import { accessesOf, axesUsedAsValues, gateMoves, moves, strideOf } from '../access.js'
import { closedAxes, extentOf, isFixed, reducedAxes, type Axis, type Nest } from '../nest.js'
import { hasOnlyScans, outermostAxes, scannedAxes } from '../scans.js'
import type { NestBuilder } from './builder.js'
import { assignTasks } from './order.js'
import { laneWidths } from './tile-search.js'

/** Scans beside each other hide each other's latency; each of them is a register and two streams of memory. */
const CHAINS = 4

/** Accumulators of a reduction over vectors. */
const ACCUMULATORS = [4, 2, 1]

type Inner = Map<number, 'lane' | 'unroll' | 'group'>

/**
 * Scans: a serial loop that carries a register, inside all others. Vectors of lines where they lie beside each other in
 * memory; several lines at once in any case; tasks over the rest. Tables are filled and searched by vectors.
 */
export function scheduleScan(nest: NestBuilder, capabilities: Capabilities): void {
  const inner: Inner = new Map()
  if (hasOnlyScans(nest.current)) writeOutLines(nest, capabilities, inner)
  else {
    for (const a of nest.current.order) if (reducedAxes(nest.current).has(a)) vectoriseReduction(nest, a, capabilities, inner)
    for (const a of nest.current.order) if (isCopied(nest.current, a)) vectoriseCopy(nest, a, capabilities, inner)
  }
  assignTasks(nest, capabilities, new Set(inner.keys()), outermostAxes(nest.current).map(a => a.arg.axis))
  for (const [axis, how] of inner) nest.apply({ kind: 'as', axis, how })
}

function writeOutLines(nest: NestBuilder, capabilities: Capabilities, inner: Inner): void {
  const along = scannedAxes(nest.current)
  const lines = nest.current.order.filter(a => !along.has(a) && isFixed(a))
  const writeOut = (axis: Axis, factor: number, how: 'lane' | 'unroll'): Axis => {
    const number = axis.arg.axis
    const rest = extentOf(axis) % factor
    if (rest !== 0) nest.peel(number, extentOf(axis) - rest)
    inner.set(nest.split(number, factor), how)
    return nest.axis(number)
  }
  let chained = lines.at(-1)
  const beside = lines.find(a => isConsecutive(nest.current, a) && !axesUsedAsValues(nest.current).has(a))
  const width = beside === undefined ? undefined : widthFor(nest, capabilities, beside)
  if (beside !== undefined && width !== undefined) chained = writeOut(beside, width, 'lane')
  const most = CHAINS * (nest.choices.body ?? 1)
  const copies = [2 * CHAINS, CHAINS, CHAINS / 2].find(c => c <= most && chained !== undefined && extentOf(chained) >= c)
  if (chained !== undefined && copies !== undefined) writeOut(chained, copies, 'unroll')
}

function vectoriseReduction(nest: NestBuilder, axis: Axis, capabilities: Capabilities, inner: Inner): void {
  const width = widthFor(nest, capabilities, axis)
  if (width === undefined || !isFixed(axis) || !isConsecutive(nest.current, axis)) return
  const number = axis.arg.axis
  const copies = ACCUMULATORS.find(c => extentOf(axis) >= 2 * c * width) ?? 1
  const rest = extentOf(axis) % (width * copies)
  if (rest !== 0) nest.peel(number, extentOf(axis) - rest)
  inner.set(nest.split(number, width), 'lane')
  if (copies > 1) inner.set(nest.split(number, copies), 'group')
}

/** A loop that fills a table. One that updates it is met in order. */
const isCopied = (nest: Nest, axis: Axis): boolean => closedAxes(nest, 'end').has(axis) && !scannedAxes(nest).has(axis)

function vectoriseCopy(nest: NestBuilder, axis: Axis, capabilities: Capabilities, inner: Inner): void {
  const width = laneWidths(nest.current, capabilities).find(w => extentOf(axis) % w === 0)
  if (width === undefined || !isFixed(axis) || !isConsecutive(nest.current, axis)) return
  inner.set(nest.split(axis.arg.axis, width), 'lane')
}

const widthFor = (nest: NestBuilder, capabilities: Capabilities, axis: Axis): number | undefined =>
  laneWidths(nest.current, capabilities).find(w => w <= extentOf(axis))

/** Whether all that is read and written along the axis is next to each other, or the same. */
const isConsecutive = (nest: Nest, axis: Axis): boolean =>
  accessesOf(nest).every(x => !moves(x, axis) || (strideOf(x, axis) === 1 && !gateMoves(x, axis)))
