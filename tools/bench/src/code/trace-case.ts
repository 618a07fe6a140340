import { writeFile } from 'node:fs/promises'
import type { Case } from '../case.js'
import { buildCase } from './built-case.js'
import { disassembly } from './check-case.js'

/** What a case is compiled to, as text: each kernel's schedule, and the files with its source and machine code. */
export async function traceCase(benchmark: Case, device: string, threads: number, directory: string): Promise<string> {
  const { kernels, launches, arenaBytes, unplannedBytes } = await buildCase(benchmark, device, threads, directory)
  const lines = [`${benchmark.name} on ${device}: ${launches} launches, ${arenaBytes} bytes of intermediates (${unplannedBytes} without reuse)`]
  for (const { name, entry, schedule, grid, source, binary } of kernels) {
    lines.push('', `${name}, ${grid} tasks`, ...schedule.split('\n').map(step => `  ${step}`), `  source: ${source}`)
    if (device === 'cpu') {
      const assembly = source.replace(/\.c$/, '.s')
      await writeFile(assembly, await disassembly(binary, entry))
      lines.push(`  machine code: ${assembly}`)
    }
  }
  return lines.join('\n')
}
