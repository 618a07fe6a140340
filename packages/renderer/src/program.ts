import type { DType, UOp } from '@petagrad/ir/graph'

/** One argument of a kernel: `slot` indexes the pointer table; `size` is in elements. */
export interface ProgramParam {
  readonly slot: number
  readonly dtype: DType
  readonly size: number
  readonly access: 'read' | 'write' | 'readwrite'
  /** Vector stores to it should pass the caches by, where the target can; default false. */
  readonly streamed?: boolean
}

/** Work of one launch, counted from the schedule; Infinity never appears, symbolic sizes count at their maximum. */
export interface WorkEstimate {
  /** Arithmetic operations (a multiply-accumulate counts two). */
  readonly ops: number
  /** Distinct bytes of all params that are touched: the least that must move. */
  readonly bytes: number
}

/**
 * A kernel after codegen: what a renderer turns into text or bytes.
 *
 * `uops` stands in execution order, each node once, sources before users. `range` opens a loop that the `end` naming
 * it closes; `if` opens a block that `endif` closes. A value is usable from its place to the end of the block it
 * stands in. Index-dtype arithmetic has been given a machine type (i32, or i64 where bounds ask for it), so
 * the offset of an `index` is i32 or i64. Everything the renderer's capabilities do not declare is gone.
 */
export interface LinearProgram {
  /** An identifier: [a-z_][a-z0-9_]*. */
  readonly name: string
  readonly uops: readonly UOp[]
  /** Ordered by slot, slots 0…n-1. */
  readonly params: readonly ProgramParam[]
  /** Symbolic integers that the caller passes as i32 or i64, in this order. */
  readonly variables: readonly UOp<'variable'>[]
  /**
   * Extents of 'grid0', 'grid1', 'grid2' (index uops over `variables` when symbolic); on a CPU `grid[0]` tasks, in any
   * order, on any thread.
   */
  readonly grid: readonly (number | UOp)[]
  /** Threads of a block along 'block0'…; [] on CPU targets. */
  readonly block: readonly number[]
  /** Bytes of `private` scratch that a task needs, each array aligned to 64. */
  readonly scratchBytes: number
  readonly work: WorkEstimate
  /** The transformations that made it, as text. */
  readonly schedule: string
}

/** What a renderer makes. `entry` names the function in it. */
export type Artifact =
  | { readonly kind: 'source'; readonly language: string; readonly text: string; readonly entry: string }
  | { readonly kind: 'binary'; readonly format: string; readonly bytes: Uint8Array; readonly entry: string }

/** A pure dialect: program in, artifact out; no I/O, deterministic, runs in a browser. */
export interface Renderer {
  /** Short and stable: 'c', 'wasm', 'cuda'. */
  readonly name: string
  readonly capabilities: import('./capabilities.js').Capabilities
  render(program: LinearProgram): Artifact
}
