import { dtypes, is, itemSize, openRanges, type DType, type ScalarName, type UOp } from '@petagrad/ir'
import type { Capabilities, DotUnit } from '@petagrad/renderer'
import { strideOf } from '../access.js'
import { otherSign } from '../bias.js'
import { factorsOf, widensTo } from '../dot-product.js'
import { stepAlong } from '../interleave.js'
import { extentOf, nodesOf, type Axis } from '../nest.js'
import type { NestBuilder } from './builder.js'
import { contractionOf, type Contraction, type Operand } from './contraction-facts.js'
import { contractionTile, type ContractionTile } from './contraction-tile.js'

/** How an operand becomes what a unit takes: as it is, widened in its packed copy, or in offset binary. */
type Fit = 'same' | 'wider' | 'biased'

/** A contraction whose innermost sums a dot product unit makes. Its other loops run over groups of factors, of `terms` each. */
export interface DotContraction {
  /** Without the axis that the unit sums. */
  readonly contraction: Contraction
  readonly tile: ContractionTile
  /** The number of the axis that the unit sums. */
  readonly axis: number
  /** What packed copies hold, by argument, where that is not what the argument holds. */
  readonly widened: ReadonlyMap<number, ScalarName>
  /** The argument that is taken in offset binary. */
  readonly biased: number | undefined
}

/**
 * Cuts the sums of a contraction into the groups that the best of the target's dot product units takes, if that is faster than
 * `otherwise` cycles for each point. Groups are packed with their factors side by side, or lie so in memory.
 */
export function useDotUnit(
  nest: NestBuilder, mayOverlap: boolean, capabilities: Capabilities, otherwise: number,
): DotContraction | undefined {
  let best: { readonly made: DotContraction; readonly split: (n: NestBuilder) => unknown; readonly cost: number } | undefined
  for (const unit of capabilities.dots ?? []) {
    const axis = groupedAxis(nest, unit)
    if (axis === undefined) continue
    const padded = Math.ceil(extentOf(axis) / unit.terms) * unit.terms
    const split = (n: NestBuilder): number => splitGroups(n, axis.arg.axis, padded, unit.terms)
    const trial = nest.fork()
    const made = dotContraction(trial, unit, split(trial), mayOverlap, capabilities)
    if (made === undefined) continue
    const cost = (made.tile.cost / unit.terms) * (padded / extentOf(axis))
    if (cost < (best?.cost ?? otherwise)) best = { made, split, cost }
  }
  best?.split(nest)
  return best?.made
}

/** The axis along which factors are grouped: where they lie side by side already, else the longest. */
function groupedAxis(nest: NestBuilder, unit: DotUnit): Axis | undefined {
  const c = contractionOf(nest.current)
  if (c === undefined || c.sums !== 1 || c.operands.length !== 2) return undefined
  const long = c.reduced.filter(a => extentOf(a) >= unit.terms)
  const sideBySide = (a: Axis) => c.operands.filter(o => strideOf(o.access, a) === 1).length
  return long.sort((a, b) => sideBySide(b) - sideBySide(a) || extentOf(b) - extentOf(a)).at(0)
}

/** Makes groups of an axis, innermost of all loops; returns the number of the axis inside of a group. */
function splitGroups(nest: NestBuilder, axis: number, padded: number, terms: number): number {
  if (extentOf(nest.axis(axis)) !== padded) nest.apply({ kind: 'pad', axis, extent: padded })
  const group = nest.split(axis, terms)
  const order = nest.current.order.map(a => a.arg.axis).filter(n => n !== group)
  nest.apply({ kind: 'reorder', order: [...order, group] })
  return group
}

function dotContraction(
  nest: NestBuilder, unit: DotUnit, group: number, mayOverlap: boolean, capabilities: Capabilities,
): DotContraction | undefined {
  const axis = nest.axis(group)
  const whole = contractionOf(nest.current)
  const [sum] = nodesOf(nest.current).filter((u): u is UOp<'reduce'> => is(u, 'reduce'))
  const factors = factorsOf(sum)
  if (whole === undefined || factors === undefined || sum.dtype.name !== unit.sum) return undefined
  const operands = factors.map(f => whole.operands.find(o => o.access.node === f))
  const [x, y] = operands
  if (x === undefined || y === undefined) return undefined
  const c: Contraction = {
    ...whole,
    operands: [x, y].map(o => grouped(o, axis, unit, capabilities)),
    reduced: whole.reduced.filter(a => a !== axis),
    extra: 0,
  }
  // As many lanes as a register of sums has.
  const widths = unit.lanes.filter(l => (l * dtypes[unit.sum].bits) / 8 <= capabilities.machine.vectorBytes).sort((a, b) => b - a)
  const tile = contractionTile(c, widths, mayOverlap, { ...capabilities, fma: unit.instructions === 1 })
  if (tile === undefined || isOneTile(c, tile)) return undefined
  const [row, column] = c.operands[0].moves.has(tile.column) ? [c.operands[1], c.operands[0]] : c.operands
  const fits = fitsOf(row, column, unit)
  if (fits === undefined) return undefined
  if ([row, column].some(o => o.mustPack === true && o.slot === undefined)) return undefined
  const wide = [row, column].flatMap((o, i) => (fits[i].as === undefined || o.slot === undefined ? [] : [[o.slot, fits[i].as] as const]))
  return { contraction: c, tile, axis: group, widened: new Map(wide), biased: fits[0].how === 'biased' ? row.slot : undefined }
}

