import { is, itemSize, PetagradError, type UOp } from '@petagrad/ir/graph'

const ALIGNMENT = 64

/** Where each private array of a program starts in a worker's scratch area, in bytes. */
export function scratchOffsets(uops: readonly UOp[]): Map<UOp, number> {
  const offsets = new Map<UOp, number>()
  let end = 0
  for (const u of uops) {
    if (!is(u, 'scratch') || offsets.has(u)) continue
    if (u.dtype.space !== 'private') throw new PetagradError('IR_INVALID', 'WebAssembly tasks share no scratch memory', { op: 'scratch' })
    offsets.set(u, end)
    end += Math.ceil((u.arg.size * itemSize(u.dtype)) / ALIGNMENT) * ALIGNMENT
  }
  return offsets
}
