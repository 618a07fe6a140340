import type { CompileProfile, DeviceReport, KernelProfile } from 'petagrad'
import type { Position } from './checkpoint.js'
import { accuracyOf, type Confusion } from './confusion.js'
import { recipe } from './recipe.js'
import { median, type Outcome } from './train.js'

export interface SummaryInput {
  readonly device: DeviceReport
  readonly start: Position
  readonly outcome: Outcome
  readonly confusion: Confusion
  readonly profile: readonly KernelProfile[]
  readonly files: Readonly<Record<string, string>>
  readonly predictions: unknown
  readonly compilation?: CompileProfile
}

/**
 * What `--json` prints. Times are wall-clock milliseconds unless the name says seconds. `train_seconds` holds everything
 * from the first step to the last, held-out checks after each epoch included; `step_ms` is the median step, from batch
 * in memory to loss in memory; `compile_ms` is graph to source and binary, `first_step_ms` all of the first step.
 */
export function summary(input: SummaryInput): Record<string, unknown> {
  const { device, start, outcome, confusion, profile, files, predictions, compilation } = input
  const { position, stepTimes, firstStep, firstStepMs, replayed } = outcome
  const step = median(stepTimes.slice(1))
  const total = profile.reduce((ms, k) => ms + k.milliseconds, 0)
  const round = (x: number, digits = 3): number => Number(x.toFixed(digits))
  return {
    device: device.name,
    device_description: device.description,
    device_reason: device.reason,
    seed: start.seed,
    epochs: start.epochs,
    steps: position.step,
    batch_size: recipe.batch,
    test_accuracy: round(accuracyOf(confusion), 5),
    train_seconds: round(position.seconds),
    samples_per_second: step > 0 ? round((recipe.batch / step) * 1000, 1) : 0,
    kernels: profile.length,
    first_step_ms: round(firstStepMs),
    compile_ms: round(firstStep.scheduleMs + firstStep.codegenMs + firstStep.renderMs + firstStep.compileMs),
    schedule_ms: round(firstStep.scheduleMs),
    codegen_ms: round(firstStep.codegenMs),
    render_ms: round(firstStep.renderMs),
    binary_ms: round(firstStep.compileMs),
    step_ms: round(step),
    replayed: {
      steps: Math.max(0, stepTimes.length - 1),
      schedules: replayed.schedules,
      kernels_compiled: replayed.kernelsCompiled,
      allocations: replayed.allocations,
    },
    epoch_accuracies: position.accuracies,
    losses: position.losses,
    confusion,
    kernel_table: profile.map(k => ({
      name: k.name,
      ms: round(k.milliseconds, 4),
      share: total > 0 ? round(k.milliseconds / total, 4) : 0,
      gflops: k.milliseconds > 0 ? round(k.ops / k.milliseconds / 1e6) : 0,
      gbps: k.milliseconds > 0 ? round(k.bytes / k.milliseconds / 1e6) : 0,
    })),
    files,
    predictions,
    ...(compilation === undefined ? {} : { compilation }),
  }
}
