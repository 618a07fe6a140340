import type { DType, UOp } from '@petagrad/ir'

/** Where a kernel argument lives. */
export type Slot =
  /** The graph's i-th external buffer (a `buffer` leaf that exists before the run). */
  | { readonly kind: 'external'; readonly index: number }
  /** The fresh buffer of the i-th root. */
  | { readonly kind: 'root'; readonly index: number }
  /** `bytes` at `offset` of the plan's arena: an intermediate value; arena space is reused when its last reader is done. */
  | { readonly kind: 'arena'; readonly offset: number; readonly bytes: number }

/** One kernel to run. `args[slot]` is what `param` slot means. */
export interface KernelCall {
  readonly kernel: UOp<'kernel'>
  readonly args: readonly Slot[]
  /** Values of the kernel's symbolic variables, bound in the graph; name to index into `Plan.variables`. */
  readonly variables: readonly UOp<'variable'>[]
}

/** What became of a root of the sink. */
export type RootResult =
  /** A fresh buffer of `size` elements of `dtype`, written by this plan. */
  | { readonly kind: 'fresh'; readonly dtype: DType; readonly size: number }
  /** The root already is (or was assigned into) this external buffer. */
  | { readonly kind: 'external'; readonly index: number }
  /** The same value as an earlier root. */
  | { readonly kind: 'same'; readonly root: number }

/** A scheduled graph, with its buffers abstracted: one plan serves every graph of the same structure. */
export interface Plan {
  readonly calls: readonly KernelCall[]
  readonly roots: readonly RootResult[]
  readonly arenaBytes: number
  /** Bytes that the intermediates would take without reuse. */
  readonly unplannedBytes: number
}

/** A plan, and the buffers of this graph that its external slots stand for. */
export interface BoundPlan {
  readonly plan: Plan
  readonly externals: readonly UOp<'buffer'>[]
  /** True if the plan came from the structural cache. */
  readonly cached: boolean
}
