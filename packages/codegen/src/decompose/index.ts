import type { UOp } from '@petagrad/ir'
import type { Capabilities } from '@petagrad/renderer'

/** Rewrites what the target does not declare into what it does. */
export function decompose(kernel: UOp<'kernel'>, _capabilities: Capabilities): UOp {
  return kernel
}
