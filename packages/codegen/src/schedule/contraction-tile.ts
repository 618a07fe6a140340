import type { Capabilities, MachineModel } from '@petagrad/renderer'
import { gateMoves, strideOf } from '../access.js'
import { axisName, extentOf, product, type Axis } from '../nest.js'
import { ranked } from './alternatives.js'
import type { Contraction, Operand } from './contraction-facts.js'

/** What one iteration of the innermost loop computes: `vectors` × `lanes` columns of each of the rows. */
export interface ContractionTile {
  readonly column: Axis
  readonly lanes: number
  readonly vectors: number
  /** Written-out iterations of the axes that columns' operands do not move along. */
  readonly rows: ReadonlyMap<Axis, number>
  /** Steps of the sums that may be written out in one body before registers run out. */
  readonly steps: number
  /** Estimated cycles per point of the iteration space. */
  readonly cost: number
}

const LOADS_PER_CYCLE = 2
/** Latency of a multiply-accumulate in cycles: so many must be under way at once. */
const LATENCY = 4
/** A lane that is fetched or stored by itself. */
const ONE_LANE = 1.5
/** The same, where no neighbour in memory is stored soon. */
const FAR_LANE = 6
/** A load behind a bounds check. */
const GATE = 1.5
const LOOP_OVERHEAD = 0.5
/** Cycles that copying an element into a packed panel takes: in vectors, and one by one. */
const PACK_VECTOR = 0.3
const PACK_ELEMENT = 1.5
/** The same, where each comes from another page. */
const PACK_FAR = 4
/** Points that a packed element serves, and steps of a packed panel, at least. */
const REUSE = 24
const SMALL_DEPTH = 64
/** Rows of an operand that are farther apart than so many bytes touch a new page at every other step. */
const FAR = 1024
/** Bytes a cycle that a core takes from its second level cache. */
const L2_BYTES = 32
/** Rows so many bytes apart compete for one set of the first level cache, which holds about so many lines for them. */
const PAGE = 4096
const SAME_SET = 6
/** Vector instructions of an innermost loop body that is written out further: more, and compilers run out of registers. */
const BODY = 32
const VECTORS = 8
const ROWS = 16
const SECOND_ROWS = [1, 2, 3, 4]

/**
 * The cheapest tile, by issue slots, registers, panel traffic, packing, and what does not come out even; with a rank, one
 * that comes after it. Undefined where there is none.
 */
export function contractionTile(
  c: Contraction, widths: readonly number[], mayOverlap: boolean, capabilities: Capabilities, rank = 0,
): ContractionTile | undefined {
  let best: ContractionTile | undefined
  const all: ContractionTile[] = []
  const fits = (extent: number, factor: number) => factor <= extent && (mayOverlap || extent % factor === 0)
  for (const column of c.outputs) {
    const columnOperands = c.operands.filter(o => o.moves.has(column))
    if (columnOperands.length === 0 || columnOperands.length === c.operands.length) continue
    const rowAxes = c.outputs.filter(a => a !== column && extentOf(a) > 1 && columnOperands.some(o => !o.moves.has(a)))
    for (const lanes of widths) {
      if (lanes > extentOf(column) || widths.some(w => w > lanes && extentOf(column) % w === 0)) continue
      const judge = judgeFor(c, column, lanes, widths, capabilities)
      for (let vectors = 1; vectors <= VECTORS && fits(extentOf(column), vectors * lanes); vectors++) {
        for (const rows of rowChoices(rowAxes, vectors, capabilities.machine, fits)) {
          if (leastCost(rows, vectors * c.sums, lanes, capabilities.machine) >= (best?.cost ?? Infinity)) continue
          const { cost, steps } = judge(vectors, rows)
          const better = cost < (best?.cost ?? Infinity) * 0.995
          if (!better && rank === 0) continue
          const tile = { column, lanes, vectors, rows, cost, steps }
          if (better) best = tile
          all.push(tile)
        }
      }
    }
  }
  return ranked(best, all, rank, t => [t.column.arg.axis, t.lanes, t.vectors, ...[...t.rows.keys()].map(axisName)].join())
}

/** What a tile of so many vectors for each row costs if nothing but its arithmetic counts. */
function leastCost(rows: ReadonlyMap<Axis, number>, vectors: number, lanes: number, machine: MachineModel): number {
  let tile = vectors
  for (const f of rows.values()) tile *= f
  return Math.max(tile / machine.fmaPerCycle, LATENCY) / (tile * lanes)
}

function* rowChoices(
  axes: readonly Axis[], vectors: number, machine: MachineModel, fits: (extent: number, factor: number) => boolean,
): Generator<ReadonlyMap<Axis, number>> {
  yield new Map()
  for (const a of axes) {
    for (let r = 2; r <= ROWS && r <= extentOf(a) && r * vectors <= machine.vectorRegisters; r++) {
      if (!fits(extentOf(a), r)) continue
      for (const b of [undefined, ...axes.filter(x => x !== a)]) {
        for (const s of b === undefined ? [1] : SECOND_ROWS) {
          if (b === undefined) yield new Map([[a, r]])
          else if (s > 1 && r * s * vectors <= machine.vectorRegisters && fits(extentOf(b), s)) yield new Map([[a, r], [b, s]])
        }
      }
    }
  }
}

type Judge = (vectors: number, rows: ReadonlyMap<Axis, number>) => Pick<ContractionTile, 'cost' | 'steps'>

const IMPOSSIBLE = { cost: Infinity, steps: 1 }

