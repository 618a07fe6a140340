import { is, isAlu, isFloat, openRanges, toposort, type UOp } from '@petagrad/ir'
import type { Capabilities } from '@petagrad/renderer'
import { accessesOf, gateMoves, moves, strideOf, type Access } from '../access.js'
import { closedAxes, extentOf, nodesOf, stagingAxes, type Axis, type Nest } from '../nest.js'
import { ranked } from './alternatives.js'

/** A choice of what one iteration of the innermost loop computes. */
export interface Tile {
  /** The axis that becomes vector lanes, and how many. */
  readonly lane: { readonly axis: Axis; readonly lanes: number } | undefined
  /** Written-out iterations per output axis (on the lane axis: vectors). */
  readonly unroll: ReadonlyMap<Axis, number>
  /** Independent accumulators along the lane axis, when that is a reduction. */
  readonly group: number
  /** Steps of the reduction that may be written out in one body before what they load no longer fits in registers. */
  readonly steps: number
  /** Estimated cycles per point of the iteration space. */
  readonly cost: number
}

/** A tile before it is judged. */
interface Candidate extends Pick<Tile, 'lane' | 'group'> {
  readonly unroll: readonly Copies[]
}

interface Copies {
  readonly axis: Axis
  readonly count: number
}

const NONE: readonly Copies[] = []

/** How often a body holds what depends on these axes. Thousands of tiles are judged, so this is written for speed. */
function copiesOf(t: Candidate, deps: ReadonlySet<UOp>): number {
  let n = 1
  for (let i = 0; i < t.unroll.length; i++) if (deps.has(t.unroll[i].axis)) n *= t.unroll[i].count
  return n
}

/** Reduction loops of at most so many iterations are windows: they are written out. */
export const SMALL_WINDOW = 8
const FACTORS = [1, 2, 3, 4, 5, 6, 8]
/** Latency of a multiply-accumulate in cycles: so many must be under way at once. */
const LATENCY = 4
const LOADS_PER_CYCLE = 2
const LOOP_OVERHEAD = 1
/** A lane that is fetched by itself: the load and its insertion. */
const GATHER_LANE = 1.5
const GATE = 1.5
/** Arithmetic of an element-wise loop body beside which the loop's own cost does not show: no copies are made of it. */
const LONG_BODY = 96

const SLOW: Partial<Record<UOp['op'], number>> = { div: 5, reciprocal: 5, sqrt: 6, mod: 10, floordiv: 10, floormod: 10, where: 1, cast: 1, bitcast: 0 }

/** How a load or store moves with the axes. */
interface Movement {
  /** Axes that change the address or the gate. */
  readonly moves: ReadonlySet<UOp>
  /** Axes that change the gate. */
  readonly checked: ReadonlySet<UOp>
  /** Axes along which it walks one element at a time. */
  readonly consecutive: ReadonlySet<UOp>
  /** Elements per step of the axes along which it moves steadily. */
  readonly strides: ReadonlyMap<UOp, number>
  readonly gated: boolean
}

interface Arithmetic {
  readonly deps: ReadonlySet<UOp>
  readonly cost: number
}

/** What the search needs to know of a nest, gathered once. */
interface Facts {
  /** What one iteration of the innermost loop loads and computes. */
  readonly loads: readonly Movement[]
  /** Stores, and loads that are not part of the innermost loop. */
  readonly stores: readonly Movement[]
  readonly arithmetic: readonly Arithmetic[]
  /** What is computed with the results of the reductions, once for each. */
  readonly epilogue: readonly Arithmetic[]
  readonly reductions: number
  readonly outputs: readonly Axis[]
  readonly reduced: readonly Axis[]
}

function factsOf(nest: Nest): Facts {
  const copying = closedAxes(nest, 'end')
  const staging = stagingAxes(nest)
  const inMain = (u: UOp) => ![...openRanges(u)].some(r => copying.has(r)) // not part of a staged copy
  const nodes = nodesOf(nest).filter(inMain)
  const reductions = nodes.filter(u => is(u, 'reduce'))
  const closed = closedAxes(nest, 'reduce')
  const fused = new Set(reductions.flatMap(r => (r.arg === 'add' && r.src[0].op === 'mul' ? [r.src[0]] : [])))
  const movement = (a: Access): Movement => ({
    moves: new Set(nest.order.filter(x => moves(a, x))),
    checked: new Set(nest.order.filter(x => gateMoves(a, x))),
    consecutive: new Set(nest.order.filter(x => strideOf(a, x) === 1)),
    strides: new Map(nest.order.map(x => [x, strideOf(a, x) ?? 0] as const).filter(([, s]) => s !== 0)),
    gated: a.gate !== undefined,
  })
  const inLoop = reductions.length === 0 ? undefined : new Set(toposort(reductions.map(r => r.src[0])))
  const accesses = accessesOf(nest).filter(a => inMain(a.node.src[0]))
  const arithmetic = (keep: (u: UOp) => boolean): Arithmetic[] =>
    byLoops(nodes.filter(u => isAlu(u.op) && u.dtype.kind !== 'index' && !fused.has(u) && !u.src.some(s => s.dtype.kind === 'index') && keep(u)))
  return {
    loads: accesses.filter(a => !a.isStore && (inLoop?.has(a.node) ?? true)).map(movement),
    stores: accesses.filter(a => a.isStore || inLoop?.has(a.node) === false).map(movement),
    arithmetic: arithmetic(u => inLoop?.has(u) ?? true),
    epilogue: arithmetic(u => inLoop?.has(u) === false),
    reductions: reductions.length,
    outputs: nest.order.filter(a => !closed.has(a) && !copying.has(a) && !staging.has(a) && a.arg.kind === 'loop'),
    reduced: nest.order.filter(a => closed.has(a)),
  }
}

