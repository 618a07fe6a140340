import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'

/** Looked for in this order: newer clang first, because it makes the better code of what we render. */
export const compilerNames: readonly string[] = [
  ...[22, 21, 20, 19, 18, 17, 16, 15, 14].map(version => `clang-${version}`), 'clang', 'gcc', 'cc',
]

/** A compiler's file, and what tells whether it is still the same one. */
export interface CompilerFile {
  readonly path: string
  readonly modified: number
  readonly size: number
}

/**
 * The compiler that `wanted` names (a path, or a name on PATH), or the first known one on PATH. Undefined when there
 * is none.
 */
export async function findCompiler(wanted?: string, path = process.env.PATH ?? ''): Promise<CompilerFile | undefined> {
  const directories = path.split(delimiter).filter(d => isAbsolute(d))
  const names = wanted === undefined ? compilerNames : [wanted]
  for (const candidate of names.flatMap(n => (isAbsolute(n) ? [n] : directories.map(d => join(d, n))))) {
    const file = executable(candidate)
    if (file !== undefined) return file
  }
  return undefined
}

/** Asked of a hundred names that are not there, at the start of every process: the calls that return at once are quicker. */
function executable(path: string): CompilerFile | undefined {
  try {
    const file = statSync(path, { throwIfNoEntry: false })
    if (file?.isFile() !== true) return undefined
    accessSync(path, constants.X_OK)
    return { path, modified: file.mtimeMs, size: file.size }
  } catch {
    return undefined
  }
}
