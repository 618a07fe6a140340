import {
  address, bounds, indexAdd, indexConst, indexMul, indexSub, is, itemSize, linearForm, load, openRanges, PetagradError, range, scratch,
  store, toposort, uop, type UOp,
} from '@petagrad/ir'
import { extentOf, rebuild, replaceAxes, type Axis, type Nest } from './nest.js'

/** One dimension of a packed tile: what runs over it, and how its steps move the offset. */
interface TileDimension {
  /** A loop inside the stage, or the sum of several that a bounds check treats as one (`row - kernelRow`). */
  readonly value: UOp
  readonly least: number
  readonly extent: number
  /** Offset in the operand per step. */
  readonly coefficient: number
  /** Place in the loop order of the innermost loop in it. */
  readonly depth: number
}

const refuse = (why: string): never => {
  throw new PetagradError('INVALID_ARGUMENT', `stage: ${why}`)
}

/** The only load of argument `slot`, if there is exactly one. */
export function soleLoad(nest: Nest, slot: number): UOp | undefined {
  const loads = toposort(nest.stores).filter(u => is(u, 'load') && is(u.src[0].src[0], 'param') && u.src[0].src[0].arg.slot === slot)
  return loads.length === 1 ? loads[0] : undefined
}

/** What a stage at `axis` would copy: one dimension for each direction in which the loops inside it move. */
export function tileOf(nest: Nest, read: UOp, axis: Axis | undefined): readonly TileDimension[] | undefined {
  if (read.src.length > 1 && read.src[1].op !== 'const') return undefined // one value is outside, everywhere
  const outside = axis === undefined ? -1 : nest.order.indexOf(axis)
  const inside = new Map<UOp, number>(nest.order.map((a, i) => [a, i] as const).filter(([, i]) => i > outside))
  const offset = linearForm(read.src[0].src[1])
  const moving = new Map<UOp, number>()
  for (const [atom, c] of offset.terms) {
    const deps = [...openRanges(atom)].filter(r => inside.has(r))
    if (deps.length === 0) continue
    if (!inside.has(atom)) return undefined // moves in a way that is not linear
    moving.set(atom, c)
  }
  const dimensions: TileDimension[] = []
  for (const sum of checkedSums(read.src[2] as UOp | undefined)) {
    const parts = [...linearForm(sum).terms].filter(([atom]) => inside.has(atom))
    if (parts.length < 2) continue
    const ratio = (moving.get(parts[0][0]) ?? 0) / parts[0][1]
    if (ratio === 0 || !Number.isInteger(ratio) || parts.some(([atom, c]) => moving.get(atom) !== ratio * c)) continue
    // Counted in the direction in which the offset grows, so that what is consecutive stays so.
    const sign = Math.sign(ratio)
    let value: UOp = indexConst(0)
    for (const [atom, c] of parts) value = indexAdd(value, indexMul(atom, c * sign))
    const { min, max } = bounds(value)
    const depth = Math.max(...parts.map(([a]) => inside.get(a) ?? 0))
    dimensions.push({ value, least: min, extent: max - min + 1, coefficient: Math.abs(ratio), depth })
    for (const [atom] of parts) moving.delete(atom)
  }
  for (const [atom, coefficient] of moving) {
    if (!is(atom, 'range')) return undefined
    dimensions.push({ value: atom, least: 0, extent: extentOf(atom), coefficient, depth: inside.get(atom) ?? 0 })
  }
  return dimensions.sort((a, b) => a.depth - b.depth)
}

/** The index sums that the comparisons of a gate are about. */
function checkedSums(gate: UOp | undefined): readonly UOp[] {
  if (gate === undefined) return []
  return toposort(gate).filter(u => u.op === 'lt').map(u => indexSub(u.src[0], u.src[1]))
}

export const tileSize = (tile: readonly TileDimension[]): number => tile.reduce((n, d) => n * d.extent, 1)

/**
 * Copies what the loops inside `axis` read of argument `slot` into scratch, in the order in which they read it, and
 * reads it from there. Elements outside the operand are the load's alternative in the copy, so that the reads need no
 * gate.
 */
export function stage(nest: Nest, slot: number, axis: Axis, fresh: number): { readonly nest: Nest; readonly newAxes: number } {
  const read = soleLoad(nest, slot) ?? refuse(`argument ${slot} is not read in exactly one place`)
  const tile = tileOf(nest, read, axis) ?? refuse(`argument ${slot} is not read at a linear offset`)
  const element = read.dtype
  const memory = scratch(fresh, element, tileSize(tile))

  const copyRanges = tile.map((d, i) => range(d.extent, fresh + i, 'loop'))
  let packed: UOp = indexConst(0)
  let packedRead: UOp = indexConst(0)
  let offset = read.src[0].src[1]
  const place = new Map<UOp, UOp>()
  let stride = 1
  for (let i = tile.length - 1; i >= 0; i--) {
    const d = tile[i]
    packed = indexAdd(packed, indexMul(copyRanges[i], stride))
    packedRead = indexAdd(packedRead, indexMul(indexSub(d.value, d.least), stride))
    stride *= d.extent
    offset = indexAdd(indexSub(offset, indexMul(d.value, d.coefficient)), indexMul(indexAdd(copyRanges[i], d.least), d.coefficient))
    place.set(d.value, indexAdd(copyRanges[i], d.least))
  }
  const gate = read.src[2] as UOp | undefined
  const from = address(read.src[0].src[0], offset)
  const value = gate === undefined ? load(from) : load(from, { gate: moveGate(gate, tile, place), alternative: read.src[1] })
  const copied = uop('end', read.dtype, [store(address(memory, packed), value), ...copyRanges])
  const fromScratch = load(address(uop('after', memory.dtype, [memory, copied]), packedRead))
  const at = nest.order.indexOf(axis)
  return {
    nest: {
      stores: replaceAxes(nest.stores, new Map([[read, fromScratch]])),
      order: [...nest.order.slice(0, at + 1), ...copyRanges, ...nest.order.slice(at + 1)],
    },
    newAxes: copyRanges.length,
  }
}

/** The gate over the copy's loops: each comparison is about one dimension of the tile, or about none. */
function moveGate(gate: UOp, tile: readonly TileDimension[], place: ReadonlyMap<UOp, UOp>): UOp {
  const done = new Map<UOp, UOp>()
  for (const u of toposort(gate)) {
    if (u.op !== 'lt') {
      done.set(u, u.dtype.kind === 'bool' && u.src.length > 0 ? rebuild(u, u.src.map(s => done.get(s) ?? s)) : u)
      continue
    }
    let left = indexSub(u.src[0], u.src[1])
    for (const d of tile) {
      const part = [...linearForm(d.value).terms][0]
      const times = (linearForm(left).terms.get(part[0]) ?? 0) / part[1]
      if (times !== 0) left = indexAdd(indexSub(left, indexMul(d.value, times)), indexMul(place.get(d.value) ?? d.value, times))
    }
    done.set(u, rebuild(u, [left, indexConst(0)]))
  }
  return done.get(gate) ?? gate
}

export const stagedBytes = (tile: readonly TileDimension[], read: UOp): number => tileSize(tile) * itemSize(read.dtype)
