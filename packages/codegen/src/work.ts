import { bounds, is, isAlu, itemSize, openRanges, toposort, type UOp } from '@petagrad/ir'
import type { WorkEstimate } from '@petagrad/renderer'

const iterations = (ranges: Iterable<UOp>): number => {
  let n = 1
  for (const r of ranges) n *= bounds(r.src[0]).max
  return n
}

/** Arithmetic and least traffic of a kernel, from its expressions before any scheduling. */
export function estimateWork(kernel: UOp<'kernel'>): WorkEstimate {
  let ops = 0
  const touched = new Map<number, number>()
  for (const u of toposort(kernel)) {
    if (u.op === 'reduce' || u.op === 'scan') ops += iterations(openRanges(u.src[0]))
    else if (isAlu(u.op) && u.dtype.kind !== 'index' && u.dtype.kind !== 'bool' && u.op !== 'cast' && u.op !== 'bitcast') {
      ops += iterations(openRanges(u)) * (u.op === 'mulacc' ? 2 : 1)
    } else if (u.op === 'load' || u.op === 'store') {
      const pointer = u.src[0].src[0]
      if (!is(pointer, 'param')) continue
      const elements = Math.min(pointer.arg.size, iterations(openRanges(u.src[0])))
      touched.set(pointer.arg.slot * 2 + (u.op === 'load' ? 0 : 1), elements * itemSize(pointer.dtype))
    }
  }
  return { ops, bytes: [...touched.values()].reduce((a, b) => a + b, 0) }
}
