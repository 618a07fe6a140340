import type { Case } from '../case.js'
import { Contest, type ContestOptions } from '../contest.js'
import { petagrad } from '../peers/peers.js'
import type { Progress } from '../progress.js'
import type { Row } from '../row.js'
import { missingMethods } from '../tensors.js'

export interface ScalingOptions extends ContestOptions {
  readonly device: string
  /** Ours runs with 1 to so many threads. */
  readonly threads: number
  readonly cases: readonly Case[]
}

/** What says the most about threads: products, memory traffic, small launches. */
export const scalingCases: readonly string[] = ['gemm-1024', 'relu-sum-16m', 'softmax-4096x1024', 'conv3x3-56', 'mlp-adam-128']

/**
 * Times cases with growing numbers of threads, taking turns. Results must agree with those of one thread. Threads that
 * outnumber the cores must not slow anything down.
 */
export async function runScaling({ device, threads, cases, ...options }: ScalingOptions, progress: Progress): Promise<readonly Row[]> {
  const counts = Array.from({ length: threads }, (_, i) => i + 1)
  const contest = new Contest(options)
  const rows: Row[] = []
  progress.start(cases.length)
  try {
    for (const benchmark of cases) {
      progress.step(benchmark.name)
      const about = { suite: 'scaling', case: benchmark.name, device, unit: 'ms' } as const
      const missing = missingMethods(benchmark)
      if (missing.length > 0) {
        rows.push({ ...about, threads, status: 'missing', reason: `Tensor has no ${missing.join(', ')}` })
        continue
      }
      const outcomes = await contest.run(benchmark, counts.map(n => petagrad(device, n, nameOf(n))))
      const single = outcomes.get(nameOf(1))
      for (const n of counts) {
        const outcome = outcomes.get(nameOf(n))
        if (outcome === undefined) continue
        if ('failed' in outcome) rows.push({ ...about, threads: n, status: 'failed', reason: outcome.failed })
        else {
          const speedup = single === undefined || 'failed' in single ? undefined : single.median / outcome.median
          rows.push({ ...about, threads: n, status: 'measured', ...outcome, ...(speedup === undefined ? {} : { speedup }) })
        }
      }
    }
  } finally {
    await contest.close()
    progress.stop()
  }
  return rows
}

const nameOf = (threads: number): string => `${threads} thread(s)`
