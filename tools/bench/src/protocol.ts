import type { Input } from './input-values.js'
import type { TuningReport } from 'petagrad'
import type { PythonProgram } from './case.js'

/**
 * What the benchmark and a worker say to each other: a request is a line of JSON on the worker's stdin, its answer one on
 * stdout. Workers answer in order; an answer with `error` says why a request failed, and the worker lives on.
 */
export type Request =
  /** Gets a case ready and computes it once. JavaScript workers know cases by name; Python's are told the program. */
  | { readonly op: 'prepare'; readonly case: string; readonly inputs: Readonly<Record<string, Input>>; readonly program?: PythonProgram }
  /** Computes the prepared case `samples` times `iterations` times. */
  | { readonly op: 'run'; readonly samples: number; readonly iterations: number }

export interface Prepared {
  /** Up to 64 elements of the result, evenly spaced: contenders must agree on them. */
  readonly sample: readonly number[]
  readonly version: string
  /** What tuning the case came to, of the worker that does. */
  readonly tuning?: TuningReport
}

export interface Times {
  /** Milliseconds of one iteration, by sample. */
  readonly times: readonly number[]
}

export type Answer = Prepared | Times | { readonly error: string }

/** The elements of a result that an answer holds; python/worker.py takes the same ones. */
export function sampleOf(values: ArrayLike<number | bigint>): number[] {
  const step = Math.max(1, Math.floor(values.length / 64))
  return Array.from({ length: Math.min(64, Math.ceil(values.length / step)) }, (_, i) => Number(values[i * step]))
}

/** Whether two results are the same up to rounding in a different order: errors are relative to the largest element. */
export function agree(a: readonly number[], b: readonly number[], tolerance = 1e-3): boolean {
  const largest = Math.max(...b.map(Math.abs), Number.MIN_VALUE)
  return a.length === b.length && a.every((x, i) => Math.abs(x - b[i]) <= tolerance * largest)
}
