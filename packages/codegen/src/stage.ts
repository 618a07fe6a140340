import {
  address, bounds, cast, indexAdd, indexConst, indexMul, indexSub, is, itemSize, linearForm, load, openRanges, PetagradError, range,
  scratch, store, toposort, uop, type DType, type UOp,
} from '@petagrad/ir'
import { widensTo } from './dot-product.js'
import { extentOf, isFixed, nodesOf, product, replaceAxes, type Axis, type Nest } from './nest.js'

/** One dimension of a packed tile: what runs over it. */
interface TileDimension {
  /** The loops inside the stage that move along it: one, or several whose sum a bounds check is about (`row - kernelRow`). */
  readonly loops: readonly Axis[]
  /** The index along it that a read takes, from 0. */
  readonly value: UOp
  readonly extent: number
  /** What the first of its loops is, when the index along it is `at` and the other loops are what they are. */
  readonly loopAt: (at: UOp) => UOp
  /** Place in the loop order of the innermost loop in it. */
  readonly depth: number
}

const refuse = (why: string): never => {
  throw new PetagradError('INVALID_ARGUMENT', `stage: ${why}`)
}

/** The only load of argument `slot`, if there is exactly one. */
export function soleLoad(nest: Nest, slot: number): UOp | undefined {
  const loads = nodesOf(nest).filter(u => is(u, 'load') && is(u.src[0].src[0], 'param') && u.src[0].src[0].arg.slot === slot)
  return loads.length === 1 ? loads[0] : undefined
}

/** What a stage around the loops `inside` would copy: one dimension for each direction in which they move the read. */
export function tileOf(nest: Nest, read: UOp, inside: readonly Axis[]): readonly TileDimension[] | undefined {
  if (read.src.length > 1 && read.src[1].op !== 'const') return undefined // one value is outside, everywhere
  const depths = new Map<UOp, number>(inside.map(a => [a, nest.order.indexOf(a)]))
  const single = nest.order.filter(a => depths.has(a) && openRanges(read).has(a))
  if (!single.every(isFixed)) return undefined
  const dimensions: TileDimension[] = []
  const inWindows = new Set<UOp>()
  for (const sum of checkedSums(read.src[2] as UOp | undefined)) {
    const window = windowOf(sum, depths, read.src[0].src[1])
    if (window === undefined || window.loops.some(a => inWindows.has(a)) || !movesOnlyTogether(read, window)) continue
    dimensions.push(window)
    for (const a of window.loops) inWindows.add(a)
  }
  for (const a of single) {
    if (!inWindows.has(a)) dimensions.push({ loops: [a], value: a, extent: extentOf(a), loopAt: at => at, depth: depths.get(a) ?? 0 })
  }
  return dimensions.sort((a, b) => a.depth - b.depth)
}

/** The index sums that the comparisons of a gate are about. */
function checkedSums(gate: UOp | undefined): readonly UOp[] {
  if (gate === undefined) return []
  return toposort(gate).filter(u => u.op === 'lt').map(u => indexSub(u.src[0], u.src[1]))
}

/**
 * Several loops that a bounds check adds up, as one dimension. It counts in the direction in which the offset grows, so that
 * what is consecutive stays so.
 */
function windowOf(sum: UOp, depths: ReadonlyMap<UOp, number>, offset: UOp): TileDimension | undefined {
  const parts = [...linearForm(sum).terms].filter((t): t is [Axis, number] => depths.has(t[0]))
  if (parts.length < 2) return undefined
  const unit = parts.find(([, c]) => Math.abs(c) === 1)
  if (unit === undefined) return undefined
  const [first, sign] = unit
  const way = Math.sign(linearForm(offset).terms.get(first) ?? 1)
  const rest = parts.reduce<UOp>((t, [a, c]) => (a === first ? t : indexAdd(t, indexMul(a, c * sign))), indexConst(0))
  const total = indexMul(indexAdd(first, rest), way)
  const { min, max } = bounds(total)
  // Loops whose sums are all different (the parts of a split axis) share no element: each is a dimension of its own.
  if (max - min + 1 === product(parts.map(([a]) => a))) return undefined
  return {
    loops: [first, ...parts.map(([a]) => a).filter(a => a !== first)],
    value: indexSub(total, min),
    extent: max - min + 1,
    loopAt: at => indexSub(indexMul(indexAdd(at, min), way), rest),
    depth: Math.max(...parts.map(([a]) => depths.get(a) ?? 0)),
  }
}

/** Whether the place that is read, and the check, depend on the window's loops by their sum alone. */
function movesOnlyTogether(read: UOp, window: TileDimension): boolean {
  const [moved] = replaceAxes([read], new Map([[window.loops[0], window.loopAt(indexConst(0))]]))
  return !window.loops.some(a => openRanges(moved).has(a))
}

export const tileSize = (tile: readonly TileDimension[]): number => tile.reduce((n, d) => n * d.extent, 1)

/**
 * Copies what the loops inside `axis` read of argument `slot` into scratch, in the order in which they read it, and
 * reads it from there. Elements outside the operand are the load's alternative in the copy, so that the reads need no
 * gate. With `as`, the copy holds wider integers, which whatever is read is converted to.
 */
export function stage(nest: Nest, slot: number, axis: Axis, fresh: number, as?: DType): { readonly nest: Nest; readonly newAxes: number } {
  const read = soleLoad(nest, slot) ?? refuse(`argument ${slot} is not read in exactly one place`)
  const at = nest.order.indexOf(axis)
  const tile = tileOf(nest, read, nest.order.slice(at + 1)) ?? refuse(`argument ${slot} is read in a way that has no tile`)
  const held = as ?? read.dtype
  if (held !== read.dtype && !widensTo(read.dtype, held)) refuse(`${held.name} does not hold all that ${read.dtype.name} does`)
  const memory = scratch(fresh, held, tileSize(tile))

  const copyRanges = tile.map((d, i) => range(d.extent, fresh + i, 'loop'))
  let packed: UOp = indexConst(0)
  let packedRead: UOp = indexConst(0)
  const place = new Map<UOp, UOp>()
  tile.forEach((d, i) => {
    packed = indexAdd(indexMul(packed, d.extent), copyRanges[i])
    packedRead = indexAdd(indexMul(packedRead, d.extent), d.value)
    place.set(d.loops[0], d.loopAt(copyRanges[i]))
  })
  const [value] = replaceAxes([read], place)
  const copied = uop('end', read.dtype, [store(address(memory, packed), cast('cast', value, held)), ...copyRanges])
  const fromScratch = load(address(uop('after', memory.dtype, [memory, copied]), packedRead))
  const places = new Map<UOp, UOp>([[read, cast('cast', fromScratch, read.dtype)]])
  // What is converted further is converted from what the copy holds: the integer is the same.
  if (held !== read.dtype) for (const u of nodesOf(nest)) if (u.op === 'cast' && u.src[0] === read) places.set(u, cast('cast', fromScratch, u.dtype))
  return {
    nest: {
      stores: replaceAxes(nest.stores, places),
      order: [...nest.order.slice(0, at + 1), ...copyRanges, ...nest.order.slice(at + 1)],
    },
    newAxes: copyRanges.length,
  }
}

export const stagedBytes = (tile: readonly TileDimension[], read: UOp, as = read.dtype): number => tileSize(tile) * itemSize(as)
