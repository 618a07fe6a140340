import { CommanderError } from 'commander'
import { cases } from './families/index.js'
import { buildCommand, matches, type Options } from './options.js'
import { installPackages } from './peers/install.js'
import { peers, type Peer } from './peers/peers.js'
import { progressOn } from './progress.js'
import { runCases } from './suites/cases.js'
import { tableOf } from './table.js'

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1)) // which ends the workers

try {
  await buildCommand(bench).parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError)) console.error(`bench: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = error instanceof CommanderError ? (error.exitCode === 0 ? 0 : 2) : 1
}

async function bench(options: Options): Promise<void> {
  const device = options.device ?? options.suite
  const chosen = cases.filter(c => matches(c.name, options.case))
  if (chosen.length === 0) throw new Error(`no case matches ${options.case}; there are ${cases.map(c => c.name).join(', ')}`)
  const opponents = chosenPeers(options.peers, device)
  await installPackages(opponents, options.peersDir)
  const rows = await runCases({
    suite: options.suite, device, threads: options.threads, cases: chosen, peers: opponents, peersDirectory: options.peersDir,
    rounds: options.rounds, roundMs: options.roundMs,
  }, progressOn(process.stderr))
  process.stdout.write((options.json ? JSON.stringify(rows, undefined, 1) : tableOf(rows)) + '\n')
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
