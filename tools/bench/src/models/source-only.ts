import type { CommandList, Device, DeviceBuffer, LoadedProgram } from '@petagrad/device'
import type { Backend } from '@petagrad/runtime'

/** A backend's renderer over a device that computes nothing: graphs are scheduled, lowered and rendered, and go no further. */
export function sourceOnly(backend: Backend): Backend {
  return {
    name: backend.name,
    probe: () => backend.probe(),
    async open(options) {
      const { device, renderer } = await backend.open(options)
      await device.close()
      return { renderer, device: nowhere }
    },
  }
}

const buffer = (bytes: number): DeviceBuffer => ({ bytes, free() {} })

const list: CommandList = {
  replay: async () => undefined,
  replayTimed: async () => new Float64Array(),
  rebind() {},
  free() {},
}

const nowhere: Device = {
  name: 'nowhere',
  description: 'computes nothing',
  compilerKey: 'none',
  allocate: buffer,
  upload() {},
  download: async (_, bytes) => new Uint8Array(bytes),
  compile: async () => new Uint8Array(),
  load: async (_, info): Promise<LoadedProgram> => ({ info, free() {} }),
  run: async () => undefined,
  record: () => list,
  statistics: () => ({ allocatedBytes: 0, allocations: 0, launches: 0 }),
  close: async () => undefined,
}
