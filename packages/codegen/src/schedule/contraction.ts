import { itemSize } from '@petagrad/ir'
import type { Capabilities } from '@petagrad/renderer'
import { accessesOf, moves, strideOf } from '../access.js'
import { extentOf, product, reducedAxes, type Axis } from '../nest.js'
import { soleLoad, stagedBytes, tileOf } from '../stage.js'
import { updatesInPlace } from '../transform.js'
import type { NestBuilder } from './builder.js'
import { contractionOf, SMALL_WINDOW, type Contraction, type Operand } from './contraction-facts.js'
import { contractionTile, isPackedInVectors, packCycles, wantsPacking, type ContractionTile } from './contraction-tile.js'
import { loopsOf, type Work } from './contraction-work.js'
import { useDotUnit } from './dot-units.js'
import { pack } from './pack.js'
import { laneWidths } from './tile-search.js'

/** Multiply-accumulates of one task, at least. */
const TASK_WORK = 1 << 17
/** Tasks that even out the load, and at most. */
const TASKS_PER_CORE = 4
const MOST_PER_CORE = 16
/** Share of a task's arithmetic that packing again what other tasks pack as well may add. */
const REPACKING = 0.03
/** Steps of a sum that are enough to hide that a tile's sums are fetched and put back. */
const SHALLOW = 192
const ELEMENT = 4
/** Rows that use a packed element: so few do not make up for reading memory line by line. */
const FEW_ROWS = 64
/** Bytes of a row of an operand that are packed at once then. */
const STRETCH = 8192
const PAGE = 4096

/** Matrix products, convolutions and what is like them: packed panels, a tile in registers. False when the nest is none. */
export function scheduleContraction(nest: NestBuilder, capabilities: Capabilities): boolean {
  if (contractionOf(nest.current) === undefined) return false
  windowsLast(nest)
  const plain = contractionOf(nest.current)
  const mayOverlap = !updatesInPlace(nest.current)
  const { tile: rank } = nest.choices
  const plainTile = plain && contractionTile(plain, laneWidths(nest.current, capabilities), mayOverlap, capabilities, rank)
  const dot = useDotUnit(nest, mayOverlap, capabilities, plainTile?.cost ?? Infinity)
  const [c, tile] = [dot?.contraction ?? plain, dot?.tile ?? plainTile]
  if (c === undefined || tile === undefined) return false
  nest.estimate(tile.cost / (dot?.terms ?? 1))
  const work: Work = { nest, c, tile, capabilities, roles: new Map(), mayOverlap, dot }
  const grouped = dot === undefined ? [] : [dot.axis]
  const packed = c.operands.filter(o => wantsPacking(c, o, tile.column))
  const columns = packed.filter(o => o.moves.has(tile.column))
  const rows = packed.filter(o => !o.moves.has(tile.column))
  const written = writeOutTile(work)
  takeTasks(work, packed)
  const [panels] = loopsOf(work, 'column')
  const stretch = stretchColumns(work, columns)
  const { loop: lines, tiles } = stretch > 1 ? { loop: panels, tiles: stretch } : cutIntoLines(work, columns)
  blockSums(work, tiles)
  const apart = scattersEpilogue(c, tile)
  if (apart && loopsOf(work, 'block').length === 0) sumApart(work)
  const last = [...unrollReduction(work), ...written]
  const outside = blockRows(work, rows)
  orderAxes(work, outside, [...last, ...grouped])
  const again = accumulateBlocks(work)
  for (const o of rows) pack(work, o, capabilities.machine.l2 / 2, undefined)
  for (const o of columns) pack(work, o, rows.length > 0 ? capabilities.scratch.private / 2 : capabilities.machine.l2 / 2, lines)
  const biased = dot?.biased === undefined ? [] : nest.bias(dot.biased).slice(-1)
  for (const axis of [...grouped, ...biased]) nest.apply({ kind: 'as', axis, how: 'dot' })
  const writeOut = (axes: readonly (number | undefined)[]): void => axes.forEach((axis, i) => {
    if (axis !== undefined) nest.apply({ kind: 'as', axis, how: i === axes.length - 1 ? 'lane' : 'unroll' })
  })
  if (again.size > 0) writeOut(last.map(a => again.get(a)))
  if (apart) inMemoryOrder(nest, new Set(again.keys()))
  else writeOut(last)
  return true
}

/**
 * Where a tile's columns are less than a cache line of the operand that groups are packed of, as many tiles as fill one are
 * packed together: each line is fetched once. Gives the loop over those, and how many tiles they are.
 */
