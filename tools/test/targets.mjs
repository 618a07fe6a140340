import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** @param {readonly string[]} names @returns {string | undefined} the first that is an executable on PATH */
function onPath(names) {
  for (const name of names) {
    for (const folder of (process.env.PATH ?? '').split(delimiter)) {
      try {
        accessSync(join(folder, name), constants.X_OK)
        return join(folder, name)
      } catch {
        // not in this folder
      }
    }
  }
  return undefined
}

const clangs = Array.from({ length: 12 }, (_, i) => `clang-${24 - i}`)

/**
 * What the tests can run on here: a path or version for each target, or why it is missing.
 * @returns {{ name: string, found?: string, missing?: string }[]}
 */
export function testTargets() {
  const compiler = onPath([...clangs, 'clang', 'gcc', 'cc'])
  const chromium = [process.env.PETAGRAD_CHROMIUM, '/usr/bin/chromium', onPath(['chromium', 'chromium-browser', 'google-chrome'])].find(
    p => p !== undefined && existsSync(p),
  )
  const python = onPath(['python3'])
  const numpy = python !== undefined && spawnSync(python, ['-c', 'import numpy; print(numpy.__version__)'], { encoding: 'utf8' })
  return [
    { name: 'wasm', found: `built into Node ${process.versions.node}` },
    compiler === undefined ? { name: 'cpu', missing: 'no C compiler on PATH (clang-13 to clang-24, clang, gcc, cc)' } : { name: 'cpu', found: compiler },
    chromium === undefined
      ? { name: 'browser', missing: 'no Chromium (PETAGRAD_CHROMIUM, /usr/bin/chromium, chromium on PATH)' }
      : { name: 'browser', found: chromium },
    numpy && numpy.status === 0 ? { name: 'numpy', found: numpy.stdout.trim() } : { name: 'numpy', missing: 'no python3 with numpy on PATH' },
  ]
}
