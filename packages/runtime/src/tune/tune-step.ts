import { candidateSchedules, type CandidateSchedule } from '@petagrad/codegen'
import type { Launch } from '@petagrad/device'
import type { UOp } from '@petagrad/ir/graph'
import type { Plan } from '@petagrad/schedule'
import type { KernelTuning, TuningOptions, TuningReport } from '../contract.js'
import type { CompiledKernel } from '../kernel-compiler.js'
import type { OpenedDevice } from '../opened-device.js'
import { planLaunches, type PlanMemory } from '../plan-launches.js'
import { log } from '../settings.js'
import { decide, qualify, type Decision } from './contest.js'
import { StepMemory } from './step-memory.js'
import { median, randomNumbers } from './statistics.js'

/** A captured step, as it is. */
export interface TunableStep {
  readonly plan: Plan
  /** By call of the plan. */
  readonly kernels: readonly CompiledKernel[]
  /** By root of the plan: the buffer that it is in. */
  readonly results: readonly UOp<'buffer'>[]
  readonly memory: PlanMemory
  readonly device: OpenedDevice
}

export interface TunedStep {
  /** By call of the plan. */
  readonly kernels: readonly CompiledKernel[]
  readonly report: TuningReport
}

const CANDIDATES = 16
const SECONDS = 6
const PASSES = 2
/** Kernels that take less of the step stay as they are; of those that take little, half as many candidates are measured. */
const LEAST_SHARE = 0.02
const LARGE_SHARE = 0.1
/** Laps for each candidate in a pass, about, and for the decision; and the candidates that there are at least. */
const LAPS_OF_A_CANDIDATE = 5.5
const DECIDING_LAPS = 60
const FEWEST = 6
/** Rounds in which the whole step is compared, before and after. */
const COMPARED_ROUNDS = 9
/** Laps that say how long the step takes. */
const FIRST_LAPS = 5
/** Milliseconds that a lap takes at least: a shorter step is run several times in one. */
const LAP_MS = 2
const MOST_REPEATS = 8
/** The next pass departs from a schedule that is so much better. */
const WORTH_FOLLOWING = 0.99

/** A kernel with one of its schedules; without a candidate, with the default one. */
interface Version {
  readonly compiled: CompiledKernel
  readonly candidate?: CandidateSchedule
}

interface Contestant {
  readonly kernel: UOp<'kernel'>
  readonly usual: Version
  /** Of this pass; the first is the one that the others depart from. */
  versions: readonly Version[]
  /** Candidates of a pass, at most, and those that have been measured so far. */
  readonly limit: number
  measured: number
}

/**
 * Measures candidate schedules of the step's kernels where they run: in the step, on its data, all kernels at once, in each
 * lap another combination. What the passes arrive at has to beat the default anew, and to compute the same. It goes to
 * the device's schedule database.
 */
export async function tuneStep(step: TunableStep, options: TuningOptions = {}): Promise<TunedStep> {
  const memory = await StepMemory.keep(step.plan, step.results, step.memory, step.device.device)
  try {
    return await new StepTuner(step, memory, options).tune()
  } finally {
    memory.restore()
  }
}

class StepTuner {
  private readonly random = randomNumbers(1)
  private contestants: readonly Contestant[] = []
  private repeats = 1
  private stepNanoseconds = 0

  constructor(
    private readonly step: TunableStep,
    private readonly memory: StepMemory,
    private readonly options: TuningOptions,
  ) {}

  async tune(): Promise<TunedStep> {
    await this.chooseKernels()
    const { contestants, step: { plan, kernels } } = this
    const untouched = new Set(plan.calls.map(c => c.kernel)).size - contestants.length
    if (contestants.length === 0) {
      const now = this.stepNanoseconds
      return { kernels, report: { kernels: [], untouched, defaultNanoseconds: now, nanoseconds: now } }
    }
    for (let pass = 1; pass <= PASSES; pass++) await this.improve(pass)
    this.say('deciding')
    for (const c of contestants) c.versions = c.versions[0].candidate === undefined ? [c.usual] : [c.usual, c.versions[0]]
    const decisions = await decide(contestants.map(c => (c.versions.length > 1 ? 1 : undefined)), laps => this.time(laps), this.random)
    const winners = await this.thatAgree(decisions.map((d, i) => contestants[i].versions[d.faster ? 1 : 0]))
    const report = await this.record(winners, decisions)
    const made = new Map(contestants.map((c, i) => [c.kernel, winners[i].compiled]))
    const together = await this.compare(new Map(contestants.map(c => [c.kernel, c.usual.compiled])), made)
    return {
      kernels: plan.calls.map((call, i) => made.get(call.kernel) ?? kernels[i]),
      report: { kernels: report, untouched, ...together },
    }
  }

