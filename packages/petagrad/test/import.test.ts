import { execFile } from 'node:child_process'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build, type BuildResult } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const packages = fileURLToPath(new URL('../..', import.meta.url))
let directory: string

/** Bundles an entry of the umbrella from the sources, as an application's build would. */
async function bundle(entry: string, platform: 'node' | 'browser', code?: string): Promise<BuildResult<{ metafile: true; write: true }>> {
  const names = await fs.readdir(packages)
  const sources = names.filter(n => n !== 'petagrad').map(n => [`@petagrad/${n}`, `${packages}${n}/src/index.ts`])
  const alias = { '@petagrad/ir/graph': `${packages}ir/src/graph.ts`, ...Object.fromEntries(sources) }
  return build({
    ...(code === undefined ? { entryPoints: [`${packages}petagrad/src/${entry}.ts`] } : { stdin: { contents: code, resolveDir: `${packages}petagrad/src` } }),
    bundle: true, splitting: true, format: 'esm', platform, alias, outdir: path.join(directory, entry + (code ? '-part' : '')), metafile: true, write: true,
    external: platform === 'node' ? ['koffi'] : [], logLevel: 'silent', outExtension: { '.js': '.mjs' },
  })
}

/** What an entry loads at once, without what it imports later. */
function staticInputs({ metafile }: BuildResult<{ metafile: true }>, entry: string): string[] {
  const outputs = Object.entries(metafile.outputs)
  const start = outputs.find(([, o]) => o.entryPoint?.endsWith(`${entry}.ts`))?.[0]
  const reached = new Set<string>()
  const queue = [start ?? '']
  for (const file of queue) {
    if (reached.has(file)) continue
    reached.add(file)
    queue.push(...(metafile.outputs[file]?.imports ?? []).filter(i => i.kind === 'import-statement' && !i.external).map(i => i.path))
  }
  return [...reached].flatMap(file => Object.keys(metafile.outputs[file]?.inputs ?? {}))
}

beforeAll(async () => {
  directory = await fs.mkdtemp(path.join(tmpdir(), 'petagrad-import-'))
})
afterAll(() => fs.rm(directory, { recursive: true, force: true }))

describe('importing petagrad', () => {
  it('loads no driver and no renderer', async () => {
    const inputs = staticInputs(await bundle('index', 'node'), 'index')
    expect(inputs.some(i => i.includes('packages/tensor/'))).toBe(true)
    expect(inputs.filter(i => /packages\/(driver|renderer-|ffi)/.test(i))).toEqual([])
  })

  it('loads no part of the compiler: a program whose plans are known never needs it', async () => {
    const inputs = staticInputs(await bundle('index', 'node'), 'index')
    expect(inputs.some(i => i.includes('packages/ir/'))).toBe(true)
    expect(inputs.filter(i => /packages\/(schedule|codegen)\/|packages\/ir\/src\/(rules|rewrite\/(?!listener))/.test(i))).toEqual([])
  })

  it('writes nothing, starts nothing, loads no native library and leaves nothing running', async () => {
    await bundle('index', 'node')
    const home = path.join(directory, 'home')
    await fs.mkdir(home)
    const script = path.join(directory, 'probe.mjs')
    await fs.writeFile(script, `
      import { syncBuiltinESMExports } from 'node:module'
      import fs from 'node:fs'
      import workers from 'node:worker_threads'
      import childProcess from 'node:child_process'
      const acts = []
      const watch = (module, name) => {
        const original = module[name]
        module[name] = function (...args) { acts.push(name); return new.target ? Reflect.construct(original, args) : original.apply(this, args) }
      }
      for (const name of ['writeFile', 'writeFileSync', 'mkdir', 'mkdirSync', 'openSync']) watch(fs, name)
      for (const name of ['writeFile', 'mkdir', 'open']) watch(fs.promises, name)
      for (const name of ['spawn', 'spawnSync', 'execFile', 'execFileSync', 'fork']) watch(childProcess, name)
      watch(workers, 'Worker')
      syncBuiltinESMExports()
      const libraries = () => process.report.getReport().sharedObjects.length
      const before = libraries(), keys = Object.keys(globalThis).length
      const { Tensor } = await import(${JSON.stringify(path.join(directory, 'index', 'index.mjs'))})
      console.log(JSON.stringify({ tensor: typeof Tensor, acts, native: libraries() - before, globals: Object.keys(globalThis).length - keys }))
    `)
    const { stdout } = await promisify(execFile)(process.execPath, [script], { env: { PATH: process.env['PATH'], HOME: home }, timeout: 30_000 })
    expect(JSON.parse(stdout)).toEqual({ tensor: 'function', acts: [], native: 0, globals: 0 })
    expect(await fs.readdir(home)).toEqual([])
  })

  it('in a bundle for browsers asks for no Node module', async () => {
    const { metafile } = await bundle('browser', 'browser') // an import that does not resolve is an error
    expect(Object.keys(metafile.inputs).filter(i => /driver-cpu|renderer-c\/|ffi/.test(i))).toEqual([])
  })
})
