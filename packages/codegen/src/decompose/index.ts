import { dtypes, is, isAlu, toposort, uop, withSrc, type ScalarName, type UOp } from '@petagrad/ir'
import type { Capabilities } from '@petagrad/renderer'
import { exp2F32, log2F32 } from './exponential.js'
import { carryNarrowFloats } from './narrow-floats.js'

type Decomposition = (u: UOp) => UOp | undefined

/** How an operation that a target has not is made of others, by operation. A decomposition gives undefined for dtypes it is not for. */
const decompositions: Partial<Record<UOp['op'], Decomposition>> = {
  exp2: u => (u.dtype === dtypes.f32 ? exp2F32(u.src[0]) : undefined),
  log2: u => (u.dtype === dtypes.f32 ? log2F32(u.src[0]) : undefined),
}

/** Rewrites what the target does not declare into what it does. */
export function decompose(kernel: UOp<'kernel'>, capabilities: Capabilities): UOp<'kernel'> {
  const wide = carryNarrowFloats(kernel, capabilities)
  const done = new Map<UOp, UOp>()
  for (const u of toposort(wide)) {
    const node = u.src.length === 0 ? u : withSrc(u, u.src.map(s => done.get(s) ?? s))
    done.set(u, (isAlu(node.op) && !native(node, capabilities) && decompositions[node.op]?.(node)) || node)
  }
  const result = done.get(wide) ?? wide
  return is(result, 'kernel') ? result : uop('kernel', kernel.dtype, result.src, kernel.arg)
}

const native = (u: UOp, capabilities: Capabilities): boolean => {
  const ops: readonly string[] = capabilities.dtypes[u.dtype.scalar.name as ScalarName]?.ops ?? [] // names of data types are the keys
  return ops.includes(u.op)
}
