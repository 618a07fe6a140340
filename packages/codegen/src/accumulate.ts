import {
  address, constant, indexAdd, indexConst, indexLt, indexMul, is, load, openRanges, PetagradError, range, reduce, reduceIdentity, scratch,
  store, toposort, uop, type UOp,
} from '@petagrad/ir'
import { extentOf, isFixed, product, reducedAxes, replaceAxes, withKind, type Axis, type Nest } from './nest.js'

const refuse = (why: string): never => {
  throw new PetagradError('INVALID_ARGUMENT', `accumulate: ${why}`)
}

/**
 * Moves loops of the reductions outside of the output loops that follow them in the order: what is summed so far lives
 * in scratch, one element for each iteration of those loops. They run twice then: in new axes inside the reductions'
 * loops, in their place in the order, and behind all of it for what is done with the sums.
 *
 *     for k0: for i: for k1: a += x        becomes        for k0: for i': s[i'] += Σ k1 x
 *                                                         for i: a = s[i]
 */
export function accumulate(nest: Nest, axes: readonly Axis[], fresh: number): { readonly nest: Nest; readonly newAxes: number } {
  const reduced = reducedAxes(nest)
  const reductions = toposort(nest.stores).filter((u): u is UOp<'reduce'> => is(u, 'reduce'))
  if (axes.length === 0 || !axes.every(a => reduced.has(a) && isFixed(a))) return refuse('it takes axes of reductions')
  const first = reductions[0]
  const loops = first.src.slice(1)
  const alike = (r: UOp): boolean => r.src.length === first.src.length && loops.every(a => r.src.includes(a))
  if (!reductions.every(alike)) refuse('the reductions have different loops')
  if (reductions.some(r => toposort(r.src[0]).some(u => u.op === 'reduce' || u.op === 'end'))) refuse('something is made inside the reductions')
  const open = new Set(reductions.flatMap(r => [...openRanges(r)]))
  const after = Math.max(...axes.map(a => nest.order.indexOf(a)))
  const inner = nest.order.filter((a, i) => i > after && open.has(a))
  if (inner.length === 0 || !inner.every(isFixed)) return refuse('no output loop follows')
  const again = new Map<Axis, Axis>(inner.map((a, i) => [a, range(a.src[0], fresh + i, 'loop')]))
  const outer = new Map<UOp, Axis>(axes.map(a => [a, withKind(a, 'loop')]))
  const within = new Map<UOp, UOp>([...again, ...outer])
  const notFirst = indexLt(0, axes.reduce<UOp>((sum, a) => indexAdd(sum, outer.get(a) ?? a), indexConst(0)))
  const place = (at: (a: Axis) => UOp): UOp =>
    inner.reduce<UOp>((offset, a) => indexAdd(indexMul(offset, extentOf(a)), at(a)), indexConst(0))

  const sums = new Map<UOp, UOp>()
  reductions.forEach((r, i) => {
    const memory = scratch(fresh + i, r.dtype, product(inner))
    const [value] = replaceAxes([r.src[0]], within)
    const part = reduce(r.arg, value, r.src.slice(1).filter(a => !outer.has(a)))
    const to = address(memory, place(a => again.get(a) ?? a))
    const so = load(to, { gate: notFirst, alternative: constant(reduceIdentity(r.arg, r.dtype), r.dtype) })
    const done = uop('end', r.dtype, [store(to, uop(r.arg, r.dtype, [so, part])), ...outer.values(), ...again.values()])
    sums.set(r, load(address(uop('after', memory.dtype, [memory, done]), place(a => a))))
  })
  return {
    nest: {
      stores: replaceAxes(nest.stores, sums),
      order: [...nest.order.map(a => outer.get(a) ?? again.get(a) ?? a), ...inner],
    },
    newAxes: inner.length,
  }
}