function cutIntoLines(work: Work, columns: readonly Operand[]): { readonly loop: number | undefined; readonly tiles: number } {
  const none = { loop: undefined, tiles: 1 }
  const { dot, nest, roles, tile, mayOverlap, capabilities: { machine } } = work
  const loop = loopsOf(work, 'column').at(-1)
  const [o] = columns
  if (dot === undefined || loop === undefined || columns.length !== 1 || !o.consecutive.has(tile.column)) return none
  const tiles = machine.cacheLine / (tile.lanes * tile.vectors * itemSize(o.access.node.dtype))
  const extent = extentOf(nest.axis(loop))
  if (tiles < 2 || extent <= tiles || (extent % tiles !== 0 && !mayOverlap)) return none
  roles.set(nest.cover(loop, tiles), 'column')
  return { loop, tiles }
}

/** Windows of a few elements go innermost among the reduction loops: they are written out. */
function windowsLast(nest: NestBuilder): void {
  const reduced = reducedAxes(nest.current)
  const { order } = nest.current
  const sums = order.filter(a => reduced.has(a))
  const sorted = [...sums.filter(a => extentOf(a) > SMALL_WINDOW), ...sums.filter(a => extentOf(a) <= SMALL_WINDOW)]
  const wanted = [...order.filter(a => !reduced.has(a)), ...sorted]
  if (wanted.some((a, i) => a !== order[i])) nest.apply({ kind: 'reorder', order: wanted.map(a => a.arg.axis) })
}

/** Splits the tile off; returns its axes, outermost first: rows and vectors, then lanes. */
function writeOutTile({ nest, c, tile, roles }: Work): number[] {
  for (const a of c.reduced) roles.set(a.arg.axis, 'sum')
  const columnOperands = c.operands.filter(o => o.moves.has(tile.column))
  for (const a of c.outputs) {
    roles.set(a.arg.axis, a === tile.column ? 'column' : columnOperands.every(o => o.moves.has(a)) ? 'shared' : 'row')
  }
  const inner = (axis: Axis, factor: number): number => {
    const number = axis.arg.axis
    const made = extentOf(nest.axis(number)) === factor ? number : nest.cover(number, factor)
    roles.set(made, 'written')
    return made
  }
  const rows = [...tile.rows].map(([a, f]) => inner(a, f))
  const columns = inner(tile.column, tile.lanes * tile.vectors)
  if (tile.vectors === 1) return [...rows, columns]
  const lane = nest.split(columns, tile.lanes)
  roles.set(lane, 'written')
  // The fewer of the two stay in registers while the others come one by one: compilers spill where both are live at once.
  const fewRows = [...tile.rows.values()].reduce((a, b) => a * b, 1) < tile.vectors
  return fewRows ? [columns, ...rows, lane] : [...rows, columns, lane]
}

/** Gives output loops to the cores: first those whose tasks pack the least that another one packs as well. */
function takeTasks(work: Work, packed: readonly Operand[]): void {
  const { c, tile, nest, capabilities } = work
  const { machine } = capabilities
  const widths = laneWidths(nest.current, capabilities)
  const points = product([...c.outputs, ...c.reduced])
  const wanted = Math.min(machine.cores * MOST_PER_CORE, Math.floor((points * (nest.choices.tasks ?? 1)) / TASK_WORK))
  /** Cycles that one more task along the axis adds. */
  const again = (axis: number): number =>
    packed.filter(o => ![...o.moves].some(a => a.arg.axis === axis))
      .reduce((n, o) => n + packCycles(o, isPackedInVectors(o, tile, widths), tile.column), 0)
  const depth = new Map(nest.current.order.map((a, i) => [a.arg.axis, i]))
  const loops = (['shared', 'column', 'row'] as const).flatMap(role => loopsOf(work, role))
  let count = 1
  for (const axis of loops.sort((a, b) => again(a) - again(b) || (depth.get(a) ?? 0) - (depth.get(b) ?? 0))) {
    const affordable = Math.floor((points * tile.cost * REPACKING) / Math.max(1, again(axis)))
    const room = Math.floor(Math.min(wanted, Math.max(machine.cores, affordable)) / count)
    if (room >= 2 && count < machine.cores * TASKS_PER_CORE) count *= chunk(work, axis, room)
  }
  const outermost = loops[0] as number | undefined
  if (count === 1 && outermost !== undefined) chunk(work, outermost, 1)
}

