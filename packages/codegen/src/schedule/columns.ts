import { itemSize } from '@petagrad/ir'
import type { Capabilities } from '@petagrad/renderer'
import { accessesOf, gateMoves, moves, strideOf } from '../access.js'
import { closedAxes, extentOf, isFixed, product, reducedAxes, stagingAxes, type Axis, type Nest } from '../nest.js'
import { scannedAxes } from '../scans.js'
import { updatesInPlace } from '../transform.js'
import type { NestBuilder } from './builder.js'
import { assignTasks } from './order.js'
import type { Tile } from './tile-search.js'

/** Rows that are added to the partial results at once: so much more is read of the operand than of them. */
const ROWS = 8
/** Share of the first cache that partial results may take. */
const L1_SHARE = 4
const LEAST_LINES = 8

/**
 * Reductions along the columns of an operand that is read once (a sum over the first axis, a vector times a matrix):
 * partial results of a stretch of columns stay in the first cache while the operand goes by row after row, several rows
 * at a time. A tile in registers would go down the operand in a strip of a few lines, which no prefetcher follows.
 *
 * False where the nest is not of that kind.
 */
export function scheduleColumns(nest: NestBuilder, tile: Tile, capabilities: Capabilities): boolean {
  const found = columnsOf(nest.current, tile, capabilities)
  if (found === undefined || tile.lane === undefined) return false
  const { column, row, bytes } = found
  const { lanes } = tile.lane
  const { machine } = capabilities
  const rows = extentOf(row)
  if (rows % ROWS !== 0) nest.peel(row.arg.axis, rows - (rows % ROWS))
  const together = nest.split(row.arg.axis, ROWS)

  const columns = extentOf(column)
  const most = machine.l1 / L1_SHARE / bytes
  const shared = machine.cores > 1 ? columns / (machine.cores * 2) : columns
  const wanted = Math.max(Math.min(most, shared), (LEAST_LINES * machine.cacheLine) / bytes)
  const block = Math.min(Math.floor(columns / lanes), Math.max(1, Math.round(wanted / lanes))) * lanes
  const even = largestMultiple(columns, lanes, block)
  const inner = even * 2 > block ? nest.split(column.arg.axis, even) : nest.cover(column.arg.axis, block)
  const added = nest.accumulate(row.arg.axis, inner)
  const carried = scannedAxes(nest.current) // as many blocks of rows as columns of a stretch may be a coincidence
  const swept = [...added, inner].filter(a => extentOf(nest.axis(a)) === extentOf(nest.axis(inner)) && !carried.has(nest.axis(a)))
  const vectors = swept.map(a => nest.split(a, lanes))
  assignTasks(nest, capabilities, new Set([...swept, ...vectors]))
  for (const v of vectors) nest.apply({ kind: 'as', axis: v, how: 'lane' })
  nest.apply({ kind: 'as', axis: together, how: 'unroll' })
  return true
}

interface Columns {
  readonly column: Axis
  readonly row: Axis
  /** Bytes of an element of the operand. */
  readonly bytes: number
}

function columnsOf(nest: Nest, { lane, unroll }: Tile, { machine }: Capabilities): Columns | undefined {
  const reduced = [...reducedAxes(nest)]
  const row = nest.order.find(a => reduced.includes(a))
  const outputs = nest.order.filter(a => !reduced.includes(a))
  const column = lane?.axis
  if (lane === undefined || row === undefined || reduced.length !== 1 || column === undefined || column !== outputs.at(-1)) return undefined
  if (!nest.order.every(isFixed) || closedAxes(nest, 'end').size > 0 || stagingAxes(nest).size > 0 || updatesInPlace(nest)) return undefined
  if (extentOf(row) < ROWS * 4 || extentOf(column) <= lane.lanes * (unroll.get(column) ?? 1)) return undefined
  const streams = accessesOf(nest).filter(a => !a.isStore && moves(a, row) && moves(a, column))
  if (streams.length === 0) return undefined
  for (const a of streams) {
    if (!outputs.every(o => moves(a, o)) || strideOf(a, column) !== 1 || nest.order.some(o => gateMoves(a, o))) return undefined
    if ((strideOf(a, row) ?? 0) < extentOf(column)) return undefined
  }
  const bytes = itemSize(streams[0].node.dtype)
  return product(nest.order) * bytes > machine.l2 ? { column, row, bytes } : undefined
}

/** The largest divisor of n that is a multiple of `of`, up to `most`; 0 if there is none. */
function largestMultiple(n: number, of: number, most: number): number {
  for (let d = most - (most % of); d > 0; d -= of) if (n % d === 0) return d
  return 0
}
