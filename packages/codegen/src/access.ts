import { is, linearForm, openRanges, type UOp } from '@petagrad/ir'
import { nodesOf, type Axis, type Nest } from './nest.js'

/** A load or store of a kernel argument or of scratch. */
export interface Access {
  readonly node: UOp
  readonly offset: UOp
  readonly gate: UOp | undefined
  readonly isStore: boolean
}

const accesses = new WeakMap<readonly UOp[], readonly Access[]>()

export function accessesOf(nest: Nest): readonly Access[] {
  let list = accesses.get(nest.stores)
  if (list === undefined) {
    const found: Access[] = []
    for (const u of nodesOf(nest)) {
      if (u.op === 'load' || u.op === 'store') found.push({ node: u, offset: u.src[0].src[1], gate: u.src[2] as UOp | undefined, isStore: u.op === 'store' })
    }
    accesses.set(nest.stores, (list = found))
  }
  return list
}

/** Elements that the access moves per step of the axis; undefined when it moves in another way. */
export function strideOf(access: Access, axis: Axis): number | undefined {
  const { terms } = linearForm(access.offset)
  for (const atom of terms.keys()) if (atom !== axis && openRanges(atom).has(axis)) return undefined
  return terms.get(axis) ?? 0
}

export const gateMoves = (access: Access, axis: Axis): boolean => access.gate !== undefined && openRanges(access.gate).has(axis)
export const moves = (access: Access, axis: Axis): boolean => openRanges(access.offset).has(axis) || gateMoves(access, axis)

const usedAsValues = new WeakMap<readonly UOp[], ReadonlySet<UOp>>()

/** Axes that are used as values (an iota, a comparison), not only in offsets. */
export function axesUsedAsValues(nest: Nest): ReadonlySet<UOp> {
  const known = usedAsValues.get(nest.stores)
  if (known !== undefined) return known
  const used = new Set<UOp>()
  for (const u of nodesOf(nest)) {
    const readsIndex = u.dtype.kind !== 'index' && u.op !== 'reduce' && u.op !== 'end' && u.op !== 'index' && !is(u, 'range')
    if (!readsIndex) continue
    for (const s of u.src) if (s.dtype.kind === 'index' && s.dtype.space === undefined) for (const r of openRanges(s)) used.add(r)
  }
  usedAsValues.set(nest.stores, used)
  return used
}
