import { is, isMovement, PetagradError, type UOp } from '@petagrad/ir/graph'
import { bufferUnder, executedAt } from './storage.js'

/*
 * Memory changes; expressions should not. An expression that was built before a buffer under it was overwritten, and is
 * computed afterwards, would read values that nobody meant: writes are counted, and such an expression is refused.
 */

const written = new WeakMap<UOp, number>()
let clock = 0

/** The number of writes so far. */
export const now = (): number => clock

/** Notes that the memory under a view or an assignment changes now. */
export function noteWrite(u: UOp): void {
  const buffer = bufferUnder(u)
  if (buffer !== undefined) written.set(buffer, ++clock)
}

const writtenAfter = (buffer: UOp | undefined, time: number): boolean => buffer !== undefined && (written.get(buffer) ?? 0) > time

/** Whether memory that `root` reads has been overwritten since `time`. A view is meant to show what its memory holds. */
export function isStale(root: UOp, time: number): boolean {
  if (time >= clock || isView(root)) return false
  const seen = new Set<UOp>([root])
  for (const u of seen) {
    const executed = u.op === 'assign' ? executedAt(u) : undefined
    if (is(u, 'buffer') ? writtenAfter(u, time) : executed !== undefined && writtenAfter(bufferUnder(u), executed)) return true
    if (executed !== undefined) continue
    // The target of an assignment is written, not read.
    for (const s of u.op === 'assign' && u.src[0].op !== 'assign' ? u.src.slice(1) : u.src) seen.add(s)
  }
  return false
}

function isView(u: UOp): boolean {
  let base = u
  while (isMovement(base.op)) base = base.src[0]
  return base.op === 'buffer' || (base.op === 'assign' && executedAt(base) !== undefined)
}

export function refuseStale(root: UOp, time: number): void {
  if (!isStale(root, time)) return
  throw new PetagradError('INVALID_ARGUMENT', 'this value was built before a tensor under it was assigned to, and has not been computed', {
    op: 'realize', hint: 'Realise it before the assignment or together with it, or build it again.',
  })
}
