// npm test: builds, runs every test once, and says which targets took no part and why.
// With PETAGRAD_REQUIRE=all a missing target or a skipped test is a failure. Arguments go to vitest.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { testTargets } from './targets.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))
const bin = name => join(root, 'node_modules/.bin', name)
const requireAll = process.env.PETAGRAD_REQUIRE === 'all'

const build = spawnSync(bin('turbo'), ['run', 'build', '--output-logs=errors-only'], {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
  env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' },
})
if (build.status !== 0) {
  console.log('0 passed, 1 failed')
  process.exit(1)
}

const scratch = mkdtempSync(join(tmpdir(), 'petagrad-test-'))
const summaryFile = join(scratch, 'summary.json')
const reporters = ['--reporter=default', `--reporter=${join(root, 'tools/test/reporter.mjs')}`]
const vitest = spawnSync(bin('vitest'), ['run', ...reporters, ...process.argv.slice(2)], {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
  env: { ...process.env, PETAGRAD_TEST_SUMMARY: summaryFile },
})

/** @type {import('./reporter.mjs').Summary} */
let summary = { passed: 0, failed: 1, skipped: [], errors: 0 }
try {
  summary = JSON.parse(readFileSync(summaryFile, 'utf8'))
} catch {
  console.error('vitest ended without a summary')
}
rmSync(scratch, { recursive: true })

let failed = summary.failed + summary.errors
for (const target of testTargets()) {
  console.log(target.missing === undefined ? `target ${target.name}: ${target.found}` : `target ${target.name}: skipped, ${target.missing}`)
  if (requireAll && target.missing !== undefined) failed++
}
for (const s of summary.skipped) {
  console.log(`skipped ${s.tests} in ${s.place}${s.reason === '' ? '' : `: ${s.reason}`}`)
  if (requireAll) failed += s.tests
}
if (failed === 0 && vitest.status !== 0) failed = 1
console.log(`${summary.passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
