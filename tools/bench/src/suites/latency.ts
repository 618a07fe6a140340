import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { compiledModels } from '../models/compiled-models.js'
import { script } from '../peers/peers.js'
import type { Progress } from '../progress.js'
import type { Row } from '../row.js'
import { median, summarise } from '../statistics.js'

export interface LatencyOptions {
  /** Times of each case. */
  readonly rounds: number
  /** Which cases; by name. */
  readonly wanted: (name: string) => boolean
  /** Where models are compiled for; the first result is timed on both. */
  readonly device: string
}

/** What workers/compile-model.ts prints. */
interface Compiled {
  readonly milliseconds: number
  readonly kernels: number
  readonly parts: Readonly<Record<string, number>>
}

interface Start {
  readonly name: string
  readonly device: string
  /** What is in the cache of compiled kernels. */
  readonly cache: 'cold' | 'warm'
}

const starts: readonly Start[] = (['wasm', 'cpu'] as const).flatMap(device =>
  (['cold', 'warm'] as const).map(cache => ({ name: `first-result-${device}-${cache}`, device, cache })))

export const latencyCases: readonly string[] = [...compiledModels.map(m => m.name), ...starts.map(s => s.name)]

/** Times what happens before anything is computed. Each time in a new process; compilation on one core. */
export async function runLatency({ rounds, wanted, device }: LatencyOptions, progress: Progress): Promise<readonly Row[]> {
  const models = compiledModels.filter(m => wanted(m.name))
  const begun = starts.filter(s => wanted(s.name))
  const rows: Row[] = []
  progress.start(models.length + begun.length)
  try {
    for (const { name } of models) {
      progress.step(name)
      rows.push(await rowOf({ case: name, device, threads: 1 }, () => compile(name, device, rounds)))
    }
    for (const start of begun) {
      progress.step(start.name)
      const about = { case: start.name, device: start.device, threads: availableParallelism() }
      rows.push(await rowOf(about, async () => summarise(await firstResults(start, rounds))))
    }
  } finally {
    progress.stop()
  }
  return rows
}

async function rowOf(about: Pick<Row, 'case' | 'device' | 'threads'>, measure: () => Promise<Partial<Row>>): Promise<Row> {
  const row = { suite: 'latency', unit: 'ms', ...about }
  try {
    return { ...row, status: 'measured', ...await measure() }
  } catch (error) {
    return { ...row, status: 'failed', reason: error instanceof Error ? error.message : String(error) }
  }
}

async function compile(name: string, device: string, rounds: number): Promise<Partial<Row>> {
  const runs: Compiled[] = []
  for (let i = 0; i < rounds; i++) {
    const { output } = await run(pinned(process.execPath, [script('compile-model'), device, name]), {})
    runs.push(JSON.parse(output) as Compiled) // workers/compile-model.ts prints it
  }
  const part = (key: string): number => median(runs.map(r => r.parts[key]))
  const parts = Object.fromEntries(Object.keys(runs[0].parts).map(key => [key, part(key)]))
  return { ...summarise(runs.map(r => r.milliseconds)), kernels: runs[0].kernels, parts }
}

/** Milliseconds from the start of the process to its first line. */
async function firstResults({ device, cache }: Start, rounds: number): Promise<readonly number[]> {
  const directory = await mkdtemp(join(tmpdir(), 'petagrad-bench-cache-'))
  const times: number[] = []
  try {
    if (cache === 'warm') await firstResult(device, directory)
    for (let i = 0; i < rounds; i++) {
      if (cache === 'cold') await rm(directory, { recursive: true, force: true })
      times.push(await firstResult(device, directory))
    }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
  return times
}

async function firstResult(device: string, directory: string): Promise<number> {
  const environment = { PETAGRAD_DEVICE: device, PETAGRAD_CACHE: directory, XDG_CACHE_HOME: directory }
  return (await run({ file: process.execPath, args: [script('first-result')] }, environment)).milliseconds
}

interface Invocation {
  readonly file: string
  readonly args: readonly string[]
}

/** On the first core, where the system has a command for that. */
const pinned = (file: string, args: readonly string[]): Invocation =>
  (process.platform === 'linux' ? { file: 'taskset', args: ['-c', '0', file, ...args] } : { file, args })

interface Finished {
  readonly output: string
  /** Until the first output. */
  readonly milliseconds: number
}

function run({ file, args }: Invocation, environment: NodeJS.ProcessEnv): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const start = performance.now()
    let milliseconds: number | undefined
    let [output, complaints] = ['', '']
    const child = spawn(file, args, { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      milliseconds ??= performance.now() - start
      output += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text))
    child.on('error', reject)
    child.on('close', code => {
      if (code === 0 && milliseconds !== undefined) resolve({ output, milliseconds })
      else reject(new Error(complaints.trim().split('\n').find(line => /Error/.test(line)) ?? `it ended with code ${code}`))
    })
  })
}
