import { capture, createRuntime, setDefaultRuntime, type TuningReport } from 'petagrad'
import { cpu } from 'petagrad/cpu'
import { wasm } from 'petagrad/wasm'
import { tensorsOf } from '../tensors.js'
import { serve } from './serve.js'

const [device, threads] = [process.argv[2], Number(process.argv[3])]
/** With a fourth argument every case is tuned as it is prepared. */
const tunes = process.argv[4] === 'tune'
let tuning: TuningReport | undefined
const tune = tunes && { again: true, onTuned: (report: TuningReport) => (tuning = report) }
const runtime = createRuntime({ backends: [cpu, wasm], device, threads, tune })
setDefaultRuntime(() => runtime)

await serve({
  version: (await runtime.device()).description ?? device,
  async prepare(benchmark) {
    const inputs = tensorsOf(benchmark)
    const step = capture(benchmark.ours(inputs))
    return {
      first: async () => [await step()].flat()[0].data(),
      step,
      tuning: () => tuning,
      async end() {
        step.free()
        for (const input of Object.values(inputs)) input.dispose()
      },
    }
  },
})
await runtime.close()
