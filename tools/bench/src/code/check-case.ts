import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Case } from '../case.js'
import { buildCase } from './built-case.js'
import { hottestLoop, parseInstructions, type LoopCount } from './machine-code.js'

const run = promisify(execFile)

/** What can be said of a case's code without timing it. */
export interface CodeCheck {
  /** Launches of a step. */
  readonly launches: number
  readonly arenaBytes: number
  readonly unplannedBytes: number
  /** The hot loop of each kernel; undefined where a kernel has no loop. */
  readonly loops: Readonly<Record<string, LoopCount | undefined>>
}

/** Builds a case for the cpu device and reads the machine code of its kernels. x86-64 with objdump only: throws an Error elsewhere. */
export async function checkCase(benchmark: Case, threads: number): Promise<CodeCheck> {
  if (process.arch !== 'x64') throw new Error(`machine code is read on x86-64 only, not on ${process.arch}`)
  const directory = await mkdtemp(join(tmpdir(), 'petagrad-code-'))
  try {
    const { kernels, launches, arenaBytes, unplannedBytes } = await buildCase(benchmark, 'cpu', threads, directory)
    const loops = await Promise.all(kernels.map(async ({ name, entry, binary }) =>
      [name, hottestLoop(parseInstructions(await disassembly(binary, entry)))] as const))
    return { launches, arenaBytes, unplannedBytes, loops: Object.fromEntries(loops) }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** The function `entry` of a library, in AT&T syntax. */
export async function disassembly(library: string, entry: string): Promise<string> {
  try {
    const { stdout } = await run('objdump', ['-d', '--no-show-raw-insn', `--disassemble=${entry}`, library], { maxBuffer: 64 << 20 })
    if (!stdout.includes(`<${entry}>:`)) throw new Error(`${library} has no function ${entry}`)
    return stdout
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') throw new Error('no objdump on PATH; install binutils', { cause: error })
    throw error
  }
}
