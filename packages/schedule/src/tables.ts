import {
  address, binary, cast, constant, dtypes, is, load, openRanges, range, reduceIdentity, scratch, store, uop,
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

/** The loops that an index stands in. */
export const loopsOf = (index: readonly UOp[]): readonly UOp[] => [...new Set(index.flatMap(i => [...openRanges(i)]))]