function judgeFor(c: Contraction, column: Axis, lanes: number, widths: readonly number[], { machine, fma }: Capabilities): Judge {
  const depth = product(c.reduced)
  const points = depth * product(c.outputs)
  const operands = c.operands.map(o => {
    const onColumn = o.moves.has(column)
    return {
      onColumn,
      operand: o,
      direct: !onColumn && !o.gated,
      each: loadCost(o, column, lanes),
      pack: onColumn && wantsPacking(c, o, column) ? packCycles(o, o.consecutive.has(column), column) / points : 0,
    }
  })
  const rowPacks = c.operands.filter(o => !o.moves.has(column) && wantsPacking(c, o, column))
  const columnPacking = operands.reduce((n, o) => n + o.pack, 0)
  return (vectors, rows) => {
    const copies = (moved: ReadonlySet<Axis>, onColumn: boolean): number => {
      let n = onColumn ? vectors : 1
      for (const [a, f] of rows) if (moved.has(a)) n *= f
      return n
    }
    let loads = 0
    let loaded = 0
    let wide = 0
    let inserted = 0
    let bytes = 0
    for (const { onColumn, operand, each, direct } of operands) {
      const n = copies(operand.moves, onColumn)
      loads += n * each
      if (direct && n > SAME_SET && [...rows.keys()].some(a => aliases(operand, a))) loads += n * each
      loaded += n
      if (onColumn) wide += n
      if (each > GATE) inserted += n * lanes
      bytes += n * (onColumn ? lanes : 1) * 4
    }
    const tile = [...rows.values()].reduce((a, b) => a * b, vectors)
    const accumulators = tile * c.sums
    const held = machine.loadsFirst === true ? loaded : Math.min(wide, 4) + 1
    // Compilers load early: a quarter of the registers is theirs where they are not counted one by one.
    if (accumulators + held > machine.vectorRegisters) return IMPOSSIBLE
    if (machine.loadsFirst !== true && accumulators > machine.vectorRegisters * 0.75) return IMPOSSIBLE
    const ops = accumulators * (machine.fmaPerCycle > 0 && !fma ? 2 : 1) + c.extra * tile + inserted
    let time = Math.max(ops / machine.fmaPerCycle, loads / LOADS_PER_CYCLE, LATENCY)
    if (bytes * depth > machine.l1 / 2) time = Math.max(time, bytes / L2_BYTES)
    time += LOOP_OVERHEAD
    let stores = 0
    for (const s of c.stores) {
      const along = (a: Axis) => strideOf(s, a) === 1
      stores += tile * (along(column) ? 1 : lanes * ([...rows.keys()].some(along) ? ONE_LANE : FAR_LANE))
    }
    time += (stores + 2 * tile) / depth
    let waste = wasteOf(extentOf(column), vectors * lanes)
    for (const [a, f] of rows) waste *= wasteOf(extentOf(a), f)
    const rowPacking = rowPacks.reduce((n, o) => n + packCycles(o, inVectors(o, rows, widths), firstOf(rows) ?? column) / points, 0)
    const steps = machine.loadsFirst === true
      ? Math.max(1, Math.floor((machine.vectorRegisters - accumulators) / Math.max(1, loaded)))
      : Math.max(1, Math.floor(BODY / tile))
    return { cost: (time * waste) / (tile * lanes) + columnPacking + rowPacking, steps }
  }
}

const firstOf = (rows: ReadonlyMap<Axis, number>): Axis | undefined => rows.keys().next().value

/** Whether rows of the operand fall into one set of the first level cache. */
const aliases = (o: Operand, row: Axis): boolean => ((strideOf(o.access, row) ?? 1) * 4) % PAGE === 0

const wasteOf = (extent: number, tile: number): number => (Math.ceil(extent / tile) * tile) / extent

/** Issue slots of a load, given that whatever can be staged is staged where it must be. */
function loadCost(o: Operand, column: Axis, lanes: number): number {
  if (!o.moves.has(column)) return o.gated && o.slot === undefined ? GATE : 1
  if (o.consecutive.has(column)) return o.gated && o.slot === undefined ? GATE : 1
  // What a bounds check adds up with other loops stays as far apart in the copy as it is.
  const apart = o.slot === undefined || (gateMoves(o.access, column) && strideOf(o.access, column) !== 1)
  return apart ? lanes * ONE_LANE : 1
}

/** Cycles for copying the whole operand, packed; `innermost` is the axis whose neighbours end up next to each other. */
export function packCycles(o: Operand, inVectors: boolean, innermost: Axis): number {
  const far = Math.abs(strideOf(o.access, innermost) ?? PAGE) * 4 >= 4 * PAGE
  return o.elements * (inVectors ? PACK_VECTOR : far ? PACK_FAR : PACK_ELEMENT)
}

/** Whether written-out rows are a vector in the operand. */
const inVectors = (o: Operand, rows: ReadonlyMap<Axis, number>, widths: readonly number[]): boolean =>
  [...rows].some(([a, f]) => o.consecutive.has(a) && widths.includes(f))

export const isPackedInVectors = (o: Operand, tile: ContractionTile, widths: readonly number[]): boolean =>
  o.moves.has(tile.column) ? o.consecutive.has(tile.column) : inVectors(o, tile.rows, widths)

/** Whether reading the operand in place would cost more than a packed copy, when `column` becomes lanes. */
export function wantsPacking(c: Contraction, o: Operand, column: Axis): boolean {
  if (o.slot === undefined) return false
  if (o.gated || (o.moves.has(column) && !o.consecutive.has(column))) return true
  const far = o.step === undefined || Math.abs(o.step) * 4 >= FAR
  const depth = product(c.reduced.filter(a => o.moves.has(a)))
  return far && depth > SMALL_DEPTH && product(c.outputs.filter(a => !o.moves.has(a))) >= REUSE
}
