import { compileProfile, configure, PetagradError, type CompileProfile } from 'petagrad'
import { Exit } from '../failure.js'
import { checkpointPath, readCheckpoint, type Checkpoint, type Position } from './checkpoint.js'
import { compileTable } from './compile-table.js'
import { split } from './data.js'
import { openRuntime } from './device.js'
import { onInterrupt } from './interrupt.js'
import { loadDigits } from './load-digits.js'
import type { DemoOptions } from './options.js'
import { outputDirectory } from './output-directory.js'
import { tuningOnStderr } from './tuning-report.js'
import { createProgress } from './progress.js'
import { recipe } from './recipe.js'
import { report } from './report.js'
import { stepsPerEpoch, train, type Outcome } from './train.js'
import { createTraining } from './training.js'

const defaultEpochs = 5
const defaultSeed = 1

/** Exit status of a process that Ctrl-C ended, as shells give it. */
const interruptedStatus = 130

/** `petagrad demo`: trains, reports, saves, and has another process load what was saved. */
export async function demo(options: DemoOptions): Promise<void> {
  const say = (text: string): void => (options.json ? undefined : console.log(text))
  const directory = await outputDirectory(options.output)
  const checkpointFile = checkpointPath(directory)
  if (options.profileCompile === true) configure({ cacheDirectory: 'off' })
  const { runtime, device } = await openRuntime(options.device, options.tune === true && tuningOnStderr)
  const interrupt = onInterrupt()
  try {
    const checkpoint = options.resume ? await readCheckpoint(checkpointFile) : undefined
    const start = startOf(options, checkpoint)
    const data = split(await loadDigits())
    const perEpoch = stepsPerEpoch(data)
    const steps = start.epochs * perEpoch
    const training = createTraining({ seed: start.seed, steps })
    checkpoint?.restore(training)

    say(`device: ${device.name}, ${device.description} (${device.reason})`)
    say(`data: ${data.train.count} digits to train on, ${data.test.count} held out; ${start.epochs} epochs of ${perEpoch} steps of ${recipe.batch}`)
    if (checkpoint !== undefined) say(`resuming after step ${start.step} of ${steps}`)
    const progress = createProgress(steps, start.epochs, start.step)
    const run = (): Promise<Outcome> => train({
      training,
      runtime,
      data,
      progress,
      start,
      checkpoint: checkpointFile,
      until: Math.min(options.steps ?? steps, steps),
      interrupted: () => interrupt.seen,
    }).finally(() => progress.stop())
    const { outcome, compilation } = options.profileCompile === true ? await profiled(run) : unprofiled(await run())
    if (interrupt.seen) {
      const { step } = outcome.position
      const saved = step === start.step ? 'nothing new to save' : `checkpoint in ${checkpointFile}; --resume goes on from there`
      throw new Exit(interruptedStatus, `stopped after step ${step} of ${steps}: ${saved}`)
    }
    interrupt.stop()
    if (compilation !== undefined) say(`\n${compileTable(compilation)}`)
    await report({ directory, device, data, training, start, outcome, compilation, json: options.json === true })
  } finally {
    interrupt.stop()
    await runtime.close()
  }
}

/** The training with a profile of what it compiled. */
async function profiled(run: () => Promise<Outcome>): Promise<{ readonly outcome: Outcome; readonly compilation: CompileProfile }> {
  const outcomes: Outcome[] = []
  const compilation = await compileProfile(async () => outcomes.push(await run()))
  return { outcome: outcomes[0], compilation }
}

const unprofiled = (outcome: Outcome): { readonly outcome: Outcome; readonly compilation?: CompileProfile } => ({ outcome })

/** Where training begins: at the checkpoint, or at nothing. */
function startOf(options: DemoOptions, checkpoint: Checkpoint | undefined): Position {
  const { seed, epochs } = options
  if (checkpoint === undefined) {
    return { seed: seed ?? defaultSeed, epochs: epochs ?? defaultEpochs, step: 0, losses: [], accuracies: [], seconds: 0 }
  }
  const { position } = checkpoint
  if (seed !== undefined && seed !== position.seed) {
    throw new PetagradError('INVALID_ARGUMENT', `the checkpoint was made with seed ${position.seed}, not ${seed}`)
  }
  return { ...position, epochs: epochs ?? position.epochs }
}
