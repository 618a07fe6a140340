import { is, openRanges } from '@petagrad/ir'
import type { Capabilities } from '@petagrad/renderer'
import { accessesOf, gateMoves, moves, strideOf, type Access } from '../access.js'
import { closedAxes, extentOf, isFixed, nodesOf, product, reducedAxes, stagingAxes, type Axis } from '../nest.js'
import { soleLoad, stagedBytes, tileOf } from '../stage.js'
import type { NestBuilder } from './builder.js'
import { scheduleColumns } from './columns.js'
import { assignTasks, orderAxes } from './order.js'
import { blockTransposition } from './transpose.js'
import { laneWidths, searchTile, SMALL_WINDOW, type Tile } from './tile-search.js'

/** Vector instructions of an innermost loop body that is written out further. */
const BODY = 64

/** One tile: element-wise nests, plain reductions, contractions. */
export function scheduleTile(nest: NestBuilder, capabilities: Capabilities): void {
  smallReductionsLast(nest)
  stageChecked(nest, capabilities)
  const tile = searchTile(nest.current, capabilities, nest.choices.tile)
  nest.estimate(tile.cost)
  if (scheduleColumns(nest, tile, capabilities)) return
  const reduced = reducedAxes(nest.current)
  const unrolled: number[] = []
  const grouped: number[] = []
  const restLanes: number[] = []
  let lane: number | undefined

  // Without a reduction only the lanes' own axis is written out, unless rows become columns.
  const across = reduced.size > 0 ? undefined : [...tile.unroll.keys()].find(a => a !== tile.lane?.axis)
  // Vectors outermost among what is written out: each is loaded, used for all its accumulators and done with.
  const axes = new Set([...(tile.lane === undefined ? [] : [tile.lane.axis]), ...tile.unroll.keys()])
  for (const a of axes) {
    const axis = a.arg.axis
    const lanes = a === tile.lane?.axis ? tile.lane.lanes : 1
    const copies = reduced.has(a) ? tile.group : (tile.unroll.get(a) ?? 1)
    const step = lanes * copies
    const extent = extentOf(a)
    if (extent % step !== 0) {
      const rest = nest.peel(axis, extent - (extent % step))
      if (lanes > 1) scheduleRest(nest, rest, capabilities, restLanes)
      else if (a !== across) unrolled.push(rest)
    }
    if (lanes > 1) lane = nest.split(axis, lanes)
    if (copies > 1) (reduced.has(a) ? grouped : unrolled).push(nest.split(axis, copies))
  }
  if (across !== undefined && tile.lane !== undefined) blockTransposition(nest, capabilities, tile.lane, across)
  const lanes = [...restLanes, ...(lane === undefined ? [] : [lane])]
  assignTasks(nest, capabilities, new Set([...unrolled, ...grouped, ...lanes]))
  unrollReduction(nest, tile, unrolled, grouped, lane)
  const last = [...unrolled, ...grouped, ...lanes]
  orderAxes(nest, last)
  for (const u of unrolled) nest.apply({ kind: 'as', axis: u, how: 'unroll' })
  for (const g of grouped) nest.apply({ kind: 'as', axis: g, how: 'group' })
  for (const l of lanes) nest.apply({ kind: 'as', axis: l, how: 'lane' })
}

/** The rest of an axis whose lanes do not come out even: the widest lanes that fit, again and again, then scalars. */
function scheduleRest(nest: NestBuilder, axis: number, capabilities: Capabilities, lanes: number[]): void {
  const extent = extentOf(nest.axis(axis))
  const width = laneWidths(nest.current, capabilities).find(w => w <= extent)
  if (width === undefined) return
  if (extent % width !== 0) scheduleRest(nest, nest.peel(axis, extent - (extent % width)), capabilities, lanes)
  lanes.push(extentOf(nest.axis(axis)) === width ? axis : nest.split(axis, width))
}

