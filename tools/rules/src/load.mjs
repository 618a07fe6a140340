import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

/** The rule families and the compiler for them, bundled from the sources: no build of the packages is needed. */
export async function load() {
  const directory = await mkdtemp(join(tmpdir(), 'petagrad-rules-'))
  try {
    const outfile = join(directory, 'rules.mjs')
    const entry = fileURLToPath(new URL('./entry.ts', import.meta.url))
    await build({ entryPoints: [entry], outfile, bundle: true, format: 'esm', platform: 'node', target: 'node20', logLevel: 'error' })
    return await import(pathToFileURL(outfile).href)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
