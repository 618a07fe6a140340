import {
  address, bounds, cast, conjuncts, constant, dimUOp, dtypes, is, isMovement, load, param, PetagradError, range, reduce,
  reduceIdentity, scan, scratch, shapeOf, simplifyGiven, store, uop, where, withSrc,
  type DType, type UOp,
} from '@petagrad/ir'
import { maxOf, sizeOf } from './cost.js'
import type { Group } from './group.js'
import { selectionBlock } from './sort.js'
import { keyedScan, loopsOf, scattered, selection } from './tables.js'
import { andGate, flatten, inside, originOf } from './indexing.js'
import type { Destination } from './prepare.js'

/** Memory that a kernel argument is: an external buffer, or what a group stores for a node (its n-th destination). */
export type Memory =
  | { readonly kind: 'buffer'; readonly buffer: UOp<'buffer'> }
  | { readonly kind: 'value'; readonly node: UOp; readonly copy: number }

/** A group as a kernel: stores over ranges, and the memory behind each param slot. */
export interface LoweredGroup {
  readonly group: Group
  readonly stores: readonly UOp[]
  readonly memory: readonly Memory[]
  readonly reads: ReadonlySet<number>
  readonly writes: ReadonlySet<number>
  /** Offsets at which buffers are read as they were before this graph assigns to them. */
  readonly before: ReadonlyMap<UOp, readonly UOp[]>
}

const zero = (dtype: DType): UOp => constant(0, dtype)

/**
 * Σ over ranges of a sum, or of a sum that counts as zero where a gate is false: one sum. A product with a factor that is
 * zero there by its own gate needs no other (as with the zeros around a padded convolution, an infinite factor would show).
 */
function joinedSum(value: UOp, ranges: readonly UOp[]): UOp {
  let sum = value
  let gate: UOp | undefined
  while (sum.op === 'where' && isZero(sum.src[2])) {
    gate = andGate(gate, sum.src[0])
    sum = sum.src[1]
  }
  if (!is(sum, 'reduce') || sum.arg !== 'add') return reduce('add', value, ranges)
  const term = sum.src[0]
  const gated = gate === undefined || (term.op === 'mul' && term.src.some(f => gate !== undefined && checks(f, gate)))
  return reduce('add', gated || gate === undefined ? term : where(gate, term, zero(term.dtype)), [...ranges, ...sum.src.slice(1)])
}

/** Whether the value is a load that is zero where the gate is false. */
function checks(value: UOp, gate: UOp): boolean {
  if (value.op !== 'load' || value.src.length < 3) return false
  const own = new Set(conjuncts(value.src[2]))
  return conjuncts(gate).every(c => own.has(c))
}

const isZero = (u: UOp): boolean => is(u, 'const') && Number(u.arg) === 0

/** The element of the buffer under an assignment's target that element `index` of the target is. */
export function offsetInBuffer(target: UOp, index: readonly UOp[]): UOp {
  let u = target
  let at = index
  while (isMovement(u.op)) {
    at = originOf(u, at).index
    u = u.src[0]
  }
  return at[0]
}

/** The axes of what a nest of a chain stores that are not the loops it shares. */
function ownAxes({ kernel, stores: [{ index }] }: Group): readonly number[] {
  return index.flatMap((i, axis) => (kernel.shared?.has(i) === true ? [] : [axis]))
}

/** Where a stored node lives for the groups that load it. */
export interface Homes {
  readonly home: ReadonlyMap<UOp, Group>
  readonly destinations: ReadonlyMap<UOp, readonly Destination[]>
}