/** Makes tasks of equal parts of a loop, at most so many; returns how many. */
function chunk({ nest, roles, mayOverlap, capabilities: { machine } }: Work, axis: number, most: number): number {
  const extent = extentOf(nest.axis(axis))
  let size = extent
  let span = Infinity
  for (let s = 1; s <= extent; s++) {
    const tasks = Math.ceil(extent / s)
    if (tasks > most || (!mayOverlap && extent % s !== 0)) continue
    // What the busiest core does; a few tasks for each core even out what else the machine is doing.
    const busiest = Math.ceil(tasks / machine.cores) * s * (1 + 0.01 * Math.abs(Math.log2(tasks / (machine.cores * TASKS_PER_CORE))))
    if (busiest < span) [size, span] = [s, busiest]
  }
  const role = roles.get(axis)
  if (size > 1 && role !== undefined) roles.set(nest.cover(axis, size), role)
  roles.set(axis, 'task')
  return Math.ceil(extent / size)
}

/** Writes out short inner reduction loops, or a part of a long one, until a body is long enough to hide the loop. */
function unrollReduction(work: Work): number[] {
  const { nest, tile, roles } = work
  const unrolled: number[] = []
  let steps = 1
  for (const axis of loopsOf(work, 'sum').reverse()) {
    const room = Math.floor((tile.steps * (nest.choices.body ?? 1)) / steps)
    const extent = extentOf(nest.axis(axis))
    if (room < 2) break
    const factor = extent <= room ? extent : [4, 3, 2].find(f => f <= room && extent % f === 0)
    if (factor === undefined) break
    const made = factor === extent ? axis : nest.split(axis, factor)
    roles.set(made, 'written')
    unrolled.unshift(made)
    steps *= factor
  }
  return unrolled
}

/**
 * Row loops that stay outside of the columns' loop, so that what the loops inside read of packed row operands fits in
 * half of the second level cache. The loop that makes it too much is cut in two.
 */
function blockRows(work: Work, rows: readonly Operand[]): readonly number[] {
  const { nest, roles, capabilities: { machine } } = work
  const reads = rows.flatMap(o => (o.slot === undefined ? [] : (soleLoad(nest.current, o.slot) ?? [])))
  if (reads.length === 0) return []
  const budget = machine.l2 / 2
  const loops = loopsOf(work, 'row')
  if (loops.length === 0) return []
  const bytes = (outside: readonly number[]): number => {
    const inside = nest.current.order.filter(a => !['task', 'shared', 'block'].includes(roles.get(a.arg.axis) ?? '') && !outside.includes(a.arg.axis))
    return Math.max(...reads.map(read => {
      const tile = tileOf(nest.current, read, inside)
      return tile === undefined ? Infinity : stagedBytes(tile, read)
    }))
  }
  const n = loops.findIndex((_, i) => bytes(loops.slice(0, i)) <= budget)
  if (n === 0) return []
  const outside = n < 0 ? loops : loops.slice(0, n)
  const cut = outside[outside.length - 1]
  const extent = extentOf(nest.axis(cut))
  const each = bytes(outside.slice(0, -1)) / extent
  const size = divisors(extent).findLast(d => d * each <= budget) ?? 1
  if (size > 1 && size < extent) roles.set(nest.split(cut, size), 'row')
  return outside
}

const divisors = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1).filter(d => n % d === 0)

/**
 * Where few rows use what is packed and a panel would be gathered line by line from rows that are pages apart, a stretch of
 * many panels is packed at once: memory is read as it lies, a few kilobytes in a row. Gives the panels that are packed at once.
 */
function stretchColumns(work: Work, columns: readonly Operand[]): number {
  const { nest, c, roles, tile, mayOverlap } = work
  const rows = product(c.outputs.filter(a => columns.every(o => !o.moves.has(a))))
  const far = columns.some(o => o.consecutive.has(tile.column) && Math.abs(o.step ?? 0) * ELEMENT >= PAGE)
  const [panels] = loopsOf(work, 'column')
  if (!far || rows > FEW_ROWS || panels === undefined) return 1
  const extent = extentOf(nest.axis(panels))
  const most = Math.floor(STRETCH / (tile.lanes * tile.vectors * ELEMENT))
  if (extent <= most) return 1
  const span = (size: number): number => Math.ceil(extent / size) * size
  const sizes = Array.from({ length: most }, (_, i) => most - i).filter(n => n * 2 >= most && (mayOverlap || extent % n === 0))
  const size = sizes.reduce((a, b) => (span(b) < span(a) ? b : a), sizes[0] ?? 1)
  if (size < 2) return 1
  roles.set(nest.cover(panels, size), 'column')
  roles.set(panels, 'shared')
  return size
}

