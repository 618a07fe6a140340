import { lowerKernel } from '@petagrad/codegen'
import type { Device, DeviceBuffer } from '@petagrad/device'
import { interpretAll, encodeValues, interpretKernel, interpretProgram, verify, verifyProgram, type UOp } from '@petagrad/ir'
import type { Capabilities, LinearProgram, Renderer } from '@petagrad/renderer'
import { schedule, type BoundPlan, type Slot } from '@petagrad/schedule'
import { BatchCompiler } from './batch-compiler.js'
import type { BufferBytes, ConformanceTarget } from './target.js'

type RunKernel = (kernel: UOp<'kernel'>, args: readonly Uint8Array[]) => Promise<void>

/** The tensor interpreter itself: what the suite must pass on by definition. */
export const tensorInterpreter: ConformanceTarget = {
  name: 'tensor interpreter',
  execute: (sink, buffers) => Promise.resolve(interpretAll([sink], { buffers }).map(({ dtype, values }) => encodeValues(dtype, values))),
  executeKernel: (kernel, args) => Promise.resolve(interpretKernel(kernel, args)),
}

/** The scheduler, with its kernels interpreted. */
export const scheduledTarget = (): ConformanceTarget => planTarget('scheduler', (kernel, args) => {
  interpretKernel(kernel, args)
  return Promise.resolve()
})

/** The scheduler and code generator for these capabilities, with the programs interpreted, their tasks in reverse. */
export const programTarget = (name: string, capabilities: Capabilities): ConformanceTarget => planTarget(name, (kernel, args) => {
  const program = lowered(kernel, capabilities)
  interpretProgram(program, args, { order: count => Array.from({ length: count }, (_, i) => count - 1 - i) })
  return Promise.resolve()
})

/** The whole way, through a renderer and a driver. Cases that run at the same time are compiled together. */
export function deviceTarget(name: string, renderer: Renderer, device: Device): ConformanceTarget {
  const compiler = new BatchCompiler(device)
  let count = 0
  return planTarget(name, async (kernel, args) => {
    // Entries of their own let kernels share a compilation.
    const program = { ...lowered(kernel, renderer.capabilities), name: `kernel_${count++}` }
    const artifact = renderer.render(program)
    await runOnDevice(program, artifact.entry, await compiler.compile(artifact), device, args)
  })
}

function lowered(kernel: UOp<'kernel'>, capabilities: Capabilities): LinearProgram {
  const program = lowerKernel(kernel, capabilities)
  verifyProgram(program.uops)
  return program
}

/** Runs plans kernel by kernel on plain bytes. */
function planTarget(name: string, runKernel: RunKernel): ConformanceTarget {
  return {
    name,
    executeKernel: async (kernel, args) => {
      verify(kernel, 'kernel')
      await runKernel(kernel, args)
    },
    execute: async (sink, buffers) => {
      const bound = schedule(sink)
      const memory = new PlanMemory(bound, buffers)
      for (const call of bound.plan.calls) {
        verify(call.kernel, 'kernel')
        await runKernel(call.kernel, call.args.map(slot => memory.bytes(slot)))
      }
      return bound.plan.roots.map((_, i) => memory.root(i).slice())
    },
  }
}

class PlanMemory {
  private readonly arena: Uint8Array
  private readonly fresh: readonly Uint8Array[]

  constructor(
    private readonly bound: BoundPlan,
    private readonly buffers: BufferBytes,
  ) {
    this.arena = new Uint8Array(bound.plan.arenaBytes).fill(0xa5)
    this.fresh = bound.plan.roots.map(root => new Uint8Array(root.kind === 'fresh' ? (root.size * root.dtype.bits) / 8 : 0).fill(0xa5))
  }

  bytes(slot: Slot): Uint8Array {
    switch (slot.kind) {
      case 'arena': return this.arena.subarray(slot.offset, slot.offset + slot.bytes)
      case 'external': return this.external(slot.index)
      case 'root': return this.fresh[slot.index]
    }
  }

  root(index: number): Uint8Array {
    const root = this.bound.plan.roots[index]
    if (root.kind === 'same') return this.root(root.root)
    return root.kind === 'external' ? this.external(root.index) : this.fresh[index]
  }

  private external(index: number): Uint8Array {
    const bytes = this.buffers.get(this.bound.externals[index])
    if (bytes === undefined) throw new Error(`the plan uses an external buffer ${index} that the graph does not have`)
    return bytes
  }
}

async function runOnDevice(program: LinearProgram, entry: string, binary: Uint8Array, device: Device, args: readonly Uint8Array[]): Promise<void> {
  const info = { entry, params: args.length, variables: program.variables.length, scratchBytes: program.scratchBytes, block: program.block }
  const loaded = await device.load(binary, info)
  const memory: DeviceBuffer[] = args.map(bytes => device.allocate(Math.max(bytes.length, 1)))
  try {
    const buffers = memory.map(buffer => ({ buffer, offset: 0 }))
    args.forEach((bytes, slot) => device.upload(buffers[slot], bytes))
    await device.run([{ program: loaded, buffers, variables: [], grid: program.grid.map(Number) }])
    for (const { slot, access } of program.params) if (access !== 'read') args[slot].set(await device.download(buffers[slot], args[slot].length))
  } finally {
    for (const buffer of memory) buffer.free()
    loaded.free()
  }
}
