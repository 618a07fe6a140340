// One matrix product through every stage of the compiler, as text. Nothing here depends on the machine that it runs on.
import { lowerKernel } from '@petagrad/codegen'
import { dtypes, print, printProgram, uop } from '@petagrad/ir'
import { createCRenderer } from '@petagrad/renderer-c'
import { createWasmRenderer, disassemble } from '@petagrad/renderer-wasm'
import { createRuntime, setDefaultRuntime } from '@petagrad/runtime'
import { schedule } from '@petagrad/schedule'
import { Tensor } from '@petagrad/tensor'

/** One row of the result a task, `lanes` columns at a time: short enough to read, unlike what the default schedule makes. */
const shortSchedule = lanes => [`0: split 1 by ${lanes}`, '0: task 0', '0: reorder 0 1 2 3', '0: lane 3'].join('\n')

/** @returns {Record<string, { language: string, text: string }>} by the name that docs/architecture.md gives each text */
export function stages() {
  setDefaultRuntime(() => createRuntime({ backends: [] }))
  const x = Tensor.from(new Float32Array(64 * 64), { shape: [64, 64] })
  const w = Tensor.from(new Float32Array(64 * 64), { shape: [64, 64] })
  const y = x.matmul(w).relu()
  const { plan } = schedule(uop('sink', dtypes.void, [y.uop]))
  const [{ kernel, args }] = plan.calls

  const c = createCRenderer({ compiler: 'clang', isa: 'x86-64-v3', cores: 2 })
  const wasm = createWasmRenderer({ threads: 2 })
  const byDefault = lowerKernel(kernel, c.capabilities)
  let expanded = ''
  const short = lowerKernel(kernel, c.capabilities, {
    schedule: shortSchedule(8),
    onPass: (name, made) => {
      if (name === 'expand') expanded = print(uop('sink', dtypes.void, made))
    },
  })
  const forWasm = lowerKernel(kernel, wasm.capabilities, { schedule: shortSchedule(4) })
  const binary = wasm.render(forWasm)

  return {
    graph: { language: 'text', text: print(y.uop) },
    plan: { language: 'text', text: plan.calls.map((_, i) => `kernel ${i}: ${args.map((a, slot) => `slot ${slot} is ${slotText(a)}`).join(', ')}`).join('\n') },
    kernel: { language: 'text', text: print(kernel) },
    'default-schedule': { language: 'text', text: byDefault.schedule },
    'short-schedule': { language: 'text', text: short.schedule },
    expanded: { language: 'text', text: expanded },
    program: { language: 'text', text: printProgram(short.uops) },
    c: { language: 'c', text: c.render(short).text },
    wasm: { language: 'wasm', text: disassemble(binary.bytes) },
  }
}

const slotText = slot => (slot.kind === 'arena' ? `${slot.bytes} bytes at ${slot.offset} of the arena` : `${slot.kind} buffer ${slot.index}`)
