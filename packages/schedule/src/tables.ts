import {
  address, binary, cast, constant, dtypes, indexConst, is, load, openRanges, range, reduce, reduceIdentity, scratch, store, uop, where,
  type DType, type ReduceAlu, type UOp,
} from '@petagrad/ir'

/** What a kernel under construction gives: the next number for an axis or a scratch array. */
export type Fresh = () => number

/** A table of totals, which loops update one iteration after another. */
interface Table {
  readonly memory: UOp
  /** Done when every element has its first value. */
  readonly begun: UOp
}

/** A table that begins anew for every iteration of the loops `around` it. */
function newTable(dtype: DType, size: number, initial: (at: UOp) => UOp, around: readonly UOp[], fresh: Fresh): Table {
  const memory = scratch(fresh(), dtype, size)
  const all = range(size, fresh(), 'loop')
  const anew = around.length === 0 ? memory : uop('after', memory.dtype, [memory, ...around])
  return { memory, begun: uop('end', dtypes.void, [store(address(anew, all), initial(all)), all]) }
}

interface Update {
  readonly total: UOp
  /** The store that keeps the total. */
  readonly done: UOp
}

/** The total of `key`'s element with `value`, which joins it in this iteration of the loops `along`. */
function update(table: Table, alu: ReduceAlu, key: UOp, value: UOp, along: readonly UOp[], gate?: UOp): Update {
  const now = uop('after', table.memory.dtype, [table.memory, table.begun, ...along])
  const at = address(now, cast('cast', key, dtypes.index))
  const total = binary(alu, gate === undefined ? load(at) : load(at, { gate, alternative: value }), value)
  return { total, done: store(at, total, gate) }
}

/** A scan by keys: its value in each iteration of `along`, with the table of totals kept up to date. */
export function keyedScan(
  alu: ReduceAlu, value: UOp, key: UOp, along: UOp, around: readonly UOp[],
  buckets: number, initial: ((at: UOp) => UOp) | undefined, fresh: Fresh,
): UOp {
  const identity = constant(reduceIdentity(alu, value.dtype), value.dtype)
  const table = newTable(value.dtype, buckets, initial ?? (() => identity), around, fresh)
  const { total, done } = update(table, alu, key, value, [along])
  return uop('after', total.dtype, [total, done])
}

/** The element `at` of what values in the loops `along` make together, each at its position. `gate` is false for those outside. */
export function scattered(
  alu: ReduceAlu, value: UOp, position: UOp, gate: UOp, along: readonly UOp[], around: readonly UOp[], size: number, at: UOp, fresh: Fresh,
): UOp {
  const identity = constant(reduceIdentity(alu, value.dtype), value.dtype)
  const table = newTable(value.dtype, size, () => identity, around, fresh)
  const { done } = update(table, alu, position, value, along, is(gate, 'const') && gate.arg === true ? undefined : gate)
  const full = along.length === 0 ? done : uop('end', dtypes.void, [done, ...along])
  return load(address(uop('after', table.memory.dtype, [table.memory, full]), at))
}

/**
 * In the t-th iteration of `along`, the position of the t-th largest of `count` priorities, the first of equal ones. Each
 * iteration looks for the block with the largest, then for that in the block, and takes it out. `block` divides `count`.
 * No priority is 0, which is what stands where one was taken out.
 */
export function selection(
  priority: (at: UOp) => UOp, dtype: DType, count: number, block: number, along: UOp, around: readonly UOp[], fresh: Fresh,
): UOp {
  const all = newTable(dtype, count, priority, around, fresh)
  const from = (memory: UOp, first: UOp, ...before: readonly UOp[]) => (at: UOp): UOp =>
    load(address(before.length === 0 ? memory : uop('after', memory.dtype, [memory, ...before]), binary('add', first, at)))
  const largest = (n: number, element: (at: UOp) => UOp): UOp => {
    const r = range(n, fresh(), 'reduce')
    return reduce('max', element(r), [r])
  }
  const best = newTable(dtype, count / block, b => largest(block, from(all.memory, times(b, block), all.begun)), around, fresh)
  const turn = along.op === 'range' ? [along] : []
  const [now, bestNow] = [[all.begun, ...turn], [best.begun, ...turn]]
  const top = largest(count / block, from(best.memory, indexConst(0), ...bestNow))
  const chosen = firstOf(count / block, from(best.memory, indexConst(0), ...bestNow), top, fresh)
  const start = times(cast('cast', chosen, dtypes.index), block)
  const inBlock = firstOf(block, from(all.memory, start, ...now), top, fresh)
  const slot = (table: Table, before: readonly UOp[], at: UOp): UOp => address(uop('after', table.memory.dtype, [table.memory, ...before]), at)
  const taken = store(slot(all, now, binary('add', start, cast('cast', inBlock, dtypes.index))), constant(0, dtype))
  const rest = largest(block, from(all.memory, start, ...now, taken))
  const updated = store(slot(best, bestNow, cast('cast', chosen, dtypes.index)), rest)
  return uop('after', dtypes.i32, [binary('add', binary('mul', chosen, constant(block, dtypes.i32)), inBlock), updated])
}

/** Where the first of n elements that equals `value`, which one does, is; i32. */
function firstOf(n: number, element: (at: UOp) => UOp, value: UOp, fresh: Fresh): UOp {
  const i32 = (x: number): UOp => constant(x, dtypes.i32)
  const r = range(n, fresh(), 'reduce')
  const toEnd = where(binary('eq', element(r), value), binary('sub', i32(n), cast('cast', r, dtypes.i32)), i32(0))
  return binary('sub', i32(n), reduce('max', toEnd, [r]))
}

const times = (x: UOp, factor: number): UOp => binary('mul', x, indexConst(factor))

/** The loops that an index stands in. */
export const loopsOf = (index: readonly UOp[]): readonly UOp[] => [...new Set(index.flatMap(i => [...openRanges(i)]))]
