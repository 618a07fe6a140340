import {
  address, is, isAlu, itemSize, load, param, range, shapeOf, store, toposort, uop, dtypes, withSrc,
  type UOp,
} from '@petagrad/ir'
import type { BoundPlan, KernelCall, RootResult, Slot } from '@petagrad/schedule'

/**
 * The least scheduler that exercises a runtime: element-wise graphs over flat buffers, one kernel for each root and
 * for each `contiguous`, whose value lives in the arena.
 */
export function elementwiseSchedule(sink: UOp<'sink'>): BoundPlan {
  const externals = toposort(sink).filter(u => is(u, 'buffer'))
  const calls: KernelCall[] = []
  const roots: RootResult[] = []
  const held = new Map<UOp, Slot>()
  let arenaBytes = 0
  const externalSlot = (u: UOp): Slot => ({ kind: 'external', index: externals.findIndex(e => e === u) })
  const sizeOf = (u: UOp): number => Number(shapeOf(u)[0])

  const emit = (value: UOp, to: Slot): void => {
    const args: Slot[] = [to]
    const size = sizeOf(value)
    const i = range(size, 0, 'loop')
    const read = (slot: Slot, u: UOp): UOp => load(address(param(args.push(slot) - 1, u.dtype, size), i))
    const scalarOf = (u: UOp): UOp => {
      const slot = is(u, 'buffer') ? externalSlot(u) : held.get(u)
      if (slot !== undefined) return read(slot, u)
      if (isAlu(u.op)) return withSrc(u, u.src.map(scalarOf))
      return u
    }
    const body = store(address(param(0, value.dtype, size), i), scalarOf(value))
    calls.push({ kernel: uop('kernel', dtypes.void, [body], { name: `k${calls.length}` }), args, variables: [] })
  }
  for (const u of toposort(sink)) {
    if (!is(u, 'contiguous')) continue
    const bytes = Math.ceil((sizeOf(u) * itemSize(u.dtype)) / 64) * 64
    const slot: Slot = { kind: 'arena', offset: arenaBytes, bytes }
    emit(u.src[0], slot)
    held.set(u, slot)
    arenaBytes += bytes
  }
  for (const [index, root] of sink.src.entries()) {
    const earlier = sink.src.indexOf(root)
    if (earlier < index) roots.push({ kind: 'same', root: earlier })
    else if (is(root, 'buffer')) roots.push({ kind: 'external', index: externals.findIndex(e => e === root) })
    else if (is(root, 'assign')) {
      const slot = externalSlot(root.src[0])
      emit(root.src[1], slot)
      roots.push(slot.kind === 'external' ? slot : { kind: 'same', root: 0 })
    } else {
      emit(root, { kind: 'root', index })
      roots.push({ kind: 'fresh', dtype: root.dtype, size: sizeOf(root) })
    }
  }
  return { plan: { calls, roots, arenaBytes, unplannedBytes: arenaBytes }, externals, cached: false }
}
