import type { KernelTuning } from 'petagrad'
import type { CodeCheck } from './code/check-case.js'

/** One line of the results: what `--json` prints, `--from` reads and `--report` draws. */
export interface Row {
  readonly suite: string
  readonly case: string
  readonly device: string
  readonly threads: number
  /** Of median, min and peer_median. */
  readonly unit: string
  readonly status: 'measured' | 'missing' | 'failed'
  /** What is missing or went wrong. */
  readonly reason?: string
  readonly median?: number
  readonly min?: number
  /** Distance between the quartiles over the median. */
  readonly spread?: number
  /** Samples. */
  readonly n?: number
  /** Time at the roof over the median. */
  readonly roof_share?: number
  readonly gflops?: number
  /** Least traffic over the median, in 10^9 bytes a second. */
  readonly gbs?: number
  /** Share of the machine that other processes used while a contender was timed, of the one that suffered most. */
  readonly disturbed?: number
  /** Time of one thread over the median. */
  readonly speedup?: number
  /** Of the tuned step, timed in a process of its own. */
  readonly tuned_median?: number
  /** The default step's kernels over those of the tuned one, as they take turns in one process; 1 where they are the same. */
  readonly default_over_tuned?: number
  /** What tuning found, kernel by kernel. */
  readonly tuning?: readonly KernelTuning[]
  /** Launches of the step. */
  readonly kernels?: number
  /** What the machine code looks like. */
  readonly code?: CodeCheck
  /** By name: what the time is made of. */
  readonly parts?: Readonly<Record<string, number>>
  /** By peer: its median over ours. Above 1 we are faster. */
  readonly peer?: Readonly<Record<string, number>>
  readonly peer_median?: Readonly<Record<string, number>>
  /** By peer: why there is no time of it. */
  readonly peer_failed?: Readonly<Record<string, string>>
}
