import { PetagradError } from '@petagrad/ir/graph'
import type { Executor } from './contract.js'

let factory: (() => Executor) | undefined
let current: Executor | undefined

/**
 * Says how the process-wide runtime is made. `make` is called at the first use and must not open a device: `Runtime`
 * opens its device when it first has to. Setting another factory drops the runtime made by the previous one; buffers
 * that it made stay with it.
 */
export function setDefaultRuntime(make: () => Executor): void {
  factory = make
  current = undefined
}

/**
 * The runtime of tensors that name none. It is there at once, so that tensors can be created synchronously; devices
 * are opened later. Throws DEVICE_UNAVAILABLE where no factory has been set.
 */
export function defaultRuntime(): Executor {
  if (current === undefined) {
    if (factory === undefined) {
      throw new PetagradError('DEVICE_UNAVAILABLE', 'no default runtime is set', {
        hint: "Import Tensor from 'petagrad', or call setDefaultRuntime(() => createRuntime({ backends: [...] })).",
      })
    }
    current = factory()
  }
  return current
}

/** The default runtime if it has been made. */
export const existingDefaultRuntime = (): Executor | undefined => current
