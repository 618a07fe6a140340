import { is, substitute, toposort, uop, type UOp } from '@petagrad/ir'

/**
 * The graph with its buffers renamed by order of appearance, so that two graphs of one structure are one node: the
 * key of the schedule cache. Abstract buffers have ids -1, -2, …
 */
export function abstractBuffers(sink: UOp): { readonly sink: UOp; readonly externals: readonly UOp<'buffer'>[] } {
  const externals: UOp<'buffer'>[] = []
  const names = new Map<UOp, UOp>()
  for (const u of toposort(sink)) {
    if (!is(u, 'buffer')) continue
    externals.push(u)
    names.set(u, uop('buffer', u.dtype, [], { id: -externals.length, size: u.arg.size, device: u.arg.device }))
  }
  return { sink: substitute(sink, names), externals }
}

/** The external that an abstract buffer stands for. */
export const externalIndex = (buffer: UOp<'buffer'>): number => -1 - buffer.arg.id
