import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'

/** Runs a program of this folder in its own Node process, bundled with the sources as users get them. Gives what it prints as JSON. */
export function runBundled(program: string, nodeOptions: readonly string[] = []): unknown {
  const folder = mkdtempSync(join(tmpdir(), 'petagrad-'))
  const file = join(folder, 'program.mjs')
  try {
    buildSync({
      entryPoints: [fileURLToPath(new URL(program, import.meta.url))],
      outfile: file,
      bundle: true, format: 'esm', platform: 'node',
      alias: { '@petagrad/ir': fileURLToPath(new URL('../src/index.ts', import.meta.url)) },
    })
    return JSON.parse(execFileSync(process.execPath, [...nodeOptions, file], { encoding: 'utf8', timeout: 50_000 }))
  } finally {
    rmSync(folder, { recursive: true })
  }
}
