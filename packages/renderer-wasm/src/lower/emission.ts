import type { ConstValue, DType } from '@petagrad/ir/graph'
import type { Code, ValueType } from '../encoding/code.js'

/** One operand of an operation: where its value comes from, and what is known of it. */
export interface Operand {
  readonly dtype: DType
  /** Leaves the value on the stack. To be called once: the value may be computed in place. */
  push(): void
  /** The value, or that of every lane, where it is a constant. */
  readonly constant: ConstValue | undefined
}

/** What the lowering of one operation needs. */
export interface Emission {
  readonly code: Code
  /** Multiply-add of float vectors is one instruction. */
  readonly relaxed: boolean
  /** A local for the time that `use` runs. */
  withLocal(type: ValueType, use: (local: number) => void): void
  /** The number of the function that computes C's fmod of two f64. */
  fmod(): number
}

/** An operand that is in a local. */
export const inLocal = (e: Emission, dtype: DType, local: number): Operand =>
  ({ dtype, push: () => void e.code.get(local), constant: undefined })
