import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { saveSafetensors, stateDict, type CompileProfile, type DeviceReport } from 'petagrad'
import type { Position } from './checkpoint.js'
import { accuracyOf, confusionTable } from './confusion.js'
import type { Split } from './data.js'
import { evaluate } from './evaluate.js'
import { predictInFreshProcess } from './fresh-process.js'
import { kernelTable } from './kernel-table.js'
import { svgCurve, terminalCurve } from './learning-curve.js'
import { summary } from './summary.js'
import { stepsPerEpoch, type Outcome } from './train.js'
import type { Training } from './training.js'

export interface Report {
  readonly directory: string
  readonly device: DeviceReport
  readonly data: Split
  readonly training: Training
  readonly start: Position
  readonly outcome: Outcome
  /** What training compiled, where that was asked for. */
  readonly compilation?: CompileProfile
  readonly json: boolean
}

/** Tests, saves and shows what was learned: for a reader, or as one JSON object. */
export async function report({ directory, device, data, training, start, outcome, compilation, json }: Report): Promise<void> {
  const { position } = outcome
  const confusion = await evaluate(training, data.test)
  const accuracy = `${(100 * accuracyOf(confusion)).toFixed(2)}%`
  const history = { losses: position.losses, accuracies: position.accuracies, stepsPerEpoch: stepsPerEpoch(data) }
  const model = join(directory, 'model.safetensors')
  const curve = join(directory, 'learning-curve.svg')
  await saveSafetensors(model, stateDict(training.net), { metadata: new Map([['format', 'petagrad-digits-1']]) })
  await writeFile(curve, svgCurve(history, `Handwritten digits on ${device.name}: ${accuracy} of held-out images right`))
  // Timing the kernels trains once more, so it comes after everything that shows the result.
  const profile = outcome.stepTimes.length > 0 ? await training.profile() : []
  if (json) {
    const predictions: unknown = JSON.parse(await predictInFreshProcess(model, device.name, true))
    console.log(JSON.stringify(summary({ device, start, outcome, confusion, profile, files: { model, curve }, predictions, compilation })))
    return
  }
  console.log(`\n${terminalCurve(history)}`)
  console.log(`\n${confusionTable(confusion)}\n\nheld-out accuracy ${accuracy} after ${position.seconds.toFixed(1)} s`)
  if (profile.length > 0) console.log(`\n${kernelTable(profile)}`)
  console.log(`\nsaved ${model} and ${curve}`)
  await predictInFreshProcess(model, device.name, false)
}
