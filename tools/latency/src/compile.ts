import { capture, realizeAll } from '@petagrad/tensor'
import { createRuntime, setDefaultRuntime, type RuntimeStatistics } from '@petagrad/runtime'
import { idleBackends } from './idle-backends.js'
import { models } from './models.js'

/**
 * `node compile.js MODEL[:LAYERS] [wasm|cpu]`: one model, compiled once in this process, with nothing cached. Prints
 * milliseconds as JSON, those of the kernels that make the initial state apart from those of the step.
 */
const [name = 'demo', device = 'wasm'] = process.argv.slice(2)
const [kind, layers = '12'] = name.split(':')
const make = Object.hasOwn(models, kind) ? models[kind] : undefined
if (make === undefined) throw new Error(`no model ${kind}; there are ${Object.keys(models).join(', ')}`)

const runtime = createRuntime({ backends: idleBackends, device, cacheDirectory: 'off' })
setDefaultRuntime(() => runtime)

const round = (x: number): number => Number(x.toFixed(1))
const timesSince = (before: RuntimeStatistics, milliseconds: number): Record<string, number> => {
  const now = runtime.statistics()
  const [schedule, codegen, render] = [now.scheduleMs - before.scheduleMs, now.codegenMs - before.codegenMs, now.renderMs - before.renderMs]
  return {
    kernels: now.kernelsCompiled - before.kernelsCompiled,
    shared: now.kernelCacheHits - before.kernelCacheHits,
    schedule: round(schedule), codegen: round(codegen), render: round(render), compile: round(schedule + codegen + render),
    all: round(milliseconds),
  }
}

const begin = performance.now()
const before = runtime.statistics()
const model = make(Number(layers))
await realizeAll()
const middle = performance.now()
const state = timesSince(before, middle - begin)
const made = runtime.statistics()
await capture(model.step)(...model.inputs)
console.log(JSON.stringify({ model: name, device, state, step: timesSince(made, performance.now() - middle) }))
