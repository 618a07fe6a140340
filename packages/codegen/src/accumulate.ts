import {
  address, constant, indexAdd, indexConst, indexMul, is, load, openRanges, PetagradError, range, reduce, reduceIdentity, scratch, store,
  toposort, uop, type UOp,
} from '@petagrad/ir'
import { closedAxes, extentOf, isFixed, product, replaceAxes, type Axis, type Nest } from './nest.js'

const refuse = (why: string): never => {
  throw new PetagradError('INVALID_ARGUMENT', `accumulate: ${why}`)
}

/**
 * Turns reductions inside out: their loops as far as `axis` go around the output axes from `over` on, for which partial
 * results stay in scratch, so that an operand whose rows lie along those axes is read row by row.
 *
 *     reduce(x[k, c, j], k, c)  →  s[j] = identity; for k, j: s[j] = s[j] ⊕ reduce(x[k, c, j], c); s[j]
 *
 * Loops of one iteration carry nothing: s[j] = reduce(x[0, c, j], c) then.
 */
export function accumulate(nest: Nest, axis: Axis, over: Axis, fresh: number): { readonly nest: Nest; readonly newAxes: number } {
  const { order } = nest
  const closed = new Set([...closedAxes(nest, 'reduce'), ...closedAxes(nest, 'end')])
  const results = order.slice(order.indexOf(over)).filter(a => !closed.has(a))
  const members = toposort(nest.stores).filter((u): u is UOp<'reduce'> => is(u, 'reduce') && u.src.includes(axis))
  if (members.length === 0) refuse(`no reduction closes axis ${axis.arg.axis}`)
  if (closed.has(over)) refuse(`axis ${over.arg.axis} is no output axis`)
  for (const u of members) {
    if (!results.every(a => openRanges(u).has(a))) refuse(`a reduction over axis ${axis.arg.axis} is made outside of the axes from ${over.arg.axis} on`)
    const within = toposort(u.src[0])
    if (within.some(x => x.op === 'reduce' || x.op === 'end')) refuse('a reduction or a copy is made inside of the reduction')
    if (!u.src.slice(1).every(r => is(r, 'range') && isFixed(r) && r.arg.kind === 'reduce')) refuse('a reduction is written out')
  }
  if (!results.every(a => isFixed(a) && (a.arg.kind === 'loop' || a.arg.kind === 'task'))) refuse('an output axis is written out')

  let next = fresh
  const around: Axis[] = []
  const inside: Axis[] = []
  const added: Axis[] = []
  const done = new Map<UOp, UOp>()
  const offset = (axes: readonly Axis[]) => axes.reduce<UOp>((sum, a) => indexAdd(indexMul(sum, extentOf(a)), a), indexConst(0))
  for (const u of members) {
    const memory = scratch(next, u.dtype, product(results))
    const copyOf = (a: Axis): Axis => {
      const made = range(a.src[0], next++, 'loop')
      added.push(made)
      return made
    }
    const once = order.slice(0, order.indexOf(axis) + 1).every(a => !u.src.includes(a) || extentOf(a) === 1)
    const cleared = once ? [] : results.map(copyOf)
    const swept = results.map(copyOf)
    const loops = order.filter(a => u.src.includes(a))
    const outer = loops.slice(0, loops.indexOf(axis) + 1)
    // Loops that are closed by a store are no reduction loops any more: each reduction has its own.
    const carried = once ? [] : outer.map(copyOf)
    const rest = loops.slice(outer.length)
    const now = (i: number): UOp => (once ? indexConst(0) : carried[i])
    const renamed = new Map<UOp, UOp>([...results.map((a, i) => [a, swept[i]] as const), ...outer.map((a, i) => [a, now(i)] as const)])
    const [value] = replaceAxes([u.src[0]], renamed)
    // Cleared anew inside of every loop that the reduction is made in.
    const enclosing = [...openRanges(u)].filter(r => !results.some(a => a === r))
    const own = enclosing.length === 0 ? memory : uop('after', memory.dtype, [memory, ...enclosing])
    const part = rest.length === 0 ? value : reduce(u.arg, value, rest)
    const total = (): UOp => {
      const empty = uop('end', u.dtype, [store(address(own, offset(cleared)), constant(reduceIdentity(u.arg, u.dtype), u.dtype)), ...cleared])
      // Ordered after the loops that carry it, what is read is what the iteration before has left.
      return uop(u.arg, u.dtype, [load(address(uop('after', memory.dtype, [memory, empty, ...carried]), offset(swept))), part])
    }
    const made = once
      ? uop('end', u.dtype, [store(address(own, offset(swept)), part), ...swept])
      : uop('end', u.dtype, [store(address(memory, offset(swept)), total()), ...carried, ...swept])
    done.set(u, load(address(uop('after', memory.dtype, [memory, made]), offset(results))))
    around.push(...cleared, ...carried, ...swept)
    inside.push(...outer)
  }
  const at = order.indexOf(results[0])
  const before = order.slice(0, at).filter(a => !closed.has(a))
  const gone = new Set<Axis>(inside)
  const left = order.filter(a => !before.includes(a) && !results.includes(a) && !gone.has(a))
  return { nest: { stores: replaceAxes(nest.stores, done), order: [...before, ...around, ...left, ...results] }, newAxes: next - fresh }
}

/** The axes that carry partial results from one iteration to the next: they run one after another. */
export function carryingAxes(nest: Nest): ReadonlySet<UOp> {
  const carrying = new Set<UOp>()
  for (const u of toposort(nest.stores)) {
    if (u.op !== 'after') continue
    for (const s of u.src.slice(1)) if (s.op !== 'end') for (const r of openRanges(s)) carrying.add(r)
  }
  return carrying
}