  private say(state: string): void {
    this.options.onProgress?.(state)
  }

  /** The kernels that take much of the step's time and have not been tuned before. */
  private async chooseKernels(): Promise<void> {
    const { step: { plan, device }, options } = this
    const laps = await this.timeLaunches(Array.from({ length: FIRST_LAPS }, () => this.launches(new Map())))
    const calls = plan.calls.map((_, call) => median(laps.map(times => times[call])))
    const total = Math.max(1, calls.reduce((a, b) => a + b, 0))
    this.stepNanoseconds = total
    const times = new Map<UOp<'kernel'>, number>()
    plan.calls.forEach(({ kernel }, i) => times.set(kernel, (times.get(kernel) ?? 0) + calls[i]))
    this.repeats = Math.max(1, Math.min(MOST_REPEATS, Math.floor((LAP_MS * 1e6) / total)))
    const affordable = ((options.seconds ?? SECONDS) * 1e9) / (total * this.repeats) - DECIDING_LAPS
    const most = Math.min(options.candidates ?? CANDIDATES, Math.max(FEWEST, Math.floor(affordable / PASSES / LAPS_OF_A_CANDIDATE)))
    const chosen: Contestant[] = []
    for (const [kernel, nanoseconds] of times) {
      const share = nanoseconds / total
      if (share < LEAST_SHARE || (options.again !== true && (await device.schedules?.find(kernel)) !== undefined)) continue
      const usual: Version = { compiled: await device.compiler.compileWith(kernel, undefined) }
      chosen.push({ kernel, usual, versions: [usual], limit: share < LARGE_SHARE ? Math.ceil(most / 2) : most, measured: 0 })
    }
    this.contestants = chosen
  }

  /** Lets the schedule that each kernel has arrived at compete with those around it; the best of them is the next one's center. */
  private async improve(pass: number): Promise<void> {
    const { contestants } = this
    this.say(`pass ${pass} of ${PASSES}: compiling candidates for ${contestants.length} kernel(s)`)
    await Promise.all(contestants.map(c => this.addCandidates(c)))
    const candidates = contestants.reduce((n, c) => n + c.versions.length - 1, 0)
    this.say(`pass ${pass} of ${PASSES}: measuring ${candidates} candidate(s)`)
    const challengers = await qualify(contestants.map(c => c.versions.length), laps => this.time(laps), this.random)
    contestants.forEach((c, i) => {
      const challenger = challengers[i]
      c.measured += c.versions.length - 1
      c.versions = [c.versions[challenger !== undefined && challenger.ratio < WORTH_FOLLOWING ? challenger.version : 0]]
    })
  }

  private async addCandidates(contestant: Contestant): Promise<void> {
    const { compiler, renderer } = this.step.device
    const { kernel, versions: [center], limit } = contestant
    const found = candidateSchedules(kernel, renderer.capabilities, center.candidate?.choices)
    const added = found.filter(c => c.schedule !== contestant.usual.compiled.lowered.schedule).slice(0, limit)
    contestant.versions = [center, ...await Promise.all(added.map(async (candidate): Promise<Version> =>
      ({ compiled: await compiler.compileWith(kernel, candidate.schedule), candidate })))]
  }

