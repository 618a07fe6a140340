import { isFloat } from '../dtype.js'
import { PetagradError } from '../errors.js'
import type { ConstValue } from '../op.js'
import { is, type UOp } from '../uop.js'
import { countOf, unravel } from './movement.js'
import { Reduction } from './reduction.js'
import { zeroOf } from './scalar.js'
import type { TensorValue } from './tensor.js'

type Ordered = UOp<'scan_axis'> | UOp<'scatter'> | UOp<'place'> | UOp<'sort'> | UOp<'argsort'>
type ValueOf = (u: UOp) => TensorValue

export const isOrdered = (u: UOp): u is Ordered =>
  u.op === 'scan_axis' || u.op === 'scatter' || u.op === 'place' || u.op === 'sort' || u.op === 'argsort'

/** The elements of an op that meets those of its source one after another. */
export function orderedElements(u: Ordered, shape: readonly number[], valueOf: ValueOf): readonly ConstValue[] {
  if (is(u, 'scan_axis')) return scan(u, shape, valueOf)
  if (is(u, 'scatter')) return scatter(u, shape, valueOf)
  if (is(u, 'place')) return place(u, shape, valueOf)
  return is(u, 'sort') || is(u, 'argsort') ? sort(u, shape, valueOf) : []
}

function scan(u: UOp<'scan_axis'>, shape: readonly number[], valueOf: ValueOf): readonly ConstValue[] {
  const { alu, axis, buckets } = u.arg
  const keys = u.src.length > 1 ? valueOf(u.src[1]).values : undefined
  const totals = new Map<string, Reduction>()
  // Row-major order meets the elements of each line along the axis in their order.
  const lineOf = (position: number, of: readonly number[], key?: number): string =>
    unravel(position, of).map((i, a) => (a === axis ? (key ?? i) : i)).join()
  if (u.src.length > 2) {
    const initial = valueOf(u.src[2])
    initial.values.forEach((value, position) => {
      const total = new Reduction(alu, u.dtype)
      total.add(value)
      totals.set(lineOf(position, initial.shape), total)
    })
  }
  return valueOf(u.src[0]).values.map((value, position) => {
    const key = keys === undefined ? 0 : Number(keys[position])
    if (keys !== undefined && !(key >= 0 && key < buckets)) throw new PetagradError('IR_INVALID', `the key ${key} is outside of [0, ${buckets})`, { op: 'scan_axis' })
    const line = lineOf(position, shape, key)
    const total = totals.get(line) ?? new Reduction(alu, u.dtype)
    totals.set(line, total)
    total.add(value)
    return total.result
  })
}

/** For each element of x: its place in a result of `size` for each of the outer axes' elements; undefined outside. */
function placesOf(u: UOp<'scatter'> | UOp<'place'>, valueOf: ValueOf): readonly (number | undefined)[] {
  const { axis, size } = u.arg
  const { shape, values } = valueOf(u.src[1])
  const inner = countOf(shape.slice(axis))
  return values.map((v, i) => (Number(v) >= 0 && Number(v) < size ? Math.floor(i / inner) * size + Number(v) : undefined))
}

function scatter(u: UOp<'scatter'>, shape: readonly number[], valueOf: ValueOf): readonly ConstValue[] {
  const totals = Array.from({ length: countOf(shape) }, () => new Reduction(u.arg.alu, u.dtype))
  const { values } = valueOf(u.src[0])
  placesOf(u, valueOf).forEach((at, i) => { if (at !== undefined) totals[at].add(values[i]) })
  return totals.map(t => t.result)
}

function place(u: UOp<'place'>, shape: readonly number[], valueOf: ValueOf): readonly ConstValue[] {
  const out = Array.from({ length: countOf(shape) }, (): ConstValue => zeroOf(u.dtype))
  const named = new Set<number>()
  const { values } = valueOf(u.src[0])
  placesOf(u, valueOf).forEach((at, i) => {
    if (at === undefined) return
    if (named.has(at)) throw new PetagradError('IR_INVALID', `position ${at} is named twice`, { op: 'place' })
    named.add(at)
    out[at] = values[i]
  })
  if (named.size < out.length) throw new PetagradError('IR_INVALID', `${out.length - named.size} positions are not named`, { op: 'place' })
  return out
}

function sort(u: UOp<'sort'> | UOp<'argsort'>, shape: readonly number[], valueOf: ValueOf): readonly ConstValue[] {
  const { axis, descending } = u.arg
  const x = valueOf(u.src[0])
  const order = ascending(isFloat(x.dtype))
  const stride = countOf(x.shape.slice(axis + 1))
  const extent = x.shape[axis]
  const lines = new Map<number, readonly number[]>()
  return Array.from({ length: countOf(shape) }, (_, position) => {
    const [outer, inside] = [Math.floor(position / stride / shape[axis]), position % stride]
    const first = outer * extent * stride + inside
    let line = lines.get(first)
    if (line === undefined) {
      const at = (i: number): ConstValue => x.values[first + i * stride]
      line = Array.from({ length: extent }, (_, i) => i).sort((a, b) => (descending ? order(at(b), at(a)) : order(at(a), at(b))))
      lines.set(first, line)
    }
    const chosen = line[Math.floor(position / stride) % shape[axis]]
    return is(u, 'argsort') ? chosen : x.values[first + chosen * stride]
  })
}

/** Negative where `a` comes first; NaN comes last. Array's sort is stable. */
const ascending = (floats: boolean) => (a: ConstValue, b: ConstValue): number => {
  if (floats && (Number.isNaN(a) || Number.isNaN(b))) return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
  return a < b ? -1 : a > b ? 1 : 0
}
