import { is, itemSize, type UOp } from '@petagrad/ir'
import type { MachineModel, ProgramParam } from '@petagrad/renderer'

/**
 * The arguments whose stores should pass the caches by: results that would not stay in the last level cache until
 * somebody reads them. A cache would first read every line that is then overwritten, and give up something else for it.
 *
 * Stores that come a part of a line at a time, with a reduction between them, would leave lines half written.
 */
export function streamedSlots(uops: readonly UOp[], params: readonly ProgramParam[], machine: MachineModel): ReadonlySet<number> {
  const streamed = new Set<number>()
  if (machine.streamingStores !== true) return streamed
  const large = params.filter(p => p.access === 'write' && p.size * itemSize(p.dtype) * 2 >= machine.l3).map(p => p.slot)
  const lineByLine = machine.vectorBytes >= machine.cacheLine || !uops.some(u => is(u, 'range') && u.arg.kind === 'reduce')
  if (large.length === 0 || !lineByLine) return streamed
  for (const u of uops) {
    if (u.op !== 'store' || (u.src[1].dtype.bits / 8) * u.src[1].dtype.lanes < machine.vectorBytes) continue
    const slot = slotUnder(u.src[0])
    if (slot !== undefined && large.includes(slot)) streamed.add(slot)
  }
  return streamed
}

function slotUnder(pointer: UOp): number | undefined {
  let root = pointer
  while (root.op === 'index' || root.op === 'after') root = root.src[0]
  return is(root, 'param') ? root.arg.slot : undefined
}
