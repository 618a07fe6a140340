import { binary, cast, constant, dtypes, is, openRanges, PetagradError, range, reduce, toposort, uop, type DType, type UOp } from '@petagrad/ir'
import { factorsOf } from './dot-product.js'
import { nodesOf, replaceAxes, type Axis, type Nest } from './nest.js'

const refuse = (why: string): never => {
  throw new PetagradError('INVALID_ARGUMENT', `bias: ${why}`)
}

/** The integer of the same width and the other sign. */
export const otherSign = (d: DType): DType | undefined =>
  ({ i8: dtypes.u8, u8: dtypes.i8, i16: dtypes.u16, u16: dtypes.i16 } as Readonly<Partial<Record<string, DType>>>)[d.name]

/**
 * Takes the factors that are read of argument `slot` in offset binary, as integers of the other sign: with the sign bit
 * flipped, x is x' - o, where o is what zero becomes. What that adds to the sum depends on the other factor alone.
 *
 *     sum(x·y)  →  sum(x'·y) - sum(o·y)
 */
export function bias(nest: Nest, slot: number, fresh: number): { readonly nest: Nest; readonly newAxes: number } {
  const changed = new Map<UOp, UOp>()
  const beside = new Map<UOp, readonly Axis[]>()
  let next = fresh
  for (const u of nodesOf(nest)) {
    const factors = is(u, 'reduce') ? factorsOf(u) : undefined
    if (!is(u, 'reduce') || factors === undefined) continue
    const reads = factors.map(f => toposort(f).some(x => is(x, 'param') && x.arg.slot === slot))
    if (!reads.includes(true)) continue
    if (!reads.includes(false)) refuse(`both factors of a sum read argument ${slot}`)
    if (u.src.slice(1).some(r => is(r, 'range') && r.arg.kind !== 'reduce')) refuse('the sum is written out')
    const [x, y] = reads[0] ? factors : [factors[1], factors[0]]
    const other = otherSign(x.dtype) ?? refuse(`${x.dtype.name} has no integer of the other sign`)
    const least = 2 ** (x.dtype.bits - 1)
    const sum = (a: UOp, b: UOp, ranges: readonly UOp[]): UOp => reduce('add', binary('mul', cast('cast', a, u.dtype), cast('cast', b, u.dtype)), ranges)
    const flipped = binary('xor', uop('bitcast', other, [x]), constant(other.kind === 'int' ? -least : least, other))
    const ranges = nest.order.filter(a => u.src.includes(a))
    const again = new Map<UOp, Axis>(ranges.map(a => [a, range(a.src[0], next++, a.arg.kind)]))
    for (const [a, copy] of again) beside.set(a, [...(beside.get(a) ?? []), copy])
    const [elsewhere] = replaceAxes([y], again)
    if (toposort(y).some(n => n.op === 'end' && ranges.some(a => openRanges(n).has(a)))) refuse('a copy is made inside of the sum')
    const correction = sum(constant(other.kind === 'int' ? -least : least, other), elsewhere, [...again.values()])
    changed.set(u, binary('sub', sum(flipped, y, u.src.slice(1)), correction))
  }
  if (changed.size === 0) refuse(`no sum of products of integers reads argument ${slot}`)
  return {
    nest: { stores: replaceAxes(nest.stores, changed), order: nest.order.flatMap(a => [a, ...(beside.get(a) ?? [])]) },
    newAxes: next - fresh,
  }
}