/** Builds the scalar expressions of one group. */
export function lowerGroup(group: Group, homes: Homes): LoweredGroup {
  const memory: Memory[] = []
  const slots = new Map<string, number>()
  const reads = new Set<number>()
  const writes = new Set<number>()
  const before = new Map<UOp, readonly UOp[]>()
  const memo = new Map<string, Map<UOp, UOp>>()
  interface Place { readonly nest: Group; readonly index: readonly UOp[]; readonly gate: UOp | undefined; readonly values: Map<UOp, UOp> }
  let last: Place | undefined
  const reduceRanges = new Map<string, readonly UOp[]>()
  let axes = group.freeAxis
  /** The nest whose values are being built. */
  let nest = group
  const arrays = new Map<Group, UOp>()

  const slotOf = (m: Memory): UOp => {
    const key = m.kind === 'buffer' ? `b${m.buffer.id}` : `v${m.node.id}.${m.copy}`
    let slot = slots.get(key)
    if (slot === undefined) {
      slot = memory.length
      slots.set(key, slot)
      memory.push(m)
    }
    return m.kind === 'buffer' ? param(slot, m.buffer.dtype, m.buffer.arg.size) : param(slot, m.node.dtype, sizeOf(m.node))
  }
  const slotNumber = (p: UOp): number => (is(p, 'param') ? p.arg.slot : -1)

  const read = (pointer: UOp, offset: UOp, gate: UOp | undefined): UOp => {
    if (is(pointer, 'param')) reads.add(pointer.arg.slot)
    const at = address(pointer, offset)
    const { min, max } = bounds(offset)
    const safe = is(pointer, 'param') && min >= 0 && max < pointer.arg.size
    return gate === undefined || safe ? load(at) : load(at, { gate, alternative: zero(pointer.dtype.scalar) })
  }

  /** What an earlier nest of the chain has stored, in the iteration of the shared loops that this is: the row that both are about. */
  const readRow = (u: UOp, index: readonly UOp[], gate: UOp | undefined, maker: Group): UOp => {
    const own = ownAxes(maker)
    return read(rowsOf(maker), flatten(own.map(a => shapeOf(u)[a]), own.map(a => index[a])), gate)
  }

  /** The scratch array of a nest of the chain, once its row is complete. */
  const rowsOf = (maker: Group): UOp => {
    let done = arrays.get(maker)
    if (done === undefined) {
      const [{ node, index }] = maker.stores
      const own = ownAxes(maker)
      const [outer, shape] = [nest, own.map(a => shapeOf(node)[a])]
      nest = maker
      const value = lower(node, index, undefined)
      nest = outer
      const array = scratch(arrays.size, node.dtype, shape.reduce<number>((n, d) => n * maxOf(d), 1))
      const loops = own.map(a => index[a]).filter(i => i.op === 'range')
      const stored = store(address(array, flatten(shape, own.map(a => index[a]))), value)
      done = uop('after', array.dtype, [array, uop('end', dtypes.void, [stored, ...loops])])
      arrays.set(maker, done)
    }
    return done
  }

  const readStored = (u: UOp, index: readonly UOp[], gate: UOp | undefined): UOp => {
    const to = homes.destinations.get(u)?.[0]
    if (to?.kind !== 'assign') return read(slotOf({ kind: 'value', node: u, copy: 0 }), flatten(shapeOf(u), index), gate)
    return read(slotOf({ kind: 'buffer', buffer: to.buffer }), offsetInBuffer(to.target, index), gate)
  }

  const lower = (u: UOp, index: readonly UOp[], gate: UOp | undefined): UOp => {
    const values = valuesAt(index, gate)
    let value = values.get(u)
    if (value === undefined) values.set(u, (value = build(u, index, gate)))
    return value
  }

  /** Values by node at one index under one gate. Operands are mostly asked for at the index of their operation. */
  const valuesAt = (index: readonly UOp[], gate: UOp | undefined): Map<UOp, UOp> => {
    if (last !== undefined && last.nest === nest && last.index === index && last.gate === gate) return last.values
    const key = `${nest.id}|${index.map(i => i.id).join()}|${gate?.id ?? ''}`
    let values = memo.get(key)
    if (values === undefined) memo.set(key, (values = new Map<UOp, UOp>()))
    last = { nest, index, gate, values }
    return values
  }

  const valueOf = (u: UOp, index: readonly UOp[], gate: UOp | undefined): UOp => {
    const maker = homes.home.get(u)
    if (maker === undefined || maker === nest) return lower(u, index, gate)
    return maker.kernel === group && maker !== group ? readRow(u, index, gate, maker) : readStored(u, index, gate)
  }

  const build = (u: UOp, index: readonly UOp[], gate: UOp | undefined): UOp => {
    if (is(u, 'const')) return constant(u.arg, u.dtype)
    if (is(u, 'iota')) return cast('cast', index[0], u.dtype)
    if (is(u, 'buffer')) {
      before.set(u, [...(before.get(u) ?? []), index[0]])
      return read(slotOf({ kind: 'buffer', buffer: u }), index[0], gate)
    }
    if (isMovement(u.op)) {
      const origin = originOf(u, index)
      const both = andGate(gate, origin.gate)
      const at = both === undefined ? origin.index : origin.index.map(i => simplifyGiven(i, both))
      const value = valueOf(u.src[0], at, both)
      if (origin.gate === undefined || checks(value, origin.gate)) return value
      return where(origin.gate, value, zero(u.dtype))
    }
    if (is(u, 'reduce_axis')) {
      const shape = shapeOf(u.src[0])
      if (u.arg.axes.some(a => shape[a] === 0)) return constant(reduceIdentity(u.arg.alu, u.dtype), u.dtype)
      const ranges = rangesFor(u, index)
      const value = valueOf(u.src[0], withRanges(u, index, ranges), gate)
      return u.arg.alu === 'add' ? joinedSum(value, ranges) : reduce(u.arg.alu, value, ranges)
    }
    if (is(u, 'scan_axis')) {
      const along = index[u.arg.axis]
      const value = valueOf(u.src[0], index, gate)
      if (u.src.length > 1) return scanByKeys(u, value, index)
      return along.op === 'range' ? scan(u.arg.alu, value, [along]) : value
    }
    if (is(u, 'argsort')) {
      const { axis } = u.arg
      const priority = (at: UOp): UOp => valueOf(u.src[0], index.map((i, a) => (a === axis ? at : i)), undefined)
      const around = loopsOf(index.filter((_, a) => a !== axis))
      const count = Number(shapeOf(u.src[0])[axis])
      return selection(priority, u.src[0].dtype, count, selectionBlock(count), index[axis], around, () => axes++)
    }
    if (is(u, 'scatter')) {
      const outer = index.slice(0, u.arg.axis)
      const along = shapeOf(u.src[0]).slice(u.arg.axis).map(d => (d === 1 ? dimUOp(0) : range(d, axes++, 'loop')))
      const [value, position] = u.src.map(s => valueOf(s, [...outer, ...along], undefined))
      const gate = inside(cast('cast', position, dtypes.index), u.arg.size)
      const loops = along.filter(r => r.op === 'range')
      const { alu, axis, size } = u.arg
      return scattered(alu, value, position, gate, loops, loopsOf(outer), size, index[axis], () => axes++)
    }
    if (u.op === 'gather') {
      const [x, indices] = u.src
      const rank = shapeOf(indices).length
      const chosen = cast('cast', valueOf(indices, index.slice(0, rank), gate), dtypes.index)
      const ok = inside(chosen, shapeOf(x)[0])
      const both = andGate(gate, ok)
      const value = valueOf(x, [chosen, ...index.slice(rank)], both)
      return checks(value, ok) ? value : where(ok, value, zero(u.dtype))
    }
    if (u.op === 'contiguous') return valueOf(u.src[0], index, gate)
    if (u.op === 'copy') throw new PetagradError('UNSUPPORTED', 'copies between devices are not scheduled yet', { op: 'copy' })
    return withSrc(u, u.src.map(s => valueOf(s, index, gate)))
  }

  const scanByKeys = (u: UOp<'scan_axis'>, value: UOp, index: readonly UOp[]): UOp => {
    const { alu, axis, buckets } = u.arg
    const [along, outer] = [index[axis], loopsOf(index.filter((_, a) => a !== axis))]
    const beginning = (at: UOp): UOp => valueOf(u.src[2], index.map((i, a) => (a === axis ? at : i)), undefined)
    const initial = u.src.length < 3 ? undefined : beginning
    return keyedScan(alu, value, valueOf(u.src[1], index, undefined), along, outer, buckets, initial, () => axes++)
  }

  const rangesFor = (u: UOp<'reduce_axis'>, index: readonly UOp[]): readonly UOp[] => {
    const key = `${nest.id}|${u.id}|${index.map(i => i.id).join()}`
    let list = reduceRanges.get(key)
    if (list === undefined) {
      const shape = shapeOf(u.src[0])
      list = u.arg.axes.filter(a => shape[a] !== 1).map(a => range(shape[a], axes++, 'reduce'))
      reduceRanges.set(key, list)
    }
    return list
  }
  const withRanges = (u: UOp<'reduce_axis'>, index: readonly UOp[], ranges: readonly UOp[]): readonly UOp[] => {
    const shape = shapeOf(u.src[0])
    const inner = [...index]
    u.arg.axes.filter(a => shape[a] !== 1).forEach((a, i) => { inner[a] = ranges[i] })
    return inner
  }

  /** The element of a placed node that element `index` of its source becomes; the gate is false for those that are left out. */
  const placeOf = (u: UOp, index: readonly UOp[]): { readonly at: readonly UOp[]; readonly gate: UOp | undefined } => {
    const position = cast('cast', valueOf(u.src[1], index, undefined), dtypes.index)
    const axis = shapeOf(u).length - 1
    const at = [...index.slice(0, axis), position]
    return { at, gate: sizeOf(u) === sizeOf(u.src[0]) ? undefined : inside(position, shapeOf(u)[axis]) }
  }

  const stores: UOp[] = []
  for (const { node, index } of group.stores) {
    const placed = node.op === 'place'
    const value = placed ? valueOf(node.src[0], index, undefined) : lower(node, index, undefined)
    const { at, gate } = placed ? placeOf(node, index) : { at: index, gate: undefined }
    const to = homes.destinations.get(node) ?? []
    for (let copy = 0; copy < Math.max(1, to.length); copy++) {
      const place = to[copy] as Destination | undefined
      const pointer = place?.kind === 'assign' ? slotOf({ kind: 'buffer', buffer: place.buffer }) : slotOf({ kind: 'value', node, copy })
      const offset = place?.kind === 'assign' ? offsetInBuffer(place.target, at) : flatten(shapeOf(node), at)
      writes.add(slotNumber(pointer))
      stores.push(store(address(pointer, offset), value, gate))
    }
  }
  return { group, stores, memory, reads, writes, before }
}
