import type { UOp } from '@petagrad/ir'
import type { Capabilities, LinearProgram } from '@petagrad/renderer'

export interface CodegenOptions {
  /** Transformations to apply instead of the default schedule's, in the text form that `LinearProgram.schedule` has. */
  readonly schedule?: string
  /** Called after every named pass with what it made. */
  readonly onPass?: (pass: string, result: UOp | readonly UOp[]) => void
}

/** One kernel to one linear program for a target with these capabilities. */
export function lowerKernel(_kernel: UOp<'kernel'>, _capabilities: Capabilities, _options: CodegenOptions = {}): LinearProgram {
  throw new Error('not built yet')
}
