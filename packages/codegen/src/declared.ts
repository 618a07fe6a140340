import { is, simplify, type UOp } from '@petagrad/ir'
import type { Capabilities } from '@petagrad/renderer'
import { decompose } from './decompose/index.js'
import { nestsOf } from './kernel-nests.js'
import type { LoopNests } from './nest.js'
import { withoutSteadyRanges } from './steady-reductions.js'

/** A kernel that is ready to be scheduled: made of what the target declares. */
export interface Declared {
  readonly kernel: UOp<'kernel'>
  readonly nests: LoopNests
}

export function declaredNests(kernel: UOp<'kernel'>, capabilities: Capabilities, onPass: (pass: string, result: UOp) => void = () => undefined): Declared {
  const pass = (name: string, made: UOp): UOp<'kernel'> => {
    onPass(name, made)
    return is(made, 'kernel') ? made : kernel
  }
  const simple = pass('simplify', simplify(kernel))
  const declared = pass('decompose', decompose(simple, capabilities))
  const plain = pass('steady reductions', withoutSteadyRanges(declared))
  return { kernel: plain, nests: nestsOf(plain) }
}
