import {
  boolAnd, constant, dtypes, indexLt, is, load, openRanges, PetagradError, range, reduceIdentity, remake, simplify, substitute, toposort,
  where, type UOp,
} from '@petagrad/ir'
import { extentOf, isFixed, nodesOf, replaceAxes, type Axis, type Nest } from './nest.js'

const refuse = (why: string): never => {
  throw new PetagradError('INVALID_ARGUMENT', `pad: ${why}`)
}

/**
 * Makes a reduction's loop longer: what it reads beyond the axis is zero without being read. Where zeros do not combine to
 * nothing, what is combined there is the identity.
 *
 *     sum(x[k] * y[k], k < 5)  →  sum((k < 5 ? x[k] : 0) * (k < 5 ? y[k] : 0), k < 8)
 */
export function pad(nest: Nest, axis: Axis, extent: number): Nest {
  const before = extentOf(axis)
  const closing = nodesOf(nest).filter(u => u.src.includes(axis) && u.op !== 'index' && ['reduce', 'end', 'scan', 'after'].includes(u.op))
  if (closing.length === 0 || closing.some(u => u.op !== 'reduce')) refuse(`axis ${axis.arg.axis} belongs to no reduction alone`)
  if (!isFixed(axis) || extent < before || axis.arg.kind !== 'reduce') refuse(`axis ${axis.arg.axis} of extent ${before} does not get longer`)
  const longer = range(extent, axis.arg.axis, axis.arg.kind)
  const gate = indexLt(longer, before)
  const changed = new Map<UOp, UOp>()
  for (const u of nodesOf(nest)) {
    if (!is(u, 'reduce') || !u.src.includes(axis)) continue
    const [value, ...ranges] = u.src
    const below = toposort(value)
    if (below.some(x => ['reduce', 'end', 'scan'].includes(x.op) && openRanges(x).has(axis))) refuse('something is made inside of the reduction')
    const reads = below.filter((x): x is UOp<'load'> => is(x, 'load') && openRanges(x).has(axis))
    const outside = new Map(reads.map(r => [r, r.src.length > 1 ? r.src[1] : constant(0, r.dtype)]))
    const [moved] = replaceAxes([value], new Map([[axis, longer]]))
    const gated = new Map<UOp, UOp>()
    for (const read of reads) {
      const [there] = replaceAxes([read], new Map([[axis, longer]]))
      const [from, alternative, open] = there.src as readonly [UOp, UOp?, UOp?] // a load has an address
      const both = boolAnd(open ?? constant(true, dtypes.bool), gate)
      gated.set(there, load(from, { gate: both, alternative: alternative ?? constant(0, read.dtype) }))
    }
    const identity = constant(reduceIdentity(u.arg, u.dtype), u.dtype)
    const combined = substitute(moved, gated)
    const vanishes = simplify(substitute(value, outside)) === identity
    const padded = vanishes ? combined : where(gate, combined, identity)
    changed.set(u, remake(u, u.dtype, [padded, ...ranges.map(r => (r === axis ? longer : r))]))
  }
  return { stores: replaceAxes(nest.stores, changed), order: nest.order.map(a => (a === axis ? longer : a)) }
}
