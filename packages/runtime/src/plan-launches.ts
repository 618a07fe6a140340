import { PetagradError } from '@petagrad/ir/graph'
import type { BufferRef, DeviceBuffer, Launch } from '@petagrad/device'
import type { Slot } from '@petagrad/schedule'
import type { CompiledKernel } from './kernel-compiler.js'
import type { KernelFacts } from './lowered-kernel.js'

/** The memory that a plan's slots stand for in one run. */
export interface PlanMemory {
  readonly externals: readonly DeviceBuffer[]
  /** By root; undefined for roots that get no fresh buffer. */
  readonly roots: readonly (DeviceBuffer | undefined)[]
  /** Undefined for plans with no intermediates. */
  readonly arena: DeviceBuffer | undefined
}

/** The launches of a plan, in order; `kernels` are its calls' programs. */
export function planLaunches(
  { calls }: { readonly calls: readonly { readonly args: readonly Slot[] }[] }, kernels: readonly CompiledKernel[], memory: PlanMemory,
): Launch[] {
  return calls.map(({ args }, i) => {
    const { program, lowered } = kernels[i]
    return { program, buffers: args.map(slot => place(slot, memory)), variables: [], grid: fixedGrid(lowered) }
  })
}

function place(slot: Slot, memory: PlanMemory): BufferRef {
  switch (slot.kind) {
    case 'external': return { buffer: memory.externals[slot.index], offset: 0 }
    case 'root': return { buffer: present(memory.roots[slot.index]), offset: 0 }
    case 'arena': return { buffer: present(memory.arena), offset: slot.offset }
  }
}

function present(buffer: DeviceBuffer | undefined): DeviceBuffer {
  if (buffer === undefined) throw new PetagradError('IR_INVALID', 'a plan refers to memory that it does not declare')
  return buffer
}

function fixedGrid({ name, grid }: KernelFacts): number[] {
  return grid.map(extent => {
    if (typeof extent === 'number') return extent
    throw new PetagradError('UNSUPPORTED', `the kernel ${name} has a symbolic size, and running a graph binds no values to symbols yet`)
  })
}
