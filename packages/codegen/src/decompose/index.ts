import { dtypes, is, isAlu, toposort, uop, withSrc, type ScalarName, type UOp } from '@petagrad/ir'
import type { Capabilities } from '@petagrad/renderer'
import { exp2F64, log2F64 } from './exponential-f64.js'
import { exp2F32, log2F32 } from './exponential.js'
import { carryNarrowFloats } from './narrow-floats.js'
import { sinF32, sinF64 } from './sine.js'

type Decomposition = (u: UOp) => UOp | undefined

function byFloat(single: (x: UOp) => UOp, double: (x: UOp) => UOp): Decomposition {
  return u => (u.dtype === dtypes.f32 ? single(u.src[0]) : u.dtype === dtypes.f64 ? double(u.src[0]) : undefined)
}

/** How an operation that a target has not is made of others, by operation. A decomposition gives undefined for dtypes it is not for. */
const decompositions: Partial<Record<UOp['op'], Decomposition>> = {
  exp2: byFloat(exp2F32, exp2F64),
  log2: byFloat(log2F32, log2F64),
  sin: byFloat(sinF32, sinF64),
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
