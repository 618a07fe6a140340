// The demo, short: one epoch on WebAssembly must learn, whatever else is on the machine.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const command = fileURLToPath(new URL('../../apps/cli/dist/petagrad.js', import.meta.url))
const output = mkdtempSync(join(tmpdir(), 'petagrad-demo-'))
const run = spawnSync(process.execPath, [command, 'demo', '--json', '--epochs', '1', '--output', output], {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
})
rmSync(output, { recursive: true, force: true })

if (run.status !== 0) {
  console.log(`the demo ended with status ${run.status}`)
  process.exit(1)
}
const { device, kernels, test_accuracy: accuracy, ...ms } = JSON.parse(run.stdout)
console.log(`${device}: accuracy ${accuracy} after 1 epoch, ${ms.train_seconds} s; step ${ms.step_ms} ms of ${kernels} kernels`)
console.log(`first step ${ms.first_step_ms} ms, compile ${ms.compile_ms} ms`)
// A tenth of this is a guess; what training for long reaches is not the question here.
process.exitCode = accuracy >= 0.9 ? 0 : 1
