import {
  address, is, isAlu, load, openRanges, PetagradError, range, scratch, store, toposort, uop, type UOp,
} from '@petagrad/ir'
import { extentOf, isFixed, replaceAxes, type Axis, type Nest } from './nest.js'

const refuse = (why: string): never => {
  throw new PetagradError('INVALID_ARGUMENT', `keep: ${why}`)
}

/** What the reduction over `axis` combines, and the other axes along which the nest computes the same once more. */
export interface Repeated {
  readonly reduction: UOp<'reduce'>
  readonly value: UOp
  /** Axes of the same extent → the same value along them. */
  readonly again: ReadonlyMap<Axis, UOp>
}

/** The reductions over one axis whose operand the nest computes again elsewhere. */
export function repeatedOperands(nest: Nest): readonly Repeated[] {
  const nodes = toposort(nest.stores)
  const all = new Set(nodes)
  return nodes.filter((u): u is UOp<'reduce'> => is(u, 'reduce') && u.src.length === 2).flatMap(reduction => {
    const [value, axis] = reduction.src
    if (!is(axis, 'range') || !isFixed(axis) || axis.arg.kind !== 'reduce' || !isAlu(value.op)) return []
    if (toposort(value).some(x => (x.op === 'reduce' || x.op === 'end') && openRanges(x).has(axis))) return []
    const again = new Map<Axis, UOp>()
    for (const other of nest.order) {
      if (other === axis || extentOf(other) !== extentOf(axis) || !isFixed(other)) continue
      const [same] = replaceAxes([value], new Map([[axis, other]]))
      if (all.has(same)) again.set(other, same)
    }
    return again.size === 0 ? [] : [{ reduction, value, again }]
  })
}

/**
 * Computes what the reduction over `axis` combines once, into scratch; the reduction and whoever needs the same values
 * along other axes read it there.
 *
 *     s = reduce(f(r), r); out[c] = f(c) / s  →  t[k] = f(k); s = reduce(t[r], r); out[c] = t[c] / s
 */
export function keep(nest: Nest, axis: Axis, fresh: number): { readonly nest: Nest; readonly newAxes: number } {
  const { reduction, value, again } = repeatedOperands(nest).find(r => r.reduction.src[1] === axis)
    ?? refuse(`what the reduction over axis ${axis.arg.axis} combines is computed nowhere else`)
  const made = range(axis.src[0], fresh, 'loop')
  const enclosing = [...openRanges(reduction)]
  const memory = scratch(fresh, value.dtype, extentOf(axis))
  // Made anew inside of every loop that the reduction is made in.
  const own = enclosing.length === 0 ? memory : uop('after', memory.dtype, [memory, ...enclosing])
  const [computed] = replaceAxes([value], new Map([[axis, made]]))
  const kept = uop('end', value.dtype, [store(address(own, made), computed), made])
  const read = (at: Axis): UOp => load(address(uop('after', memory.dtype, [memory, kept]), at))
  const places = new Map<UOp, UOp>([[value, read(axis)]])
  for (const [other, same] of again) places.set(same, read(other))
  const at = nest.order.indexOf(axis)
  return {
    nest: { stores: replaceAxes(nest.stores, places), order: [...nest.order.slice(0, at), made, ...nest.order.slice(at)] },
    newAxes: 1,
  }
}
