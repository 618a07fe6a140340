import type { Device, DeviceBuffer } from '@petagrad/device'
import { createCRenderer } from '@petagrad/renderer-c'
import { createWasmRenderer } from '@petagrad/renderer-wasm'
import type { Backend } from '@petagrad/runtime'

/** A device that takes every kernel and runs none: what is left of a program is its compilation. */
function idleDevice(name: string): Device {
  const allocate = (bytes: number): DeviceBuffer => ({ bytes, free: () => undefined })
  return {
    name,
    description: `${name}, compiled for and not run`,
    compilerKey: 'idle',
    allocate,
    upload: () => undefined,
    download: async (_, bytes) => new Uint8Array(bytes),
    compile: async () => new Uint8Array(0),
    load: async (_, info) => ({ info, free: () => undefined }),
    run: async () => undefined,
    record: launches => ({
      replay: async () => undefined,
      replayTimed: async () => new Float64Array(launches.length),
      rebind: () => undefined,
      free: () => undefined,
    }),
    statistics: () => ({ allocatedBytes: 0, allocations: 0, launches: 0 }),
    close: async () => undefined,
  }
}

const probe: Backend['probe'] = async () => ({ available: true, reason: 'it runs nothing' })

/** The renderers for machines that are the same everywhere, so that figures can be compared. */
export const idleBackends: readonly Backend[] = [
  {
    name: 'wasm',
    probe,
    open: async () => ({ device: idleDevice('wasm'), renderer: createWasmRenderer() }),
  },
  {
    name: 'cpu',
    probe,
    open: async () => ({ device: idleDevice('cpu'), renderer: createCRenderer({ compiler: 'clang', isa: 'x86-64-v4', cores: 1 }) }),
  },
]
