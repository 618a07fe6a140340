import type { Case } from '../case.js'
import { checkCase } from '../code/check-case.js'
import type { Progress } from '../progress.js'
import type { Row } from '../row.js'
import { missingMethods } from '../tensors.js'

/** Rows that say what code cases are made of, and no time. */
export async function checkCode(cases: readonly Case[], threads: number, progress: Progress): Promise<readonly Row[]> {
  const rows: Row[] = []
  progress.start(cases.length)
  for (const benchmark of cases) {
    progress.step(benchmark.name)
    const about = { suite: 'code', case: benchmark.name, device: 'cpu', threads, unit: '' } as const
    const missing = missingMethods(benchmark)
    if (missing.length > 0) rows.push({ ...about, status: 'missing', reason: `Tensor has no ${missing.join(', ')}` })
    else {
      try {
        const code = await checkCase(benchmark, threads)
        rows.push({ ...about, status: 'measured', kernels: code.launches, code })
      } catch (error) {
        rows.push({ ...about, status: 'failed', reason: error instanceof Error ? error.message : String(error) })
      }
    }
  }
  progress.stop()
  return rows
}
