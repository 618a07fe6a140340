import { is, PetagradError, shapeOf, substitute, toposort, type UOp } from '@petagrad/ir/graph'
import { reshape } from './build.js'
import { isStale, now } from './writes.js'

/*
 * A tensor that has been computed is a buffer, but gradients must still find their way through it to what it was
 * computed from. Only values under which something asks for a gradient are remembered.
 */
interface Origin {
  readonly node: UOp
  readonly at: number
}

const origins = new WeakMap<UOp, Origin>()
/** Remembers what a buffer's values were computed from. */
export const rememberOrigin = (buffer: UOp, node: UOp): void => void origins.set(buffer, { node, at: now() })

export const hasOrigin = (buffer: UOp): boolean => origins.has(buffer)

/**
 * The root with computed values replaced by what they were computed from, and the way back: once differentiated, the
 * stored values are used again. Throws NOT_DIFFERENTIABLE where something has been assigned to since.
 */
export function unfold(root: UOp): { readonly root: UOp; readonly fold: (u: UOp) => UOp } {
  const back = new Map<UOp, UOp>()
  const memo = new Map<UOp, UOp>()
  let current = root
  for (;;) {
    const replaced = new Map<UOp, UOp>()
    for (const u of toposort(current, n => n.op !== 'assign' && n.op !== 'detach')) {
      const origin = is(u, 'buffer') ? origins.get(u) : undefined
      if (origin === undefined || !is(u, 'buffer')) continue
      checkUnchanged(origin)
      replaced.set(u, reshape(origin.node, [u.arg.size]))
      back.set(origin.node, u)
    }
    if (replaced.size === 0) break
    current = substitute(current, replaced)
  }
  const stored = new Map([...back].map(([node, buffer]) => [node, reshape(buffer, shapeOf(node))]))
  return { root: current, fold: u => (stored.size === 0 ? u : substitute(u, stored, memo)) }
}

function checkUnchanged({ node, at }: Origin): void {
  if (!isStale(node, at)) return
  throw new PetagradError('NOT_DIFFERENTIABLE', 'a tensor was assigned to after the value was computed from it', {
    op: 'backward', hint: 'Call backward() before the assignment takes effect.',
  })
}
