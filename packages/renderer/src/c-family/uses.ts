import type { UOp } from '@petagrad/ir/graph'

/**
 * The values that may stand inside their user's expression: used once, in the block they stand in (moving a value
 * into a loop would compute it again and again).
 */
export function inlineable(uops: readonly UOp[]): ReadonlySet<UOp> {
  const block = new Map<UOp, number>()
  const open = [0]
  let blocks = 1
  for (const u of uops) {
    if (u.op === 'end' || u.op === 'endif') open.pop()
    block.set(u, open[open.length - 1])
    if (u.op === 'range' || u.op === 'if') open.push(blocks++)
  }
  const uses = new Map<UOp, number>()
  const outside = new Set<UOp>()
  for (const u of uops) {
    // What an `after` waits for, and the loop that an `end` closes, are not read.
    if (u.op === 'end' || u.op === 'endif') continue
    const once = u.op === 'after' || (u.op === 'vectorize' && u.src.every(s => s === u.src[0]))
    const here = block.get(u)
    for (let i = 0; i < (once ? 1 : u.src.length); i++) {
      const s = u.src[i]
      uses.set(s, (uses.get(s) ?? 0) + 1)
      if (block.get(s) !== here) outside.add(s)
    }
  }
  return new Set(uops.filter(u => uses.get(u) === 1 && !outside.has(u)))
}
