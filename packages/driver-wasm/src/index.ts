import { PetagradError } from '@petagrad/ir/graph'
import { detectKeptOrder, detectRelaxedSimd, detectSimd, detectThreads } from './detect.js'
import { WasmMachine, type WasmDevice } from './device.js'
import { hostThreads } from './host.js'
import { InThreadExecutor } from './in-thread.js'
import { MOST_WORKERS } from './layout.js'
import { DeviceMemory } from './memory.js'
import { ThreadedExecutor } from './threads.js'

export { detectKeptOrder, detectRelaxedSimd, detectSimd, detectThreads } from './detect.js'
export type { WasmDevice, WasmTarget } from './device.js'

export interface WasmDeviceOptions {
  /** Worker threads; all cores by default. */
  readonly threads?: number
  /** Bytes that the device's memory may grow to; 4 GiB, the most there is, by default. */
  readonly maxMemory?: number
  /**
   * When worker threads start: before the device is opened, or when the calling thread has worked long enough for them to
   * be worth their start. Where the calling thread may not block (a page), always before. On demand by default.
   */
  readonly startThreads?: 'at-once' | 'on-demand'
  /** False keeps everything on the calling thread, as where memory cannot be shared; found out by default. */
  readonly sharedMemory?: boolean
}

/**
 * Opens a device that runs WebAssembly kernels. `target` is what the renderer has to be told.
 *
 * Errors: DEVICE_UNAVAILABLE where there is no WebAssembly SIMD or workers do not start; INVALID_ARGUMENT for a number
 * of threads that is not from 1 to 256; OUT_OF_MEMORY where the host gives no memory.
 */
export async function createWasmDevice(options: WasmDeviceOptions = {}): Promise<WasmDevice> {
  if (typeof WebAssembly !== 'object' || !detectSimd()) throw new PetagradError('DEVICE_UNAVAILABLE', 'this host has no WebAssembly with 128-bit SIMD')
  const cores = await hostThreads()
  const threads = options.threads ?? Math.min(cores, MOST_WORKERS)
  if (!Number.isInteger(threads) || threads < 1 || threads > MOST_WORKERS) {
    throw new PetagradError('INVALID_ARGUMENT', `threads must be an integer from 1 to ${MOST_WORKERS}, not ${threads}`)
  }
  const sharedMemory = options.sharedMemory ?? detectThreads()
  const memory = DeviceMemory.create(sharedMemory, options.maxMemory)
  const host = { sharedMemory, relaxedSimd: detectRelaxedSimd(), machine: { loadsFirst: !detectKeptOrder() } }
  if (!sharedMemory) return new WasmMachine(memory, new InThreadExecutor(memory), { threads: 1, ...host })
  try {
    const executor = new ThreadedExecutor(memory, threads, cores)
    if (options.startThreads === 'at-once' || !executor.callerLeads) await executor.start()
    return new WasmMachine(memory, executor, { threads, ...host })
  } catch (cause) {
    throw new PetagradError('DEVICE_UNAVAILABLE', `the worker threads could not be started: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}
