import { argKey, toposort, type UOp } from '@petagrad/ir'

/**
 * A kernel as text that is the same in every process: nodes are numbered in topological order. It is made for
 * hashing, so it is terser than the IR's text format; two kernels share it exactly when they are the same graph.
 */
export function kernelText(kernel: UOp): string {
  const number = new Map<UOp, number>()
  const lines: string[] = []
  for (const u of toposort(kernel)) {
    lines.push(`${u.op} ${u.dtype.name} ${u.src.map(s => number.get(s)).join()} ${argKey(u.arg)}`)
    number.set(u, number.size)
  }
  return lines.join('\n')
}
