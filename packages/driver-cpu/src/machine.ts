import { createHash, randomUUID } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { provider, type Pointer } from '@petagrad/ffi'
import { buildDirectory } from './cache-directory.js'
import { machineSource } from './machine-source.js'
import type { NativePool } from './native-pool.js'
import { machineFacts, processorName, type CpuTarget, type MachineRates } from './target.js'

/** What is assumed of a core's share of the last level cache, where nobody says. */
const L3 = 32 << 20
/** Bytes of the cores' shares together are kept within this, so that memory is measured on a small machine too. */
const MOST_BYTES = 1 << 29
/** A last level cache that cores share cannot hold three quarters of itself for each: it is then hardly faster than memory. */
const OWN_CACHE = 1.35
const RATES = ['multiplyAccumulates', 'l1', 'l2', 'l3', 'memory'] as const
const WORDS = 2 + 2 * RATES.length

/**
 * Facts and rates of the machine: asked of the system, and measured once (about 100 ms, when a machine is first used with
 * so many threads). They are kept on disk, by processor, threads and version of the measurement.
 */
export async function machineOf(isa: CpuTarget['isa'], pool: NativePool, threads: number): Promise<CpuTarget['machine']> {
  const directory = await buildDirectory()
  const key = createHash('sha256').update(JSON.stringify([machineSource, processorName(), isa, threads])).digest('hex').slice(0, 24)
  const record = directory === undefined ? undefined : join(directory, `machine-${key}.json`)
  const known = record === undefined ? undefined : await remembered(record)
  if (known !== undefined) return known
  const machine = await measure(await machineFacts(isa), pool, threads)
  if (record !== undefined) {
    const written = `${record}.${randomUUID()}`
    // A full disk only costs the next process its time.
    await writeFile(written, JSON.stringify(machine)).then(() => rename(written, record), () => undefined)
  }
  return machine
}

async function remembered(record: string): Promise<CpuTarget['machine'] | undefined> {
  try {
    const { l1, l2, l3, vectorBytes, rates } = JSON.parse(await readFile(record, 'utf8')) as CpuTarget['machine'] // checked below
    const sizes = [l1, l2, l3, vectorBytes].filter(x => x !== undefined)
    const pairs = RATES.map(name => rates?.[name])
    const isRate = (x: unknown): boolean => typeof x === 'number' && x > 0
    if (rates !== undefined && !(isRate(rates.coresPerL3) && pairs.every(p => isRate(p?.one) && isRate(p?.all)))) return undefined
    if (!sizes.every(isRate)) return undefined
    // What is not known is left out: renderers have a number of their own for it.
    return Object.fromEntries(Object.entries({ l1, l2, l3, vectorBytes, rates }).filter(([, value]) => value !== undefined))
  } catch {
    return undefined
  }
}

async function measure(facts: CpuTarget['machine'], pool: NativePool, threads: number): Promise<CpuTarget['machine']> {
  const native = await provider()
  const out: Pointer = pool.call.petagrad_allocate(WORDS * 8)
  if (out === 0n) return facts
  try {
    const l3 = Math.min(facts.l3 ?? L3, MOST_BYTES / 2 / threads)
    if ((await pool.callAsync.petagrad_measure(threads, facts.l1 ?? 0, facts.l2 ?? 0, l3, out)) !== 0) return facts
    return { ...factsOf([...new Float64Array(native.view(out, WORDS * 8))], threads), ...facts }
  } finally {
    pool.call.petagrad_free(out)
  }
}

/** What petagrad_measure wrote. */
export function factsOf(words: readonly number[], threads: number): CpuTarget['machine'] {
  const [l1, l2] = words
  const pairs = RATES.map((name, i) => [name, { one: words[2 + 2 * i], all: words[3 + 2 * i] }] as const)
  const found = Object.fromEntries(pairs) as Omit<MachineRates, 'coresPerL3'> // every name is there
  const own = threads > 1 && found.l3.all > OWN_CACHE * found.memory.all
  const rates = pairs.every(([, { one, all }]) => one > 0 && all > 0) ? { rates: { ...found, coresPerL3: own ? 1 : threads } } : {}
  return { ...(l1 > 0 && l2 > 0 ? { l1, l2 } : {}), ...rates }
}
