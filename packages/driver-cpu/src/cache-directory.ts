import { mkdir } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'

/** $PETAGRAD_CACHE, else $XDG_CACHE_HOME/petagrad, else ~/.cache/petagrad; undefined when PETAGRAD_CACHE is `off`. */
function configured(): string | undefined {
  const { PETAGRAD_CACHE: chosen, XDG_CACHE_HOME: base } = process.env
  if (chosen) return chosen === 'off' ? undefined : chosen
  return join(base || join(homedir(), '.cache'), 'petagrad')
}

/** A directory for what the driver builds for itself; the system's temporary one where the cache is off or read-only. */
export async function buildDirectory(): Promise<string> {
  for (const parent of [configured(), join(tmpdir(), `petagrad-${process.getuid?.() ?? 'user'}`)]) {
    if (parent === undefined) continue
    const directory = join(parent, 'cpu')
    const made = await mkdir(directory, { recursive: true, mode: 0o700 }).then(() => true, () => false)
    if (made) return directory
  }
  return tmpdir()
}
