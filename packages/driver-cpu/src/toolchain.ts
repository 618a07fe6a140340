import { createHash, randomUUID } from 'node:crypto'
import { access, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildDirectory } from './cache-directory.js'
import { compilerNames, findCompiler, type CompilerFile } from './find-compiler.js'
import { machineSource } from './machine-source.js'
import { poolSource } from './pool-source.js'
import { runProcess } from './run-process.js'
import { featuresFromMacros, isaFromMacros, processorName, type CpuTarget } from './target.js'

/**
 * Kernels are vectorised before they get here, so -O2 is enough. The IR's semantics need wrapping integers and no
 * fused multiply-adds but the written ones; no kernel reads errno or floating-point traps.
 */
export const kernelFlags: readonly string[] = [
  '-std=gnu11', '-O2', '-march=native', '-ffp-contract=off', '-fwrapv', '-fno-math-errno', '-fno-trapping-math', '-fPIC', '-shared', '-w',
]

const nativeSource = poolSource + machineSource

/** A compiler that was seen to work, and what it makes code for. */
export interface Toolchain {
  readonly path: string
  readonly compiler: CpuTarget['compiler']
  readonly version: string
  readonly isa: CpuTarget['isa']
  readonly features: CpuTarget['features']
  /** The compiled thread pool. */
  readonly pool: string
}

/** Raised when a record of an earlier version must not be read: when its fields or what they hold change. */
const RECORD_VERSION = 3

export type ToolchainResult = { readonly found: Toolchain } | { readonly missing: string }

/**
 * Finds a C compiler and builds the thread pool with it, which proves that it works. The outcome is kept on disk, by
 * compiler file and processor, so that later processes only look.
 */
export async function findToolchain(wanted?: string): Promise<ToolchainResult> {
  const file = await findCompiler(wanted)
  if (file === undefined) return { missing: notFound(wanted) }
  const directory = await buildDirectory()
  if (directory === undefined) return { missing: 'no directory to build in: neither the cache nor the temporary one can be written by this user alone' }
  const key = createHash('sha256').update(JSON.stringify([RECORD_VERSION, file, processorName(), kernelFlags, nativeSource])).digest('hex').slice(0, 24)
  const record = join(directory, `toolchain-${key}.json`)
  return (await remembered(record)) ?? (await establish(file, directory, key, record))
}

function notFound(wanted: string | undefined): string {
  if (wanted !== undefined) return `no C compiler at ${wanted}`
  const last = compilerNames.length - 1
  return `no C compiler on PATH (looked for ${compilerNames.slice(0, last).join(', ')} and ${compilerNames[last]}); install clang or gcc`
}

async function remembered(record: string): Promise<ToolchainResult | undefined> {
  try {
    const found: Partial<Toolchain> = JSON.parse(await readFile(record, 'utf8'))
    const { path, compiler, version, isa, features, pool } = found
    if (path === undefined || compiler === undefined || version === undefined || pool === undefined) return undefined
    if (isa === undefined || features === undefined) return undefined
    await access(pool) // a cache that was cleaned may have lost it
    return { found: { path, compiler, version, isa, features, pool } }
  } catch {
    return undefined
  }
}

async function establish(file: CompilerFile, directory: string, key: string, record: string): Promise<ToolchainResult> {
  const macros = await runProcess(file.path, ['-march=native', '-dM', '-E', '-x', 'c', '-'])
  if (macros.status !== 0) return { missing: `${file.path} does not run: ${firstLine(macros.stderr)}` }
  const isa = isaFromMacros(macros.stdout)
  if (isa === undefined) return { missing: `this processor has no SSE4.2 or NEON, according to ${file.path} -march=native` }
  const compiler = macros.stdout.includes('#define __clang__ ') ? 'clang' : 'gcc'
  const version = /#define __VERSION__ "[^"]*?(\d+\.\d+[^" ]*)/.exec(macros.stdout)?.[1] ?? 'unknown'
  const pool = join(directory, `pool-${key}.so`)
  const partial = `${pool}.${randomUUID()}`
  const built = await runProcess(file.path, [...kernelFlags, '-x', 'c', '-', '-o', partial, '-pthread'], nativeSource)
  if (built.status !== 0) {
    await rm(partial, { force: true })
    return { missing: `${file.path} cannot build a shared library: ${firstLine(built.stderr)}` }
  }
  await rename(partial, pool)
  const found: Toolchain = { path: file.path, compiler, version, isa, features: featuresFromMacros(macros.stdout), pool }
  const written = `${record}.${randomUUID()}`
  // A full disk only costs the next process its time.
  await writeFile(written, JSON.stringify(found)).then(() => rename(written, record), () => undefined)
  return { found }
}

const firstLine = (text: string): string => text.trim().split('\n')[0] ?? ''
