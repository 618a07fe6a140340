import { bounds, is, openRanges, toposort, type UOp } from '@petagrad/ir'
import type { Capabilities } from '@petagrad/renderer'
import { accessesOf, gateMoves, moves, strideOf, type Access } from './access.js'
import { ScheduleBuilder, type NestBuilder } from './builder.js'
import { closedAxes, extentOf, stagingAxes, type Axis, type LoopNests, type Nest } from './nest.js'
import { mergeAxes } from './normalise.js'
import { soleLoad, stagedBytes, tileOf } from './stage.js'
import { laneWidths, searchTile, type Tile } from './tile-search.js'

/** Points below which a nest is left as plain loops. */
const TINY = 16
/** Arithmetic of one task, in units of a few nanoseconds for a core: below it, starting tasks costs more than it gains. */
const TASK_WORK = 1 << 14
const TASKS_PER_CORE = 8
/** Reduction loops of at most so many iterations are windows. */
const SMALL_WINDOW = 8
/** Vector instructions of an innermost loop body that is written out further. */
const BODY = 64

/** The schedule for a kernel when nobody gives one: from the shapes and the target's declared numbers alone. */
export function defaultSchedule(nests: LoopNests, capabilities: Capabilities): ScheduleBuilder {
  const schedule = new ScheduleBuilder(nests)
  for (let i = 0; i < nests.nests.length; i++) scheduleNest(schedule.nest(i), capabilities)
  return schedule
}

function scheduleNest(nest: NestBuilder, capabilities: Capabilities): void {
  mergeAxes(nest)
  if (pointsOf(nest.current) < TINY) return
  if (hasLevels(nest.current)) scheduleRows(nest, capabilities)
  else scheduleTile(nest, capabilities)
}

const product = (axes: readonly Axis[]): number => axes.reduce((n, a) => n * extentOf(a), 1)
const pointsOf = (nest: Nest): number => product(nest.order)
const reducedAxes = (nest: Nest): ReadonlySet<UOp> => closedAxes(nest, 'reduce')
const fixed = (a: Axis): boolean => is(a.src[0], 'const')

/** Whether some reduction or store sits outside of part of the output loops, or reductions depend on one another. */
function hasLevels(nest: Nest): boolean {
  const nodes = toposort(nest.stores)
  const reductions = nodes.filter(u => u.op === 'reduce')
  const outputs = Math.max(...nest.stores.map(s => openRanges(s).size))
  if (nest.stores.some(s => openRanges(s).size !== outputs)) return true
  if (reductions.length === 0) return false
  const loops = new Set(reductions.map(r => r.src.slice(1).map(x => x.id).join()))
  return loops.size > 1 || reductions.some(r => openRanges(r).size !== outputs)
}

// ---- one tile: element-wise nests, plain reductions, contractions

