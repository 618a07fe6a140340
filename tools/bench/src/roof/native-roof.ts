import { execFile } from 'node:child_process'
import { access, constants, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Roof } from './roof.js'

const run = promisify(execFile)
// As seen from dist.
const source = fileURLToPath(new URL('../native/roof.c', import.meta.url))
const compilers = [...Array.from({ length: 9 }, (_, i) => `clang-${22 - i}`), 'clang', 'gcc', 'cc']

/** Measures the processor with a C program. Throws an Error that says what is missing. */
export async function nativeRoof(threads: number): Promise<Roof> {
  const compiler = await findCompiler()
  if (compiler === undefined) throw new Error(`no C compiler on PATH to measure the roof with (looked for ${compilers.join(', ')})`)
  const directory = await mkdtemp(join(tmpdir(), 'petagrad-roof-'))
  try {
    const program = join(directory, 'roof')
    await run(compiler, ['-O3', '-march=native', '-ffp-contract=fast', '-pthread', source, '-o', program])
    const { stdout } = await run(program, [String(threads)])
    return { threads, ...JSON.parse(stdout) as Omit<Roof, 'threads'> } // native/roof.c prints it
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function findCompiler(): Promise<string | undefined> {
  for (const name of compilers) {
    for (const directory of (process.env.PATH ?? '').split(delimiter)) {
      const file = join(directory, name)
      if (await access(file, constants.X_OK).then(() => true, () => false)) return file
    }
  }
  return undefined
}