/** Arithmetic in the same loops counts as one. */
function byLoops(nodes: readonly UOp[]): Arithmetic[] {
  const costs = new Map<ReadonlySet<UOp>, number>()
  for (const u of nodes) costs.set(openRanges(u), (costs.get(openRanges(u)) ?? 0) + (SLOW[u.op] ?? 1))
  return [...costs].map(([deps, cost]) => ({ deps, cost }))
}

/** Vector widths for the widest type that the nest computes in, widest first. */
export function laneWidths(nest: Nest, capabilities: Capabilities): readonly number[] {
  let bits = 0
  let name = 'f32'
  for (const u of nodesOf(nest)) {
    if (u.dtype.kind === 'index' || u.dtype.kind === 'void' || u.dtype.space !== undefined) continue
    if (u.dtype.bits > bits || (u.dtype.bits === bits && isFloat(u.dtype))) {
      bits = u.dtype.bits
      name = u.dtype.scalar.name
    }
  }
  const support = capabilities.dtypes[name as keyof Capabilities['dtypes']] // dtype names are the keys
  const native = Math.floor((capabilities.machine.vectorBytes * 8) / Math.max(8, bits))
  return [...(support?.lanes ?? [])].filter(l => l <= native).sort((a, b) => b - a)
}

/** The cheapest tile by a model of issue slots, registers and latencies; with a rank, one that comes after it, if there is one. */
export function searchTile(nest: Nest, capabilities: Capabilities, rank = 0): Tile {
  const facts = factsOf(nest)
  const widths = laneWidths(nest, capabilities)
  let best: Tile = { lane: undefined, unroll: new Map(), group: 1, steps: 1, cost: Infinity }
  const all: Tile[] = []
  const consider = (t: Candidate): void => {
    const { cost, steps } = judge(facts, t, capabilities)
    const better = cost < best.cost * 0.999
    if (!better && rank === 0) return
    const tile = { ...t, unroll: new Map(t.unroll.map(u => [u.axis, u.count])), cost, steps }
    if (better) best = tile
    all.push(tile)
  }
  const lanes: Tile['lane'][] = [undefined]
  for (const axis of [...facts.outputs, ...facts.reduced]) {
    for (const l of widths) if (extentOf(axis) >= l && usefulLane(facts, axis)) lanes.push({ axis, lanes: l })
  }
  for (const lane of lanes) {
    const overReduction = lane !== undefined && facts.reduced.includes(lane.axis)
    const groups = facts.reductions > 0 && overReduction ? [1, 2, 4, 8] : [1]
    const room = (a: Axis) => Math.floor(extentOf(a) / (a === lane?.axis ? lane.lanes : 1))
    const choices = facts.reductions > 0 ? facts.outputs : facts.outputs.filter(a => a === lane?.axis)
    // Whole blocks of rows and columns, as many as lanes, are transposed in registers.
    for (const across of lane === undefined || facts.reductions > 0 ? [] : facts.outputs) {
      if (lane === undefined || extentOf(across) < lane.lanes || !facts.loads.some(l => walksAcross(l, lane.axis, across))) continue
      consider({ lane, unroll: [{ axis: across, count: lane.lanes }], group: 1 })
    }
    for (const group of groups) {
      if (lane !== undefined && group * lane.lanes > extentOf(lane.axis)) continue
      consider({ lane, unroll: NONE, group })
      for (let i = 0; i < choices.length; i++) {
        for (const f of FACTORS) {
          if (f > room(choices[i])) break
          if (f === 1) continue
          const outer = { axis: choices[i], count: f }
          consider({ lane, unroll: [outer], group })
          for (let j = i + 1; j < choices.length; j++) {
            for (const g of FACTORS) {
              if (g > room(choices[j]) || facts.reductions * f * g * group > capabilities.machine.vectorRegisters) break
              if (g > 1) consider({ lane, unroll: [outer, { axis: choices[j], count: g }], group })
            }
          }
        }
      }
    }
  }
  const family = ({ lane, unroll, group }: Tile): string =>
    [lane?.axis.arg.axis, lane?.lanes, group, ...[...unroll].flatMap(([a, n]) => [a.arg.axis, a === lane?.axis ? n : ''])].join()
  return ranked(best, all, rank, family) ?? best
}

