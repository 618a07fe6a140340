import { availableParallelism } from 'node:os'
import type { TuningReport } from 'petagrad'
import type { Case } from '../case.js'
import { Contest, type ContestOptions, type Outcome } from '../contest.js'
import { entrantsFor, petagrad, tunedPetagrad, type Peer } from '../peers/peers.js'
import type { Progress } from '../progress.js'
import { nativeRoof } from '../roof/native-roof.js'
import { higherRoof, secondsAtRoof, type Roof } from '../roof/roof.js'
import { wasmRoof } from '../roof/wasm-roof.js'
import type { Row } from '../row.js'
import { missingMethods } from '../tensors.js'

export interface CaseSuiteOptions extends ContestOptions {
  readonly suite: string
  readonly device: string
  readonly threads: number
  readonly cases: readonly Case[]
  readonly peers: readonly Peer[]
  readonly peersDirectory: string
  /** Tune every case, keep what is found in this file, and time the default schedules beside the tuned ones. */
  readonly tune?: string
}

/** Times cases on a device, beside peers and the roof. */
export async function runCases(options: CaseSuiteOptions, progress: Progress): Promise<readonly Row[]> {
  const { suite, device, threads, cases, peers, peersDirectory } = options
  const about = { suite, device, threads }
  const tunings = new Map<Case, TuningReport>()
  const contest = new Contest({ ...options, onPrepared: (c, _, { tuning }) => tuning === undefined || tunings.set(c, tuning) })
  const ours = [petagrad(device, threads), ...(options.tune === undefined ? [] : [tunedPetagrad(device, threads, options.tune)])]
  const place = { threads, directory: peersDirectory }
  const outcomes = new Map<Case, ReadonlyMap<string, Outcome>>()
  const measureRoof = (): Promise<Roof> => {
    progress.step('roof')
    return (device === 'wasm' ? wasmRoof : nativeRoof)(Math.min(threads, availableParallelism()))
  }
  progress.start(cases.length + 2)
  try {
    // Before and after: what disturbs one measurement hardly ever disturbs both.
    const before = await measureRoof()
    for (const benchmark of cases) {
      progress.step(benchmark.name)
      if (missingMethods(benchmark).length > 0) continue
      outcomes.set(benchmark, await contest.run(benchmark, [...ours, ...entrantsFor(benchmark, peers, place)]))
    }
    const roof = higherRoof(before, await measureRoof())
    return [...roofRows(about, roof), ...cases.map(c => rowOf(about, c, outcomes.get(c), roof, tunings.get(c)))]
  } finally {
    await contest.close()
    progress.stop()
  }
}

type About = Pick<Row, 'suite' | 'device' | 'threads'>

function rowOf(
  about: About, benchmark: Case, outcomes: ReadonlyMap<string, Outcome> | undefined, roof: Roof, tuning: TuningReport | undefined,
): Row {
  const { name, work, arithmetic = 'f32' } = benchmark
  if (outcomes === undefined) {
    return { ...about, case: name, unit: 'ms', status: 'missing', reason: `Tensor has no ${missingMethods(benchmark).join(', ')}` }
  }
  const ours = outcomes.get('petagrad')
  const theirs = [...outcomes].filter(([contender]) => contender !== 'petagrad' && contender !== 'tuned')
  const tuned = outcomes.get('tuned')
  const failed = Object.fromEntries(theirs.flatMap(([peer, o]) => ('failed' in o ? [[peer, o.failed]] : [])))
  const medians = Object.fromEntries(theirs.flatMap(([peer, o]) => ('failed' in o ? [] : [[peer, o.median]])))
  const beside = { peer_median: medians, peer_failed: failed }
  if (ours === undefined || 'failed' in ours) {
    return { ...about, case: name, unit: 'ms', status: 'failed', reason: ours?.failed, ...beside }
  }
  if (tuned !== undefined && 'failed' in tuned) {
    return { ...about, case: name, unit: 'ms', status: 'failed', reason: `tuning: ${tuned.failed}`, ...beside }
  }
  const seconds = ours.median / 1e3
  const least = secondsAtRoof(work, arithmetic, roof)
  return {
    ...about,
    case: name,
    unit: 'ms',
    status: 'measured',
    ...ours,
    ...(ours.disturbed === undefined ? {} : { disturbed: Math.max(...[...outcomes.values()].map(o => ('failed' in o ? 0 : o.disturbed ?? 0))) }),
    ...(least === undefined ? {} : { roof_share: least / seconds }),
    gflops: work.flops / seconds / 1e9,
    gbs: (work.reads + work.writes) / seconds / 1e9,
    ...(tuned === undefined ? {} : {
      tuned_median: tuned.median, default_over_tuned: tuning && tuning.defaultNanoseconds / tuning.nanoseconds, tuning: tuning?.kernels,
    }),
    peer: Object.fromEntries(Object.entries(medians).map(([peer, median]) => [peer, median / ours.median])),
    ...beside,
  }
}

/** The roof as rows, so that one list holds everything that a report needs. */
function roofRows({ device }: About, { threads, flops, integerOps, bandwidths }: Roof): Row[] {
  const row = (name: string, unit: string, value: number): Row =>
    ({ suite: 'roof', case: name, device, threads, unit, status: 'measured', median: value / 1e9 })
  return [
    row('fma', 'GFLOPS', flops),
    ...(integerOps === undefined ? [] : [row('i8-dot', 'GOPS', integerOps)]),
    ...bandwidths.flatMap(b => (['read', 'copy', 'triad'] as const).map(kind => row(`${kind}-${b.bytes / 1024}KiB`, 'GB/s', b[kind]))),
  ]
}
