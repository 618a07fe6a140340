// npm run pack:check: every package as it would be published. Packs, lints the tarballs (publint, arethetypeswrong),
// installs them in an empty project and runs the README program there. Expects `npm run build` and `npm run types`.
import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { readmeProgram } from '../docs/readme.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'petagrad-pack-'))
let passed = 0
let failed = 0

/** @param {string} name @param {readonly string[]} problems */
function report(name, problems) {
  if (problems.length === 0) passed++
  else failed++
  console.log(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${name}`)
  for (const p of problems) console.log(`     ${p}`)
}

try {
  const tarballs = await lintTarballs()
  checkInstall(tarballs)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1

/** @returns {Promise<string[]>} the tarballs of all packages that are published */
async function lintTarballs() {
  /** @type {string[]} */
  const tarballs = []
  for (const group of ['packages', 'apps']) {
    for (const id of readdirSync(join(root, group))) {
      const directory = join(root, group, id)
      const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
      if (manifest.private) continue
      const packed = JSON.parse(execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', scratch], { cwd: directory, stdio: ['ignore', 'pipe', 'ignore'] }))
      const path = join(scratch, packed[0].filename)
      tarballs.push(path)
      const data = readFileSync(path)
      const bytes = data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength)
      report(`${manifest.name}: publint`, await publintProblems(bytes))
      if (manifest.exports?.['.'] !== undefined) report(`${manifest.name}: types`, await typeProblems(new Uint8Array(bytes)))
    }
  }
  return tarballs
}

/** @param {ArrayBuffer} tarball */
async function publintProblems(tarball) {
  const { messages, pkg } = await publint({ pack: { tarball }, strict: true })
  return messages.map(m => formatMessage(m, pkg) ?? m.code)
}

/**
 * Our packages are ES modules only: what a CommonJS caller or a resolver without `exports` would see does not count.
 * @param {Uint8Array} tarball
 */
async function typeProblems(tarball) {
  const analysis = await checkPackage(createPackageFromTarballData(tarball))
  if (!analysis.types) return ['no types']
  return analysis.problems
    .filter(p => !('resolutionKind' in p) || !['node10', 'node16-cjs'].includes(p.resolutionKind))
    .map(p => `${p.kind} ${'entrypoint' in p ? p.entrypoint : ''} ${'resolutionKind' in p ? p.resolutionKind : ''}`)
}

/** @param {readonly string[]} tarballs */
function checkInstall(tarballs) {
  const project = join(scratch, 'project')
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'empty', private: true, type: 'module' }))
  const install = spawnSync('npm', ['install', '--no-audit', '--no-fund', ...tarballs], { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  report('tarballs install in an empty project', install.status === 0 ? [] : [install.stderr])
  if (install.status !== 0) return

  const { program, output } = readmeProgram(join(root, 'README.md'))
  writeFileSync(join(project, 'readme.js'), program)
  const run = spawnSync(process.execPath, ['readme.js'], { cwd: project, encoding: 'utf8', timeout: 120_000 })
  report('the README program prints what the README shows', run.stdout === output ? [] : [`printed ${JSON.stringify(run.stdout)} ${run.stderr}`, `not ${JSON.stringify(output)}`])

  copyFileSync(join(root, 'tools/pack/import-probe.mjs'), join(project, 'import.js'))
  const probe = spawnSync(process.execPath, ['import.js'], { cwd: project, encoding: 'utf8', timeout: 120_000 })
  report("import 'petagrad' does nothing and loads no native code", probe.status === 0 ? [] : [probe.stdout + probe.stderr])

  const devices = spawnSync(process.execPath, [join(project, 'node_modules/.bin/petagrad'), 'devices'], { cwd: project, encoding: 'utf8', timeout: 120_000 })
  report('the petagrad command lists wasm', devices.status === 0 && /\bwasm +yes\b/.test(devices.stdout) ? [] : [devices.stdout + devices.stderr])
}
