import { createRuntime, setDefaultRuntime, settings, type DeviceReport, type Runtime, type TuningOptions } from 'petagrad'
import { backends } from '../backends.js'

export interface OpenedRuntime {
  readonly runtime: Runtime
  readonly device: DeviceReport
}

/**
 * Makes the runtime of this process. Unless a device is named, the demo runs on the embedded default, WebAssembly: what
 * it shows is then the same on every machine.
 */
export async function openRuntime(device: string | undefined, tune?: boolean | TuningOptions): Promise<OpenedRuntime> {
  const runtime = createRuntime({ backends, device: device ?? settings().device ?? 'wasm', ...(tune === undefined ? {} : { tune }) })
  setDefaultRuntime(() => runtime)
  return { runtime, device: await runtime.device() }
}
