import { elementCount, is, isMovement, PetagradError, sameShape, shapeOf, toposort, uop, withSrc, type UOp } from '@petagrad/ir'
import { maxOf } from './cost.js'
import { externalIndex } from './abstract.js'
import type { RootResult } from './plan.js'

/** Where a computed value must end up. */
export type Destination =
  | { readonly kind: 'root'; readonly index: number }
  /** `target` is a buffer, or movement ops on one that name each of its elements at most once. */
  | { readonly kind: 'assign'; readonly target: UOp; readonly buffer: UOp<'buffer'> }

/** A sink as values and where they go: no assign or detach is left inside. */
export interface Prepared {
  readonly destinations: ReadonlyMap<UOp, readonly Destination[]>
  readonly roots: readonly RootResult[]
}

export function prepare(sink: UOp): Prepared {
  const destinations = new Map<UOp, Destination[]>()
  const clean = new Map<UOp, UOp>()
  const at = (u: UOp): UOp => clean.get(u) ?? u
  const send = (value: UOp, to: Destination): void => {
    if (elementCount(shapeOf(value)) === 0) return // nothing to store, so nothing to compute
    const list = destinations.get(value)
    if (list === undefined) destinations.set(value, [to])
    else list.push(to)
  }
  const assigned = new Map<UOp, { readonly made: UOp; readonly to: Destination }>()
  const withdraw = (overwritten: UOp): void => {
    const last = assigned.get(overwritten)
    if (last === undefined) return
    const rest = (destinations.get(last.made) ?? []).filter(d => d !== last.to)
    if (rest.length > 0) destinations.set(last.made, rest)
    else destinations.delete(last.made)
  }
  for (const u of toposort(sink)) {
    const src = u.src.map(at)
    if (u.op === 'detach' || (u.op === 'contiguous' && src[0].op === 'contiguous')) clean.set(u, src[0])
    else if (u.op === 'assign') {
      const value = storedAs(src[1])
      const made = unshaped(value)
      const target = inShapeOf(made, assignTarget(u))
      const to: Destination = { kind: 'assign', target, buffer: baseBuffer(target) }
      // An assignment to what was just assigned takes its place: whoever needs the earlier value has it as a value.
      if (u.src[0].op === 'assign') withdraw(u.src[0])
      assigned.set(u, { made, to })
      send(made, to)
      clean.set(u, value)
    } else clean.set(u, u.src.length === 0 ? u : withSrc(u, src))
  }

  const firstRoot = new Map<UOp, number>()
  const roots = sink.src.map((root, index): RootResult => {
    if (root.op === 'assign') return { kind: 'external', index: externalIndex(baseBuffer(assignTarget(root))) }
    const value = unshaped(at(root))
    const whole = wholeBuffer(value)
    if (whole !== undefined) return { kind: 'external', index: externalIndex(whole) }
    const same = firstRoot.get(value)
    if (same !== undefined) return { kind: 'same', root: same }
    firstRoot.set(value, index)
    send(value, { kind: 'root', index })
    return { kind: 'fresh', dtype: value.dtype, size: maxOf(elementCount(shapeOf(value))) }
  })
  return { destinations, roots }
}

/** Memory is row-major, so what is stored is what a reshape is of. */
function unshaped(value: UOp): UOp {
  let made = value
  while (made.op === 'reshape') made = made.src[0]
  return made
}

const inShapeOf = (value: UOp, target: UOp): UOp =>
  sameShape(shapeOf(value), shapeOf(target)) ? target : uop('reshape', target.dtype, [target], shapeOf(value))

/** A value that is itself memory is copied, never aliased, when it is assigned; and so is one that is stored in an order of its own. */
const storedAs = (value: UOp): UOp => (['buffer', 'place'].includes(unshaped(value).op) ? uop('contiguous', value.dtype, [value]) : value)

function assignTarget(u: UOp): UOp {
  let target = u
  while (target.op === 'assign') target = target.src[0]
  return target
}

function baseBuffer(target: UOp): UOp<'buffer'> {
  let base = target
  while (isMovement(base.op) && base.op !== 'expand' && base.op !== 'pad' && base.op !== 'shear') base = base.src[0]
  if (is(base, 'buffer')) return base
  throw new PetagradError('IR_INVALID', `assign writes into a buffer or a view of one, not into ${base.op}`, { op: 'assign' })
}

/** The buffer that `u` is all of, in its own order. */
function wholeBuffer(u: UOp): UOp<'buffer'> | undefined {
  let base = u
  while (base.op === 'reshape' || base.op === 'contiguous') base = base.src[0]
  return is(base, 'buffer') ? base : undefined
}
