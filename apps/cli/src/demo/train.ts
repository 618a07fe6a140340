import type { Runtime, RuntimeStatistics } from 'petagrad'
import { accuracyOf } from './confusion.js'
import { saveCheckpoint, type Position } from './checkpoint.js'
import { trainingBatch, type Split } from './data.js'
import { evaluate } from './evaluate.js'
import type { Progress } from './progress.js'
import { recipe } from './recipe.js'
import type { Training } from './training.js'

export interface Run {
  readonly training: Training
  readonly runtime: Runtime
  readonly data: Split
  readonly progress: Progress
  /** Where the checkpoint goes. */
  readonly checkpoint: string
  /** Where the training stands at the start. */
  readonly start: Position
  /** Steps that the run ends after, counted over the whole training. */
  readonly until: number
  /** Asked between steps: whether to stop early. */
  readonly interrupted: () => boolean
}

export interface Outcome {
  readonly position: Position
  /** Milliseconds of every step of this run: upload, replay, readback of the loss. */
  readonly stepTimes: readonly number[]
  /** From asking for the first step to its loss: random weights, graph, schedule, code, compilation, run. */
  readonly firstStepMs: number
  /** What the first step did. */
  readonly firstStep: RuntimeStatistics
  /** What the steps after the first did: replays and nothing else. */
  readonly replayed: RuntimeStatistics
}

export const stepsPerEpoch = (data: Split): number => Math.floor(data.train.count / recipe.batch)

/** Trains until `until` or an interrupt, with a checkpoint at every epoch's end and at the end. */
export async function train(run: Run): Promise<Outcome> {
  const { training, runtime, data, progress, start } = run
  const perEpoch = stepsPerEpoch(data)
  const losses = [...start.losses]
  const accuracies = [...start.accuracies]
  const stepTimes: number[] = []
  const began = performance.now()
  const position = (): Position => {
    const seconds = start.seconds + (performance.now() - began) / 1000
    return { ...start, step: losses.length, losses, accuracies, seconds }
  }
  let firstStep = nothing
  let replayed = nothing
  let smoothed: number | undefined

  while (losses.length < run.until && !run.interrupted()) {
    const batch = trainingBatch(data.train, losses.length, start.seed)
    const before = runtime.statistics()
    const from = performance.now()
    const loss = await training.step(batch, losses.length)
    stepTimes.push(performance.now() - from)
    const done = difference(runtime.statistics(), before)
    if (stepTimes.length === 1) firstStep = done
    else replayed = sum(replayed, done)

    losses.push(loss)
    smoothed = smoothed === undefined ? loss : 0.95 * smoothed + 0.05 * loss
    if (losses.length % perEpoch === 0) {
      accuracies.push(accuracyOf(await evaluate(training, data.test)))
      await saveCheckpoint(run.checkpoint, training, position())
    }
    progress.update(losses.length, {
      epoch: Math.min(start.epochs, Math.ceil(losses.length / perEpoch)),
      loss: smoothed,
      accuracy: accuracies.at(-1),
      rate: recipe.batch / (median(stepTimes.slice(-50)) / 1000),
    })
  }
  const end = position()
  if (stepTimes.length > 0 && losses.length % perEpoch !== 0) await saveCheckpoint(run.checkpoint, training, end)
  return { position: end, stepTimes, firstStepMs: stepTimes[0] ?? 0, firstStep, replayed }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted.length === 0 ? 0 : (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2
}

const nothing: RuntimeStatistics = {
  schedules: 0, scheduleCacheHits: 0, kernelsCompiled: 0, kernelCacheHits: 0, kernelsRun: 0, replays: 0, allocations: 0,
  scheduleMs: 0, codegenMs: 0, renderMs: 0, compileMs: 0,
}

const combine = (a: RuntimeStatistics, b: RuntimeStatistics, f: (x: number, y: number) => number): RuntimeStatistics => ({
  schedules: f(a.schedules, b.schedules),
  scheduleCacheHits: f(a.scheduleCacheHits, b.scheduleCacheHits),
  kernelsCompiled: f(a.kernelsCompiled, b.kernelsCompiled),
  kernelCacheHits: f(a.kernelCacheHits, b.kernelCacheHits),
  kernelsRun: f(a.kernelsRun, b.kernelsRun),
  replays: f(a.replays, b.replays),
  allocations: f(a.allocations, b.allocations),
  scheduleMs: f(a.scheduleMs, b.scheduleMs),
  codegenMs: f(a.codegenMs, b.codegenMs),
  renderMs: f(a.renderMs, b.renderMs),
  compileMs: f(a.compileMs, b.compileMs),
})
const difference = (a: RuntimeStatistics, b: RuntimeStatistics): RuntimeStatistics => combine(a, b, (x, y) => x - y)
const sum = (a: RuntimeStatistics, b: RuntimeStatistics): RuntimeStatistics => combine(a, b, (x, y) => x + y)
