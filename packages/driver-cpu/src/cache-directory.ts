import { mkdir, stat } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'

/** $PETAGRAD_CACHE, else $XDG_CACHE_HOME/petagrad, else ~/.cache/petagrad; undefined when PETAGRAD_CACHE is `off`. */
function configured(): string | undefined {
  const { PETAGRAD_CACHE: chosen, XDG_CACHE_HOME: base } = process.env
  if (chosen) return chosen === 'off' ? undefined : chosen
  return join(base || join(homedir(), '.cache'), 'petagrad')
}

/**
 * A directory for what the driver builds for itself; one under the system's temporary directory where the cache is off
 * or read-only. Undefined where neither can be used: code is loaded from it, so nobody else may write there.
 */
export async function buildDirectory(): Promise<string | undefined> {
  for (const parent of [configured(), join(tmpdir(), `petagrad-${process.getuid?.() ?? 'user'}`)]) {
    if (parent === undefined) continue
    const directory = join(parent, 'cpu')
    if (await ours(directory)) return directory
  }
  return undefined
}

async function ours(directory: string): Promise<boolean> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    const { uid, mode } = await stat(directory)
    return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0)
  } catch {
    return false
  }
}
