import { execFile } from 'node:child_process'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TraceFile } from '../src/index.js'

const packages = fileURLToPath(new URL('../..', import.meta.url))
let directory: string
let program: string

beforeAll(async () => {
  directory = await fs.mkdtemp(path.join(tmpdir(), 'petagrad-exit-'))
  program = path.join(directory, 'program.mjs')
  const names = await fs.readdir(packages)
  await build({
    entryPoints: [fileURLToPath(new URL('./exit-program.ts', import.meta.url))], outfile: program, bundle: true, platform: 'node', format: 'esm',
    alias: { '@petagrad/ir/graph': `${packages}ir/src/graph.ts`, ...Object.fromEntries(names.map(n => [`@petagrad/${n}`, `${packages}${n}/src/index.ts`])) },
    logLevel: 'error',
  })
})
afterAll(() => fs.rm(directory, { recursive: true, force: true }))

const run = (env: Record<string, string>) => promisify(execFile)(process.execPath, [program], { env, timeout: 30_000 })

describe('a process that ends', () => {
  it('leaves the trace that PETAGRAD_PROFILE asks for', async () => {
    const file = path.join(directory, 'trace.json')
    await run({ PETAGRAD_PROFILE: file })
    const { traceEvents } = JSON.parse(await fs.readFile(file, 'utf8')) as TraceFile // the format under test
    expect(traceEvents.map(e => e.cat)).toEqual(expect.arrayContaining(['schedule', 'codegen', 'render', 'compile', 'run', 'kernel']))
  })

  it('says so where the trace cannot be written, and ends well', async () => {
    const { stderr } = await run({ PETAGRAD_PROFILE: path.join(directory, 'no', 'such', 'folder.json') })
    expect(stderr).toMatch(/^profile: .*folder\.json cannot be written: /)
  })

  it('prints nothing of its own accord', async () => {
    expect(await run({})).toEqual({ stdout: '', stderr: '' })
  })
})
