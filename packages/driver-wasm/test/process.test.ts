import { spawn } from 'node:child_process'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const packages = here('../../')

const SCRIPT = `
import { createWasmDevice } from '@petagrad/driver-wasm'
import { bufferOf, ints, loadProgram, tripleProgram } from ${JSON.stringify(here('./kernels.ts'))}
const device = await createWasmDevice({ threads: 2, startThreads: process.argv[2] })
const program = await loadProgram(device, tripleProgram(64, 1))
const buffer = await bufferOf(device, new Int32Array(64).fill(1))
const launch = { program, buffers: [{ buffer, offset: 0 }], variables: [], grid: [64] }
await device.run([launch])
console.log((await ints(device, buffer)).slice(0, 3).join())
if (process.argv[3] === undefined) void device.run([launch]).then(() => console.log('last'))
else {
  for (const until = performance.now() + Number(process.argv[3]); performance.now() < until;) await device.run([launch])
  await device.close()
  console.log('closed')
}
`

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'petagrad-wasm-'))
  await writeFile(join(directory, 'script.mjs'), SCRIPT)
  await build({
    entryPoints: [join(directory, 'script.mjs')], outfile: join(directory, 'bundle.mjs'), bundle: true, format: 'esm', platform: 'neutral',
    target: 'es2022', logLevel: 'error',
    plugins: [{
      name: 'sources',
      setup: b => b.onResolve({ filter: /^@petagrad\// }, ({ path }) => {
        const [, name, entry = 'index'] = path.split('/')
        return { path: join(packages, name, 'src', `${entry}.ts`) }
      }),
    }],
  })
  await cp(here('../src/worker.js'), join(directory, 'worker.js'))
  await cp(here('../src/fork-join.js'), join(directory, 'fork-join.js'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

/** Exit code and output of a process; it is killed after 30 s. */
function run(file: string, ...args: readonly string[]): Promise<{ code: number | null; output: string }> {
  return new Promise(resolve => {
    const child = spawn(process.execPath, [file, ...args], { timeout: 30_000 })
    let output = ''
    child.stdout.on('data', data => (output += String(data)))
    child.stderr.on('data', data => (output += String(data)))
    child.on('close', code => resolve({ code, output }))
  })
}

describe('a process that closes its device while workers start', () => {
  it.each([40, 60, 80, 100, 120])('waits for them, after %i ms of work', async ms => {
    expect(await run(join(directory, 'bundle.mjs'), 'on-demand', String(ms))).toEqual({ code: 0, output: '3,4,5\nclosed\n' })
  })
})

describe('a process with a device that nobody closes', () => {
  it('is bundled without anything of Node, finishes what was submitted, and exits by itself', async () => {
    for (const start of ['at-once', 'on-demand']) {
      expect(await run(join(directory, 'bundle.mjs'), start)).toEqual({ code: 0, output: '3,4,5\nlast\n' })
    }
  })
})