/** Writes out short inner reduction loops, or a part of a long one, until a body is long enough to hide the loop. */
function unrollReduction(nest: NestBuilder, tile: Tile, unrolled: number[], grouped: readonly number[], lane: number | undefined): void {
  let body = [...tile.unroll.values()].reduce((a, b) => a * b, 1) * tile.group
  let steps = 1
  const reduced = reducedAxes(nest.current)
  const loops = new Set(nodesOf(nest.current).filter(u => u.op === 'reduce').map(u => u.src.slice(1).map(x => x.id).join()))
  if (loops.size !== 1) return
  const staging = stagingAxes(nest.current)
  const free = (a: Axis): boolean => !grouped.includes(a.arg.axis) && a.arg.axis !== lane && !staging.has(a)
  const inner = nest.current.order.filter(a => reduced.has(a) && isFixed(a) && free(a)).reverse()
  for (const a of inner) {
    const room = Math.floor(Math.min(BODY / body, tile.steps / steps) * (nest.choices.body ?? 1))
    const extent = extentOf(a)
    if (room < 2) return
    if (extent <= room) {
      unrolled.push(a.arg.axis)
      body *= extent
      steps *= extent
      continue
    }
    for (let f = Math.min(room, 8); f > 1; f--) {
      if (extent % f !== 0) continue
      unrolled.push(nest.split(a.arg.axis, f))
      break
    }
    return
  }
}

/** Operands with bounds checks inside a contraction are copied, zero padded, where that is read often enough. */
function stageChecked(nest: NestBuilder, capabilities: Capabilities): void {
  const reduced = reducedAxes(nest.current)
  if (reduced.size === 0) return
  const copying = closedAxes(nest.current, 'end')
  const budget = Math.min(capabilities.scratch.private, capabilities.machine.l2 / 2)
  for (const access of accessesOf(nest.current)) {
    if (access.isStore || access.gate === undefined || [...openRanges(access.node)].some(r => copying.has(r))) continue
    const pointer = access.node.src[0].src[0]
    if (!is(pointer, 'param') || soleLoad(nest.current, pointer.arg.slot) !== access.node) continue
    if (!nest.current.order.some(a => gateMoves(access, a))) continue
    lanesLast(nest, access)
    const outputs = nest.current.order.filter(a => !reduced.has(a))
    for (const at of outputs.slice(0, -1)) { // what is inside the innermost is no tile
      const inside = nest.current.order.slice(nest.current.order.indexOf(at) + 1)
      const tile = tileOf(nest.current, access.node, inside)
      if (tile === undefined || stagedBytes(tile, access.node) > budget) continue
      const size = tile.reduce((n, d) => n * d.extent, 1)
      if (product(inside) < 8 * size || inside.every(a => moves(access, a))) continue
      nest.apply({ kind: 'stage', slot: pointer.arg.slot, axis: at.arg.axis })
      break
    }
  }
}

/**
 * A copy is packed in the order of the loops: the output axis along which the operand is consecutive goes innermost,
 * so that vectors of it stay vectors.
 */
function lanesLast(nest: NestBuilder, access: Access): void {
  const reduced = reducedAxes(nest.current)
  const { order } = nest.current
  const lane = order.find(a => !reduced.has(a) && strideOf(access, a) === 1)
  if (lane === undefined || lane === order[order.length - 1]) return
  nest.apply({ kind: 'reorder', order: [...order.filter(a => a !== lane), lane].map(a => a.arg.axis) })
}

/** Windows of a few elements go innermost among the reduction loops: they are written out. */
function smallReductionsLast(nest: NestBuilder): void {
  const reduced = reducedAxes(nest.current)
  const { order } = nest.current
  const large = order.filter(a => reduced.has(a) && extentOf(a) > SMALL_WINDOW)
  const small = order.filter(a => reduced.has(a) && extentOf(a) <= SMALL_WINDOW)
  const sorted = [...large, ...small]
  let next = 0
  const wanted = order.map(a => (reduced.has(a) ? sorted[next++] : a))
  if (wanted.some((a, i) => a !== order[i])) nest.apply({ kind: 'reorder', order: wanted.map(a => a.arg.axis) })
}
