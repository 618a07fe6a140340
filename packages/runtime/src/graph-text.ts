import { argKey, is, toposort, type UOp } from '@petagrad/ir/graph'

/**
 * A kernel as text that is the same in every process: nodes are numbered in topological order. It is made for
 * hashing, so it is terser than the IR's text format; two kernels share it exactly when they are the same graph.
 */
export const kernelText = (kernel: UOp): string => linesOf(toposort(kernel))

/** A tensor graph by its structure, and the buffers in the order in which its text names them. */
export interface GraphText {
  readonly text: string
  readonly buffers: readonly UOp<'buffer'>[]
}

/**
 * A tensor graph as text: two graphs share it exactly when they differ in nothing but which buffers they are over, so
 * that one plan serves both. Undefined for a graph with symbolic sizes: what those are is not in the text.
 */
export function graphText(sink: UOp): GraphText | undefined {
  const order = toposort(sink)
  const buffers = order.filter(u => is(u, 'buffer'))
  const text = linesOf(order)
  return text.includes('%') ? undefined : { text, buffers } // how a uop inside an argument is written
}

function linesOf(order: readonly UOp[]): string {
  const number = new Map<UOp, number>()
  let text = ''
  for (const u of order) {
    text += `${u.op} ${u.dtype.name} `
    for (const s of u.src) text += `${number.get(s) ?? ''},` // sources come first
    text += is(u, 'buffer') ? ` ${argKey({ ...u.arg, id: 0 })}\n` : u.arg === undefined ? '\n' : ` ${argKey(u.arg)}\n`
    number.set(u, number.size)
  }
  return text
}