/** Whether it reads one element after the other along `axis`, and rows that lie apart along `lane`. */
const walksAcross = (m: Movement, lane: Axis, axis: Axis): boolean =>
  axis !== lane && !m.gated && m.consecutive.has(axis) && (m.strides.get(lane) ?? 0) > 1

/**
 * Steps of shuffling that make vectors with these lanes out of consecutive ones, where another axis that is written out
 * reads what lies between: see rearrange.ts. Undefined where there is no such axis.
 */
function shufflesFor(facts: Facts, m: Movement, t: Candidate): number | undefined {
  const lane = t.lane
  const stride = lane === undefined ? undefined : m.strides.get(lane.axis)
  if (lane === undefined || stride === undefined || m.gated) return undefined
  const writtenOut = (a: Axis): number => {
    if (facts.reduced.includes(a)) return extentOf(a) <= SMALL_WINDOW ? extentOf(a) : 1
    return t.unroll.find(u => u.axis === a)?.count ?? 1
  }
  for (const a of [...facts.outputs, ...facts.reduced]) {
    if (a === lane.axis || !m.consecutive.has(a)) continue
    if ((stride === 2 || stride === 4) && writtenOut(a) >= stride) return Math.log2(stride)
    if (stride > 4 && writtenOut(a) % lane.lanes === 0) return Math.log2(lane.lanes)
  }
  return undefined
}

/** Lanes pay only where memory is walked one element at a time by somebody, or nothing is read or written at all. */
function usefulLane(facts: Facts, axis: Axis): boolean {
  const all = [...facts.loads, ...facts.stores]
  return all.some(a => a.consecutive.has(axis) && !a.checked.has(axis)) || !all.some(a => a.moves.has(axis))
}

function judge(facts: Facts, t: Candidate, capabilities: Capabilities): { readonly cost: number; readonly steps: number } {
  const { machine } = capabilities
  const lane = t.lane
  const width = lane?.lanes ?? 1
  const groupCopies = (dependsOnLane: boolean): number => (dependsOnLane ? t.group : 1)

  let loads = 0
  let wide = 0
  let loaded = 0
  let ops = 0
  for (const a of facts.loads) {
    const onLane = lane !== undefined && a.moves.has(lane.axis)
    const n = copiesOf(t, a.moves) * groupCopies(onLane)
    let each = a.gated ? GATE : 1
    if (lane !== undefined && onLane) {
      if (a.checked.has(lane.axis)) each = width * (GATHER_LANE + GATE)
      else if (!a.consecutive.has(lane.axis)) {
        const shuffles = shufflesFor(facts, a, t)
        if (shuffles === undefined) each = width * GATHER_LANE
        else ops += n * shuffles
      }
      wide += n
    }
    loads += n * each
    loaded += n
  }
  for (const { deps, cost } of facts.arithmetic) {
    ops += cost * copiesOf(t, deps) * groupCopies(lane !== undefined && deps.has(lane.axis))
  }
  const tile = t.unroll.reduce((n, u) => n * u.count, t.group)
  if (facts.reductions === 0 && tile > 1 && ops > LONG_BODY) return { cost: Infinity, steps: 1 }
  const accumulators = facts.reductions * tile
  ops += accumulators * (machine.fmaPerCycle > 0 && !capabilities.fma ? 2 : 1)

  const operands = machine.loadsFirst === true ? loaded : Math.min(wide, 4) + 1
  const registers = accumulators + (facts.reductions > 0 ? operands : 0)
  if (registers > machine.vectorRegisters) return { cost: Infinity, steps: 1 }
  const free = machine.vectorRegisters - accumulators
  const steps = machine.loadsFirst === true ? Math.max(1, Math.floor(free / Math.max(1, loaded))) : Infinity

  let time = Math.max(ops / machine.fmaPerCycle, loads / LOADS_PER_CYCLE) + LOOP_OVERHEAD
  if (facts.reductions > 0) time = Math.max(time, LATENCY)

  const perTrip = lane !== undefined && facts.reduced.includes(lane.axis) ? width * t.group : 1
  const trips = facts.reduced.reduce((n, a) => n * extentOf(a), 1) / perTrip
  for (const a of facts.stores) {
    const scattered = lane !== undefined && a.moves.has(lane.axis) && !a.consecutive.has(lane.axis)
    time += (copiesOf(t, a.moves) * (scattered ? width * GATHER_LANE : 1)) / Math.max(1, trips)
  }
  for (const { deps, cost } of facts.epilogue) time += (cost * copiesOf(t, deps)) / Math.max(1, trips)
  if (lane !== undefined && facts.reduced.includes(lane.axis)) time += (tile * (width + 1)) / Math.max(1, trips)

  let waste = 1
  const uneven = (a: Axis, step: number): number => 1 + ((extentOf(a) % step) / extentOf(a)) * 2
  let onLane = width * (perTrip > 1 ? t.group : 1)
  for (const { axis, count } of t.unroll) {
    if (axis === lane?.axis) onLane *= count
    else waste *= uneven(axis, count)
  }
  if (lane !== undefined) waste *= uneven(lane.axis, onLane)
  return { cost: (time * waste) / (tile * width), steps }
}