/** The outermost part of long sums runs outside of columns and rows, so that a panel of columns stays in half of the second level cache. */
function blockSums(work: Work, panels: number): void {
  const { nest, roles, tile, c, capabilities: { machine } } = work
  const most = Math.floor(machine.l2 / 2 / (panels * tile.lanes * tile.vectors * ELEMENT))
  if (c.sums > 1) return
  for (;;) {
    const sums = loopsOf(work, 'sum')
    const depth = sums.reduce((n, a) => n * extentOf(nest.axis(a)), 1)
    if (depth <= most) return
    const extent = extentOf(nest.axis(sums[0]))
    const each = depth / extent
    const size = each >= SHALLOW ? 1 : (divisors(extent).findLast(d => d * each <= most) ?? 1)
    if (size > 1) roles.set(nest.split(sums[0], size), 'sum')
    roles.set(sums[0], 'block')
  }
}

/**
 * Whether what is done with the sums reads and writes lanes one by one: that is better done in loops of its own, as memory
 * lies, where the sums are long enough to make up for passing them through scratch.
 */
const scattersEpilogue = (c: Contraction, tile: ContractionTile): boolean =>
  c.sums === 1 && product(c.reduced) >= SHALLOW &&
  [...c.stores, ...c.epilogue].some(a => moves(a, tile.column) && strideOf(a, tile.column) !== 1)

/** A tile's sums are made in scratch: what is done with them then has loops of its own. */
function sumApart(work: Work): void {
  const [outermost] = loopsOf(work, 'sum')
  const inner = work.nest.split(outermost, extentOf(work.nest.axis(outermost)))
  work.roles.set(inner, 'sum').set(outermost, 'whole')
}

/** Puts these axes, which are innermost, in the order in which what is stored lies in memory. */
function inMemoryOrder(nest: NestBuilder, axes: ReadonlySet<number>): void {
  const stores = accessesOf(nest.current).filter(a => a.isStore && a.node.src[0].src[0].op === 'param')
  const step = (n: number): number => Math.abs(strideOf(stores[0], nest.axis(n)) ?? Infinity)
  const order = nest.current.order.map(a => a.arg.axis)
  const inside = order.filter(n => axes.has(n)).sort((a, b) => (step(a) === step(b) ? 0 : step(b) - step(a)))
  nest.apply({ kind: 'reorder', order: [...order.filter(n => !axes.has(n)), ...inside] })
}

/**
 * After it, the loops that the sums are made in have the roles of those in which something is done with them. Gives the
 * former by the latter.
 */
function accumulateBlocks(work: Work): ReadonlyMap<number, number> {
  const { nest, roles, capabilities } = work
  const blocks = [...loopsOf(work, 'block'), ...loopsOf(work, 'whole')]
  const last = blocks.at(-1)
  if (last === undefined) return new Map()
  const reduced = reducedAxes(nest.current)
  const order = nest.current.order.map(a => a.arg.axis)
  const rest = order.slice(order.indexOf(last) + 1)
  const results = rest.filter(n => !reduced.has(nest.axis(n)))
  const added = nest.accumulate(last, results[0])
  const carriesOver = added.length > results.length
  const cleared = carriesOver ? added.slice(0, results.length) : []
  const carried = carriesOver ? added.slice(results.length, results.length + blocks.length) : []
  const again = new Map(results.map((n, i) => [n, added[cleared.length + carried.length + i]]))
  const before = order.slice(0, order.indexOf(blocks[0])).filter(n => !blocks.includes(n))
  nest.apply({ kind: 'reorder', order: [...before, ...cleared, ...carried, ...rest.map(n => again.get(n) ?? n), ...results] })
  carried.forEach((n, i) => roles.set(n, roles.get(blocks[i]) ?? 'block'))
  for (const [kept, made] of again) {
    const role = roles.get(kept)
    if (role !== undefined) roles.set(made, role)
    roles.delete(kept)
  }
  const innermost = cleared.at(-1)
  if (innermost !== undefined && laneWidths(nest.current, capabilities).includes(extentOf(nest.axis(innermost)))) {
    nest.apply({ kind: 'as', axis: innermost, how: 'lane' })
  }
  return again
}

/** Tasks, what columns' operands share, blocks of rows, columns, rows, sums, then what is written out. */
function orderAxes(work: Work, outside: readonly number[], last: readonly number[]): void {
  const { nest } = work
  const tasks = loopsOf(work, 'task')
  const inside = loopsOf(work, 'row').filter(n => !outside.includes(n))
  const sums = [...loopsOf(work, 'whole'), ...loopsOf(work, 'sum')]
  const order = [...tasks, ...loopsOf(work, 'shared'), ...loopsOf(work, 'block'), ...outside, ...loopsOf(work, 'column'), ...inside, ...sums, ...last]
  if (order.some((n, i) => n !== nest.current.order[i].arg.axis)) nest.apply({ kind: 'reorder', order })
  if (!nest.isLink) for (const t of tasks) nest.apply({ kind: 'as', axis: t, how: 'task' })
}
