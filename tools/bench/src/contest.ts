import type { Case, PythonProgram } from './case.js'
import { othersShare, processorTime } from './disturbance.js'
import { agree, type Prepared, type Times } from './protocol.js'
import { summarise, type Summary } from './statistics.js'
import { WorkerProcess, type Command } from './worker-process.js'

/** Who takes part: a process to start once and the program to give it for a case, where it does not know cases by name. */
export interface Entrant {
  readonly name: string
  readonly command: Command
  program?(benchmark: Case): PythonProgram | undefined
  /** Milliseconds that getting a case ready may take, where that is not as usual. */
  readonly patience?: number
}

export interface ContestOptions {
  readonly rounds: number
  /** Milliseconds that a contender computes in each round. */
  readonly roundMs: number
  /** Told what a contender said when it had got a case ready. */
  readonly onPrepared?: (benchmark: Case, name: string, prepared: Prepared) => void
}

/** `disturbed`: the share of the machine that other processes used meanwhile; undefined where that cannot be known. */
export interface Timing extends Summary {
  readonly disturbed?: number
}

/** What became of one contender in one case. */
export type Outcome = Timing | { readonly failed: string }

/** Milliseconds that a sample lasts at least: thousands of ticks of the clock, and the noise of its reading is nothing. */
const SAMPLE_MS = 5
/** A round in which others used more of the machine than this is repeated, a few times. */
const DISTURBED = 0.05
const REPEATS = 4
/** Iterations before anything is timed: memory is touched, code is compiled, caches are warm. */
const WARM_UP = 2
/** A contender whose iteration is slower than this is timed in few rounds. */
const SLOW_MS = 1000
const SLOW_ROUNDS = 2

/** Keeps one process for each contender, and lets them take turns. */
export class Contest {
  private readonly workers = new Map<string, WorkerProcess>()

  constructor(private readonly options: ContestOptions) {}

  /** Times entrants on a case, round by round. Who computes something else than the first one that computes has failed. */
  async run(benchmark: Case, entrants: readonly Entrant[]): Promise<ReadonlyMap<string, Outcome>> {
    const outcomes = new Map<string, Outcome>()
    const ready: Contender[] = []
    let expected: { readonly name: string; readonly sample: readonly number[] } | undefined
    for (const { name, command, program, patience } of entrants) {
      try {
        const worker = this.worker(name, command)
        const request = { op: 'prepare', case: benchmark.name, inputs: benchmark.inputs, program: program?.(benchmark) } as const
        const prepared = await worker.ask(request, patience) as Prepared // the answer to `prepare`
        const { sample } = prepared
        this.options.onPrepared?.(benchmark, name, prepared)
        expected ??= { name, sample }
        if (!agree(sample, expected.sample)) {
          throw new Error(`its result differs from ${expected.name}'s: ${describeDifference(sample, expected.sample)}`)
        }
        ready.push(await calibrate(worker, this.options))
      } catch (error) {
        outcomes.set(name, { failed: error instanceof Error ? error.message : String(error) })
      }
    }
    for (let round = 0; round < this.options.rounds; round++) {
      for (const contender of ready) {
        if (round >= contender.rounds || outcomes.has(contender.worker.name)) continue
        try {
          const { times, disturbed } = await quietRound(contender)
          contender.times.push(...times)
          if (disturbed !== undefined) contender.disturbed.push(disturbed)
        } catch (error) {
          outcomes.set(contender.worker.name, { failed: error instanceof Error ? error.message : String(error) })
        }
      }
    }
    for (const { worker, times, disturbed } of ready) {
      if (outcomes.has(worker.name)) continue
      outcomes.set(worker.name, { ...summarise(times), ...(disturbed.length === 0 ? {} : { disturbed: mean(disturbed) }) })
    }
    return outcomes
  }

  async close(): Promise<void> {
    await Promise.all([...this.workers.values()].map(worker => worker.close()))
  }

  private worker(name: string, command: Command): WorkerProcess {
    let worker = this.workers.get(name)
    if (worker === undefined || !worker.alive) this.workers.set(name, (worker = new WorkerProcess(name, command)))
    return worker
  }
}

interface Contender {
  readonly worker: WorkerProcess
  readonly rounds: number
  readonly samples: number
  readonly iterations: number
  readonly times: number[]
  /** By round. */
  readonly disturbed: number[]
}

interface Round {
  readonly times: readonly number[]
  readonly disturbed?: number
}

/** One round, or the quietest of a few where others kept the machine busy. */
async function quietRound({ worker, samples, iterations }: Contender): Promise<Round> {
  let best: Round | undefined
  for (let attempt = 0; attempt <= REPEATS; attempt++) {
    const from = await processorTime(worker.pid ?? 0)
    const times = await timesOf(worker, samples, iterations)
    const to = await processorTime(worker.pid ?? 0)
    if (from === undefined || to === undefined) return { times }
    const disturbed = othersShare(from, to)
    if (disturbed < (best?.disturbed ?? Infinity)) best = { times, disturbed }
    if (disturbed <= DISTURBED) break
  }
  return best ?? { times: [] }
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length

const timesOf = async (worker: WorkerProcess, samples: number, iterations: number): Promise<readonly number[]> =>
  (await worker.ask({ op: 'run', samples, iterations }) as Times).times // the answer to `run`

/** Finds how many iterations fill a sample, and how many samples a round. */
async function calibrate(worker: WorkerProcess, { rounds, roundMs }: ContestOptions): Promise<Contender> {
  let [milliseconds] = await timesOf(worker, 1, WARM_UP)
  // Once more with as many as the first estimate says: a cold start makes it far too long.
  const trial = Math.max(1, Math.ceil(SAMPLE_MS / milliseconds))
  if (milliseconds < SLOW_MS) milliseconds = Math.min(...await timesOf(worker, 2, trial))
  const iterations = Math.max(1, Math.ceil(SAMPLE_MS / milliseconds))
  const samples = Math.max(1, Math.round(roundMs / (milliseconds * iterations)))
  return { worker, rounds: milliseconds < SLOW_MS ? rounds : Math.min(rounds, SLOW_ROUNDS), samples, iterations, times: [], disturbed: [] }
}

function describeDifference(a: readonly number[], b: readonly number[]): string {
  if (a.length !== b.length) return `${a.length} sampled elements, not ${b.length}`
  const worst = a.reduce((at, x, i) => (Math.abs(x - b[i]) > Math.abs(a[at] - b[at]) ? i : at), 0)
  return `${a[worst]} where ${b[worst]} was expected`
}
