import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { capture, createRuntime, setDefaultRuntime } from 'petagrad'
import { cpu } from 'petagrad/cpu'
import { wasm } from 'petagrad/wasm'
import type { Artifact, LinearProgram } from '@petagrad/renderer'
import type { Backend, OpenedBackend } from '@petagrad/runtime'
import { schedule, type Plan } from '@petagrad/schedule'
import type { Case } from '../case.js'
import { tensorsOf } from '../tensors.js'

/** A kernel of a case, and the files that hold what became of it. */
export interface BuiltKernel {
  readonly name: string
  /** The function in its binary. */
  readonly entry: string
  readonly schedule: string
  readonly grid: string
  /** C, or WebAssembly as text. */
  readonly source: string
  readonly binary: string
}

export interface BuiltCase {
  readonly kernels: readonly BuiltKernel[]
  /** Launches of a replay: a kernel may run more than once. */
  readonly launches: number
  /** Intermediates, with and without reuse of memory. */
  readonly arenaBytes: number
  readonly unplannedBytes: number
}

interface Recorded {
  readonly program: LinearProgram
  readonly artifact: Artifact
}

/** Compiles a case as it is compiled for timing, and keeps everything that it goes through in `directory`. */
export async function buildCase(benchmark: Case, device: string, threads: number, directory: string): Promise<BuiltCase> {
  const recorded: Recorded[] = []
  const plans: Plan[] = []
  let opened: OpenedBackend | undefined
  const backend = recording(device === 'cpu' ? cpu : wasm, recorded, o => (opened = o))
  const runtime = createRuntime({
    backends: [backend],
    threads,
    cacheDirectory: 'off',
    schedule(sink) {
      const bound = schedule(sink)
      plans.push(bound.plan)
      return bound
    },
  })
  setDefaultRuntime(() => runtime)
  try {
    const step = capture(benchmark.ours(tensorsOf(benchmark)))
    await step()
    const names = new Set(step.kernels().map(k => k.name))
    const plan = plans.at(-1)
    if (opened === undefined || plan === undefined) throw new Error(`${benchmark.name} compiled nothing`)
    await mkdir(directory, { recursive: true })
    const into = opened
    // The last of a name: kernels that make initial values may share it.
    const own = [...new Map(recorded.filter(r => names.has(r.program.name)).map(r => [r.program.name, r])).values()]
    const kernels = await Promise.all(own.map(r => keep(r, into, directory)))
    return { kernels, launches: step.kernels().length, arenaBytes: plan.arenaBytes, unplannedBytes: plan.unplannedBytes }
  } finally {
    await runtime.close()
  }
}

function recording(backend: Backend, into: Recorded[], onOpen: (opened: OpenedBackend) => void): Backend {
  return {
    name: backend.name,
    probe: () => backend.probe(),
    async open(options) {
      const opened = await backend.open(options)
      onOpen(opened)
      const { renderer } = opened
      const render = (program: LinearProgram): Artifact => {
        const artifact = renderer.render(program)
        into.push({ program, artifact })
        return artifact
      }
      return { ...opened, renderer: { name: renderer.name, capabilities: renderer.capabilities, render } }
    },
  }
}

async function keep({ program, artifact }: Recorded, { device, disassemble }: OpenedBackend, directory: string): Promise<BuiltKernel> {
  const { name, schedule, grid } = program
  const isSource = artifact.kind === 'source'
  const source = join(directory, `${name}.${isSource ? artifact.language : 'wat'}`)
  const binary = join(directory, `${name}.${isSource ? 'so' : 'wasm'}`)
  await writeFile(source, isSource ? artifact.text : disassemble?.(artifact.bytes) ?? '')
  await writeFile(binary, isSource ? await device.compile(artifact) : artifact.bytes)
  return { name, entry: artifact.entry, schedule, grid: grid.map(String).join(' × '), source, binary }
}
