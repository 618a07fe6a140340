import { spawn } from 'node:child_process'
import { mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PetagradError, saveSafetensors, stateDict } from 'petagrad'
import { Exit } from '../failure.js'
import { checkpointPath, readCheckpoint, type Checkpoint, type Position } from './checkpoint.js'
import { accuracyOf, confusionTable } from './confusion.js'
import { split } from './data.js'
import { openRuntime } from './device.js'
import { evaluate } from './evaluate.js'
import { kernelTable } from './kernel-table.js'
import { svgCurve, terminalCurve } from './learning-curve.js'
import { loadDigits } from './load-digits.js'
import type { DemoOptions } from './options.js'
import { createProgress } from './progress.js'
import { recipe } from './recipe.js'
import { summary } from './summary.js'
import { stepsPerEpoch, train } from './train.js'
import { createTraining } from './training.js'

const defaultEpochs = 6
const defaultSeed = 1

/** Exit status of a process that Ctrl-C ended, as shells give it. */
const interruptedStatus = 130

/** `petagrad demo`: trains, reports, saves, and has another process load what was saved. */
export async function demo(options: DemoOptions): Promise<void> {
  const say = (text: string): void => (options.json ? undefined : console.log(text))
  const directory = await outputDirectory(options.output)
  const { runtime, device } = await openRuntime(options.device)
  const interrupt = onInterrupt()
  try {
    const checkpoint = options.resume ? await readCheckpoint(checkpointPath(directory)) : undefined
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
    const until = Math.min(options.steps ?? steps, steps)
    const outcome = await train({
      training, runtime, data, progress, start, until, checkpoint: checkpointPath(directory), interrupted: () => interrupt.seen,
    }).finally(() => progress.stop())
    interrupt.stop()
    const { position } = outcome
    if (interrupt.seen) {
      const where = position.step === start.step ? 'nothing new to save' : `checkpoint in ${checkpointPath(directory)}; go on with --resume --output ${options.output}`
      throw new Exit(interruptedStatus, `stopped after step ${position.step} of ${steps}: ${where}`)
    }

    const confusion = await evaluate(training, data.test)
    const history = { losses: position.losses, accuracies: position.accuracies, stepsPerEpoch: perEpoch }
    const model = join(directory, 'model.safetensors')
    const curve = join(directory, 'learning-curve.svg')
    await saveSafetensors(model, stateDict(training.net), { metadata: { format: 'petagrad-digits-1' } })
    await writeFile(curve, svgCurve(history, `Handwritten digits on ${device.name}: ${(100 * accuracyOf(confusion)).toFixed(2)}% of held-out images right`))
    const profile = outcome.stepTimes.length > 0 ? await training.profile() : []
    say(`\n${terminalCurve(history)}`)
    say(`\n${confusionTable(confusion)}\n\nheld-out accuracy ${(100 * accuracyOf(confusion)).toFixed(2)}% after ${position.seconds.toFixed(1)} s`)
    if (profile.length > 0) say(`\n${kernelTable(profile)}`)
    say(`\nsaved ${model}, ${curve}, ${checkpointPath(directory)}`)
    const predictions = await predictElsewhere(model, device.name, options.json === true)
    if (options.json) {
      console.log(JSON.stringify(summary({ device, start, outcome, confusion, profile, files: { model, curve }, predictions: JSON.parse(predictions) })))
    }
  } finally {
    interrupt.stop()
    await runtime.close()
  }
}

function startOf(options: DemoOptions, checkpoint: Checkpoint | undefined): Position {
  const fresh: Position = { seed: options.seed ?? defaultSeed, epochs: options.epochs ?? defaultEpochs, step: 0, losses: [], accuracies: [], seconds: 0 }
  if (checkpoint === undefined) return fresh
  const { position } = checkpoint
  if (options.seed !== undefined && options.seed !== position.seed) {
    throw new PetagradError('INVALID_ARGUMENT', `the checkpoint was made with seed ${position.seed}, not ${options.seed}`)
  }
  return { ...position, epochs: options.epochs ?? position.epochs }
}

async function outputDirectory(path: string): Promise<string> {
  try {
    await mkdir(path, { recursive: true })
  } catch (cause) {
    const there = await stat(path).catch(() => undefined)
    const why = there !== undefined && !there.isDirectory() ? 'it is a file' : cause instanceof Error ? cause.message : String(cause)
    throw new PetagradError('INVALID_ARGUMENT', `cannot write to ${path}: ${why}`, { hint: 'Name another directory with --output.', cause })
  }
  return path
}

/** Notes the first Ctrl-C, so that the step under way ends and is saved; the second one ends the process at once. */
function onInterrupt(): { readonly seen: boolean; stop(): void } {
  const state = { seen: false, stop: () => void process.off('SIGINT', note).off('SIGTERM', note) }
  function note(): void {
    state.seen = true
    state.stop()
  }
  process.on('SIGINT', note).on('SIGTERM', note)
  return state
}

/** Loads the model in a fresh process, which prints its predictions (or returns them as JSON). */
function predictElsewhere(model: string, device: string, json: boolean): Promise<string> {
  const command = fileURLToPath(new URL('./petagrad.js', import.meta.url))
  const child = spawn(process.execPath, [command, 'predict', model, '--device', device, ...(json ? ['--json'] : [])], {
    stdio: ['ignore', json ? 'pipe' : 'inherit', 'inherit'],
  })
  return new Promise((resolve, reject) => {
    let text = ''
    child.stdout?.on('data', (part: Buffer) => (text += part.toString()))
    child.on('error', reject)
    child.on('close', code => (code === 0 ? resolve(text) : reject(new PetagradError('DEVICE_FAILED', `the process that reloads the model ended with status ${code}`))))
  })
}
