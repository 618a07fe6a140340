import { PetagradError, type UOp } from '@petagrad/ir/graph'
import type { TensorCore } from './core.js'
import type { Tensor } from './tensor.js'
import type { TypedArray } from './host-data.js'

/** A check of the values of a step's argument, made again at every call. */
export type InputCheck = (values: TypedArray) => void

/** What a step function does while it is being captured. */
export interface Trace {
  readonly placeholders: ReadonlySet<UOp>
  /** Tensors with assignments that belong to the step. */
  readonly assigned: Set<TensorCore>
  /** Assignments that give new state its first value: done once, before the first replay. */
  readonly initial: UOp[]
  /** Tensors whose `grad` the step set. */
  readonly graded: Set<Tensor>
  readonly checks: Map<UOp, InputCheck[]>
  /** Draws of random numbers so far, and the state that counts them. */
  readonly random: { draws: number; key: UOp | undefined }
  /** What the step did that no step may do: the promise that carries it may never be awaited. */
  violation: PetagradError | undefined
}

let active: Trace | undefined

export const activeTrace = (): Trace | undefined => active

/** Runs `body` with `trace` active. */
export function withTrace<T>(trace: Trace, body: () => T): T {
  if (active !== undefined) throw new PetagradError('CAPTURE_INVALID', 'a captured step cannot capture another', { op: 'capture' })
  active = trace
  try {
    return body()
  } finally {
    active = undefined
  }
}

/** Throws CAPTURE_INVALID inside of a captured step: its values do not exist while it is recorded. */
export function refuseInTrace(op: string): void {
  if (active === undefined) return
  active.violation ??= new PetagradError('CAPTURE_INVALID', 'a captured step cannot read or compute values while it is recorded', {
    op, hint: 'Return the tensor from the step and read it after the call.',
  })
  throw active.violation
}
