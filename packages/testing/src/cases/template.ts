import type { DType } from '@petagrad/ir'
import type { ConformanceTarget } from '../target.js'

/** A case before it meets a target. */
export interface CaseTemplate {
  readonly name: string
  /** Dtypes that the graph holds, beside index. */
  readonly dtypes: readonly DType[]
  /** It runs a bare kernel. */
  readonly kernel?: boolean
  run(target: ConformanceTarget): Promise<void>
}
