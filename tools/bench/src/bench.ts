import { CommanderError } from 'commander'
import { mkdir, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { traceCase } from './code/trace-case.js'
import { cases } from './families/index.js'
import { buildCommand, matches, tunedSchedules, type Options } from './options.js'
import { peers, type Peer } from './peers/peers.js'
import { readyPeers } from './peers/ready.js'
import { progressOn } from './progress.js'
import { reportOf } from './report/report.js'
import type { Row } from './row.js'
import { readRows } from './rows-file.js'
import { runCases } from './suites/cases.js'
import { checkCode } from './suites/code.js'
import { latencyCases, runLatency } from './suites/latency.js'
import { runScaling, scalingCases } from './suites/scaling.js'
import { tableOf } from './table.js'

/** Of the suite scaling, when nobody says. */
const SCALING_THREADS = 8

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1)) // which ends the workers

try {
  await buildCommand(bench).parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError)) console.error(`bench: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = error instanceof CommanderError ? (error.exitCode === 0 ? 0 : 2) : 1
}

async function bench(options: Options): Promise<void> {
  if (options.traceCase !== undefined) {
    process.stdout.write(await trace(options.traceCase, options) + '\n')
    return
  }
  const rows = options.from === undefined ? await measure(options) : (await Promise.all(options.from.map(readRows))).flat()
  if (options.report !== undefined) await writeFile(options.report, reportOf(rows))
  process.stdout.write((options.json ? JSON.stringify(rows, undefined, 1) : tableOf(rows)) + '\n')
}

async function trace(name: string, { device, suite, threads, output }: Options): Promise<string> {
  const benchmark = cases.find(c => c.name === name)
  if (benchmark === undefined) throw new Error(`no case is called ${name}; there are ${cases.map(c => c.name).join(', ')}`)
  return traceCase(benchmark, device ?? (suite === 'wasm' ? 'wasm' : 'cpu'), threads ?? availableParallelism(), join(output, name))
}

async function measure(options: Options): Promise<readonly Row[]> {
  const { suite, rounds, roundMs, peersDir, threads } = options
  const progress = progressOn(process.stderr)
  if (options.checkCode) {
    const chosen = chosenCases(cases.map(c => c.name), options.case)
    return checkCode(cases.filter(c => chosen.has(c.name)), threads ?? availableParallelism(), progress)
  }
  switch (suite) {
    case 'cpu':
    case 'wasm': {
      const device = options.device ?? suite
      const opponents = chosenPeers(options.peers, device)
      const { ready, missing } = await readyPeers(opponents, peersDir)
      for (const [name, why] of missing) process.stderr.write(`peer ${name} is missing: ${why}\n`)
      const chosen = chosenCases(cases.map(c => c.name), options.case)
      return runCases({
        suite, device, threads: threads ?? availableParallelism(), cases: cases.filter(c => chosen.has(c.name)),
        peers: ready, peersDirectory: peersDir, rounds, roundMs,
        ...(options.tune === false ? {} : { tune: await ownFile(options.tune === true ? tunedSchedules(device) : options.tune) }),
      }, progress)
    }
    case 'latency': {
      const chosen = chosenCases(latencyCases, options.case)
      return runLatency({ rounds, wanted: name => chosen.has(name), device: options.device ?? 'cpu' }, progress)
    }
    case 'scaling': {
      const chosen = chosenCases(options.case === '*' ? scalingCases : cases.map(c => c.name), options.case)
      return runScaling({
        device: options.device ?? 'cpu', threads: threads ?? SCALING_THREADS, cases: cases.filter(c => chosen.has(c.name)), rounds, roundMs,
      }, progress)
    }
  }
}

/** An empty file of schedules where there is none: naming one that is not there is a mistake everywhere else. */
async function ownFile(file: string): Promise<string> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, JSON.stringify({ format: 'petagrad schedules', version: 1, targets: {} }) + '\n', { flag: 'wx' }).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  })
  return file
}

function chosenCases(names: readonly string[], glob: string): ReadonlySet<string> {
  const chosen = names.filter(name => matches(name, glob))
  if (chosen.length === 0) throw new Error(`no case matches ${glob}; there are ${names.join(', ')}`)
  return new Set(chosen)
}

function chosenPeers(wanted: Options['peers'], device: string): readonly Peer[] {
  if (wanted === false) return []
  const offered = peers.filter(p => p.devices.includes(device))
  if (wanted === true) return offered
  return (wanted as readonly string[]).map(name => {
    const peer = offered.find(p => p.name === name)
    if (peer === undefined) throw new Error(`no peer for ${device} is called ${name}; there are ${offered.map(p => p.name).join(', ')}`)
    return peer
  })
}
