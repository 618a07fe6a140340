import { capture, createRuntime, realizeAll, setDefaultRuntime } from 'petagrad'
import { cpu } from 'petagrad/cpu'
import { wasm } from 'petagrad/wasm'
import { compiledModels } from '../models/compiled-models.js'
import { sourceOnly } from '../models/source-only.js'

// Compiles one model in a process that has compiled nothing, from graph to source, and says how long it took.
const [device, name] = process.argv.slice(2)
const runtime = createRuntime({ backends: [sourceOnly(device === 'cpu' ? cpu : wasm)], cacheDirectory: 'off' })
setDefaultRuntime(() => runtime)
const model = compiledModels.find(m => m.name === name)
if (model === undefined) throw new Error(`no model is called ${name}`)

await runtime.device()
const { inputs, step } = model.make()
await realizeAll(...inputs) // initial values are not part of the step
const before = runtime.statistics()
const start = performance.now()
const captured = capture(() => step(...inputs))
await captured()
const milliseconds = performance.now() - start
const after = runtime.statistics()
console.log(JSON.stringify({
  milliseconds,
  kernels: captured.kernels().length,
  parts: {
    schedule: after.scheduleMs - before.scheduleMs,
    codegen: after.codegenMs - before.codegenMs,
    render: after.renderMs - before.renderMs,
  },
}))
