import type { DType, UOp } from '@petagrad/ir'

/** Memory of the buffers of a graph, little-endian. Assignments change it in place. */
export type BufferBytes = ReadonlyMap<UOp, Uint8Array>

/** What the suite runs on. */
export interface ConformanceTarget {
  readonly name: string
  /** The dtypes that the target declares; all of them when left out. Cases that need another are skipped with its name. */
  readonly dtypes?: readonly DType[]
  /** Computes the roots of a `sink` together: the bytes of each, row-major. */
  execute(sink: UOp<'sink'>, buffers: BufferBytes): Promise<readonly Uint8Array[]>
  /** Runs one kernel; `args[slot]` is changed in place. A target without it skips the cases that are kernels. */
  executeKernel?(kernel: UOp<'kernel'>, args: readonly Uint8Array[]): Promise<void>
}

/** One statement about a target. */
export interface ConformanceCase {
  readonly name: string
  /** The declared missing capability that makes the target skip it. */
  readonly skip: string | undefined
  /** Throws an error that says what is wrong. */
  run(): Promise<void>
}