  /** Winners whose results are those of the default schedule; steps of a schedule keep results, and this is where it is seen if not. */
  private async thatAgree(winners: readonly Version[]): Promise<readonly Version[]> {
    const { contestants, step: { device } } = this
    const resultsWith = async (replaced: ReadonlyMap<UOp, CompiledKernel>): ReturnType<StepMemory['results']> => {
      this.memory.restore()
      await device.device.run(this.launches(replaced))
      return this.memory.results()
    }
    const usual = new Map<UOp, CompiledKernel>(contestants.map(c => [c.kernel, c.usual.compiled]))
    const expected = winners.some(w => w.candidate !== undefined) ? await resultsWith(usual) : undefined
    const agreeing: Version[] = []
    for (const [i, winner] of winners.entries()) {
      const { kernel, usual: fallback } = contestants[i]
      const agrees = expected === undefined || winner.candidate === undefined
        || expected.agreesWith(await resultsWith(new Map([...usual, [kernel, winner.compiled]])))
      if (!agrees) log(`tuning: ${kernel.arg.name} computes something else with this schedule, the default stays: ${winner.candidate?.schedule}`)
      agreeing.push(agrees ? winner : fallback)
    }
    return agreeing
  }

  private async record(winners: readonly Version[], decisions: readonly Decision[]): Promise<KernelTuning[]> {
    const { compiler, schedules } = this.step.device
    const report: KernelTuning[] = []
    for (const [i, { kernel, usual, measured }] of this.contestants.entries()) {
      const { compiled, candidate } = winners[i]
      const { before, after } = decisions[i]
      const times = { name: usual.compiled.lowered.name, defaultNanoseconds: before, nanoseconds: candidate === undefined ? before : after }
      report.push({ ...times, candidates: measured, schedule: candidate?.schedule })
      compiler.adopt(kernel, compiled)
      await schedules?.put(kernel, { ...times, schedule: candidate?.schedule ?? null })
    }
    await schedules?.save()
    return report
  }

  /** Times the whole step before and after, by turns. */
  private async compare(
    usual: ReadonlyMap<UOp, CompiledKernel>, made: ReadonlyMap<UOp, CompiledKernel>,
  ): Promise<Pick<TuningReport, 'defaultNanoseconds' | 'nanoseconds'>> {
    const before: number[] = []
    const after: number[] = []
    for (let round = 0; round < COMPARED_ROUNDS; round++) {
      const laps = Array.from({ length: this.repeats }, () => [usual, made]).flat()
      const turned = round % 2 === 0 ? laps : [...laps].reverse()
      const times = await this.timeLaunches(turned.map(kernels => this.launches(kernels)))
      times.forEach((lap, i) => (turned[i] === usual ? before : after).push(lap.reduce((a, b) => a + b, 0)))
    }
    const changed = [...made].some(([kernel, compiled]) => usual.get(kernel) !== compiled)
    const all = changed ? [median(before), median(after)] : [median([...before, ...after]), median([...before, ...after])]
    return { defaultNanoseconds: all[0], nanoseconds: all[1] }
  }

  /** By lap: nanoseconds of each contestant, all its launches of a step together. */
  private async time(laps: readonly (readonly number[])[]): Promise<readonly (readonly number[])[]> {
    const { contestants, repeats, step: { plan } } = this
    const one = laps.map(versions => this.launches(new Map(contestants.map((c, i) => [c.kernel, c.versions[versions[i]].compiled]))))
    const times = await this.timeLaunches(Array.from({ length: repeats }, () => one).flat())
    return laps.map((_, lap) => contestants.map(({ kernel }) => median(Array.from({ length: repeats }, (__, r) =>
      plan.calls.reduce((sum, call, i) => (call.kernel === kernel ? sum + times[r * laps.length + lap][i] : sum), 0)))))
  }

  /** The step's launches, with these kernels in place of their own. */
  private launches(replaced: ReadonlyMap<UOp, CompiledKernel>): Launch[] {
    const { plan, kernels, memory } = this.step
    return planLaunches(plan, plan.calls.map((call, i) => replaced.get(call.kernel) ?? kernels[i]), memory)
  }

  /** By lap: nanoseconds of each launch. Every round begins with the same memory. */
  private async timeLaunches(laps: readonly (readonly Launch[])[]): Promise<readonly Float64Array[]> {
    const list = this.step.device.device.record(laps.flat())
    try {
      this.memory.restore()
      const times = await list.replayTimed()
      let at = 0
      return laps.map(lap => times.subarray(at, (at += lap.length)))
    } finally {
      list.free()
    }
  }
}