/** Whether nothing goes around the tile: there is no loop then in which anything could be packed. */
const isOneTile = (c: Contraction, { column, lanes, vectors, rows }: ContractionTile): boolean =>
  c.outputs.every(a => extentOf(a) <= (a === column ? lanes * vectors : (rows.get(a) ?? 1)))

/** What a group of the operand's factors is to the tile: one element, as large as an element of the sum. */
function grouped(o: Operand, axis: Axis, unit: DotUnit, capabilities: Capabilities): Operand {
  const { dtype } = o.access.node
  const wider = itemSize(dtype) < itemSize(dtypes[unit.a])
  const singly = copyWidths(dtype, wider ? unit.a : dtype.name, capabilities).length === 0
  return {
    ...o,
    moves: new Set([...o.moves].filter(a => a !== axis)),
    elements: singly ? o.elements : Math.ceil(o.elements / unit.terms),
    packsSingly: singly,
    mustPack: wider || o.consecutive.size > 0 || strideOf(o.access, axis) !== 1,
  }
}

interface OperandFit {
  readonly how: Fit
  readonly as: ScalarName | undefined
}

/** How rows' and columns' operands fit the unit, in either order; columns' values are taken as they are. */
function fitsOf(row: Operand, column: Operand, unit: DotUnit): readonly [OperandFit, OperandFit] | undefined {
  for (const [r, k] of [[unit.a, unit.b], [unit.b, unit.a]] as const) {
    const [ofRow, ofColumn] = [fit(row.access.node.dtype, dtypes[r]), fit(column.access.node.dtype, dtypes[k])]
    if (ofRow === undefined || ofColumn === undefined || ofColumn === 'biased' || (ofRow === 'biased' && row.slot === undefined)) continue
    return [{ how: ofRow, as: ofRow === 'wider' ? r : undefined }, { how: ofColumn, as: ofColumn === 'wider' ? k : undefined }]
  }
  return undefined
}

function fit(from: DType, to: DType): Fit | undefined {
  if (from === to) return 'same'
  if (widensTo(from, to)) return 'wider'
  return otherSign(from) === to ? 'biased' : undefined
}

/**
 * Copies groups whose factors lie apart in vectors of as many groups, if those lie side by side: all factors of them at once.
 * `copies` are the axes of the copy of `read`, innermost last. False when there are no such vectors.
 */
export function interleaveGroups(
  nest: NestBuilder, copies: readonly number[], read: UOp, as: ScalarName | undefined, capabilities: Capabilities,
): boolean {
  const widths = copyWidths(read.dtype, as ?? read.dtype.name, capabilities)
  const [outer, lane, group] = copies.slice(-3)
  if (copies.length < 3) return false
  /** What is copied, as it is read by now. */
  const copied = (): UOp | undefined => nodesOf(nest.current).find(u => u.op === 'load' && openRanges(u).has(nest.axis(group)))
  const step = (n: number): number | undefined => {
    const from = copied()
    return from === undefined ? undefined : stepAlong(from.src[0].src[1], nest.axis(n))
  }
  const extent = (n: number): number => extentOf(nest.axis(n))
  if (step(lane) !== 1 || step(group) === 1) return false
  let vectors = lane
  if (!widths.includes(extent(lane))) {
    // Several vectors of sums are one of narrower factors, where they lie side by side.
    const lanes = widths.find(w => (extent(outer) * extent(lane)) % w === 0)
    if (lanes === undefined || step(outer) !== extent(lane)) return false
    const both = nest.merge(outer, lane)
    vectors = extent(both) === lanes ? both : nest.split(both, lanes)
  }
  // Line after line of memory; where the copies go is far apart.
  const order = nest.current.order.map(a => a.arg.axis)
  const copy = nodesOf(nest.current).find(u => u.op === 'end' && u.src.includes(nest.axis(group)))
  const around = order.filter(n => n !== vectors && n !== group && copy?.src.includes(nest.axis(n)) === true)
  const byStep = [...around].sort((a, b) => Math.abs(step(b) ?? 0) - Math.abs(step(a) ?? 0))
  if (byStep.some((n, i) => n !== around[i])) {
    nest.apply({ kind: 'reorder', order: order.map(n => (around.includes(n) ? byStep[around.indexOf(n)] : n)) })
  }
  nest.apply({ kind: 'as', axis: vectors, how: 'lane' })
  nest.apply({ kind: 'as', axis: group, how: 'unroll' })
  return true
}

/** Lanes in which integers are copied, most first: as they are, or widened. */
const copyWidths = (from: DType, to: string, { dtypes: supported, widening = [] }: Capabilities): readonly number[] => {
  const lanes = from.name === to
    ? supported[to as ScalarName]?.lanes // dtype names are the keys
    : widening.find(w => w.from === from.name && w.to === to)?.lanes
  return [...(lanes ?? [])].sort((a, b) => b - a)
}