function scheduleTile(nest: NestBuilder, capabilities: Capabilities): void {
  smallReductionsLast(nest)
  stageChecked(nest, capabilities)
  const tile = searchTile(nest.current, capabilities)
  const reduced = reducedAxes(nest.current)
  const unrolled: number[] = []
  const grouped: number[] = []
  const restLanes: number[] = []
  let lane: number | undefined

  const axes = new Set([...tile.unroll.keys(), ...(tile.lane === undefined ? [] : [tile.lane.axis])])
  for (const a of axes) {
    const axis = a.arg.axis
    const lanes = a === tile.lane?.axis ? tile.lane.lanes : 1
    const copies = reduced.has(a) ? tile.group : (tile.unroll.get(a) ?? 1)
    const step = lanes * copies
    const extent = extentOf(a)
    if (extent % step !== 0) {
      const rest = nest.peel(axis, extent - (extent % step))
      if (lanes > 1) scheduleRest(nest, rest, capabilities, restLanes)
      else unrolled.push(rest)
    }
    if (lanes > 1) lane = nest.split(axis, lanes)
    if (copies > 1) (reduced.has(a) ? grouped : unrolled).push(nest.split(axis, copies))
  }
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
  const loops = new Set(toposort(nest.current.stores).filter(u => u.op === 'reduce').map(u => u.src.slice(1).map(x => x.id).join()))
  if (loops.size !== 1) return
  const staging = stagingAxes(nest.current)
  const free = (a: Axis): boolean => !grouped.includes(a.arg.axis) && a.arg.axis !== lane && !staging.has(a)
  const inner = nest.current.order.filter(a => reduced.has(a) && fixed(a) && free(a)).reverse()
  for (const a of inner) {
    const room = Math.min(Math.floor(BODY / body), Math.floor(tile.steps / steps))
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
      const tile = tileOf(nest.current, access.node, at)
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

// ---- rows: reductions inside some of the output loops (softmax, layernorm)

function scheduleRows(nest: NestBuilder, capabilities: Capabilities): void {
  const nodes = toposort(nest.current.stores)
  const levels = [...nodes.filter(u => u.op === 'reduce'), ...nest.current.stores].map(u => openRanges(u))
  const rows = nest.current.order.filter(a => levels.every(l => l.has(a)))
  const columns = nest.current.order.filter(a => !rows.includes(a))
  const reduced = reducedAxes(nest.current)
  const widths = laneWidths(nest.current, capabilities)
  const accesses = accessesOf(nest.current)
  const last: number[] = []
  const vectorised: Axis[] = []
  const kinds = new Map<number, 'lane' | 'group' | 'unroll'>()
  for (const a of columns) {
    const touching = accesses.filter(x => moves(x, a))
    const consecutive = touching.every(x => strideOf(x, a) === 1 && !gateMoves(x, a))
    if (!fixed(a) || !consecutive || !innerOfItsLoop(nodes, a, nest.current)) continue
    // A window inside of a row reads x[i + k], a value may be i + k itself: one of the two is lanes, not both.
    if (nodes.some(u => openRanges(u).has(a) && vectorised.some(other => openRanges(u).has(other)))) continue
    const width = widths.find(w => w <= extentOf(a))
    if (width === undefined) continue
    const copies = [4, 2, 1].find(c => extentOf(a) >= c * width * 2 || c === 1) ?? 1
    const step = width * copies
    const rest = extentOf(a) % step
    if (rest !== 0 && !reduced.has(a)) {
      if (extentOf(a) % width !== 0) continue // other stores of the nest stay with their rows, so the loop is not cut
    }
    const even = rest === 0 ? copies : !reduced.has(a) ? largestEven(extentOf(a) / width, copies) : copies
    if (rest !== 0 && reduced.has(a)) nest.peel(a.arg.axis, extentOf(a) - rest)
    const lane = nest.split(a.arg.axis, width)
    vectorised.push(a)
    last.push(lane)
    kinds.set(lane, 'lane')
    if (even > 1) {
      const more = nest.split(a.arg.axis, even)
      last.push(more)
      kinds.set(more, reduced.has(a) ? 'group' : 'unroll')
    }
  }
  assignTasks(nest, capabilities, new Set(last), rows.map(a => a.arg.axis))
  for (const [axis, how] of kinds) nest.apply({ kind: 'as', axis, how })
}

const largestEven = (n: number, atMost: number): number => {
  for (let c = atMost; c > 1; c--) if (n % c === 0) return c
  return 1
}

/** An axis is vectorised only as the innermost of the loops that it is closed or stored with. */
function innerOfItsLoop(nodes: readonly UOp[], a: Axis, nest: Nest): boolean {
  const later = new Set<UOp>(nest.order.slice(nest.order.indexOf(a) + 1))
  return nodes.every(u => {
    if (u.op === 'reduce' && u.src.includes(a)) return !u.src.slice(1).some(r => later.has(r))
    if (u.op === 'store' && openRanges(u).has(a)) return ![...openRanges(u)].some(r => later.has(r))
    return true
  })
}

// ---- order and tasks

/** Output loops, then reduction loops, then what is written out. Copies stay where they were put. */
function orderAxes(nest: NestBuilder, last: readonly number[]): void {
  const reduced = reducedAxes(nest.current)
  const tail = new Set(last)
  const numbers = (keep: (a: Axis) => boolean) => nest.current.order.filter(a => !tail.has(a.arg.axis) && keep(a)).map(a => a.arg.axis)
  const tasks = numbers(a => a.arg.kind === 'task')
  const outer = numbers(a => a.arg.kind !== 'task' && !reduced.has(a))
  const writtenOut = nest.current.order.map(a => a.arg.axis).filter(n => tail.has(n))
  const order = [...tasks, ...outer, ...numbers(a => reduced.has(a)), ...writtenOut]
  if (order.some((n, i) => n !== nest.current.order[i].arg.axis)) nest.apply({ kind: 'reorder', order })
}

/** Gives the outermost output loops to the cores, in pieces that are worth starting. */
function assignTasks(nest: NestBuilder, capabilities: Capabilities, inner: ReadonlySet<number>, only?: readonly number[]): void {
  const { cores } = capabilities.machine
  if (cores < 2) return
  const reduced = reducedAxes(nest.current)
  const copying = closedAxes(nest.current, 'end')
  const closed = new Set<UOp>([...reduced, ...copying])
  const firstCopy = nest.current.order.findIndex(a => copying.has(a))
  const staged = firstCopy < 0 ? nest.current.order.length : firstCopy
  const candidates = nest.current.order.filter(
    (a, i) => !closed.has(a) && !inner.has(a.arg.axis) && fixed(a) && i < staged && (only === undefined || only.includes(a.arg.axis)),
  )
  const work = workOf(nest.current)
  const wanted = Math.min(cores * TASKS_PER_CORE, Math.floor(work / TASK_WORK))
  if (wanted < 2) return
  let tasks = 1
  for (const a of candidates) {
    if (tasks >= cores * 2) break
    const axis = a.arg.axis
    const extent = extentOf(a)
    const need = Math.ceil(wanted / tasks)
    if (extent > need * 2) {
      const chunk = divisorNear(extent, extent / need)
      if (chunk > 1) nest.split(axis, chunk)
      tasks *= extent / chunk
    } else tasks *= extent
    nest.apply({ kind: 'as', axis, how: 'task' })
  }
}

/** Arithmetic of a nest, roughly. */
function workOf(nest: Nest): number {
  let work = 0
  for (const u of toposort(nest.stores)) {
    if (u.dtype.kind === 'index' || u.src.length === 0 || u.op === 'index') continue
    let n = 1
    for (const r of openRanges(u.op === 'reduce' ? u.src[0] : u)) n *= bounds(r.src[0]).max
    work += n
  }
  return work
}

function divisorNear(n: number, wanted: number): number {
  let best = 1
  for (let d = 1; d <= n; d++) if (n % d === 0 && Math.abs(d - wanted) < Math.abs(best - wanted)) best = d
  return best
}
