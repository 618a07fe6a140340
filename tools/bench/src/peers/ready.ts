import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { installPackages } from './install.js'
import type { Peer } from './peers.js'

const run = promisify(execFile)

export interface ReadyPeers {
  readonly ready: readonly Peer[]
  readonly missing: ReadonlyMap<string, string>
}

/** The peers that can run here, and why the others cannot, by name. npm peers are installed on the way. */
export async function readyPeers(wanted: readonly Peer[], directory: string): Promise<ReadyPeers> {
  const missing = new Map<string, string>()
  const fromNpm = wanted.filter(p => Object.keys(p.packages).length > 0)
  try {
    await installPackages(fromNpm, directory)
  } catch (error) {
    for (const { name } of fromNpm) missing.set(name, error instanceof Error ? error.message : String(error))
  }
  for (const { name, probe } of wanted) {
    if (probe === undefined) continue
    try {
      await run(probe.file, probe.args)
    } catch {
      missing.set(name, `${probe.file} ${probe.args.join(' ')} fails; ${probe.install}`)
    }
  }
  return { ready: wanted.filter(p => !missing.has(p.name)), missing }
}
