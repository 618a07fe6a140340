import type { UOp } from '@petagrad/ir'
import type { BoundPlan } from './plan.js'

export * from './plan.js'

/**
 * Schedules a `sink` of tensor-level roots. A root is `assign(target, value)`, which writes into target's buffer, or
 * any value, which gets a fresh row-major buffer.
 */
export function schedule(_sink: UOp<'sink'>): BoundPlan {
  throw new Error('not built yet')
}
