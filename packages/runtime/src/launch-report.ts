import { logLaunch } from './debug-output.js'
import type { CompiledKernel } from './kernel-compiler.js'
import type { OpenedDevice } from './opened-device.js'
import { debugLevel, settings } from './settings.js'
import { activeTrace } from './trace.js'

/** True while somebody wants to know how long each launch takes. */
export const timingWanted = (): boolean => debugLevel() >= 2 || settings().profile !== undefined

/**
 * Tells debugging output and the trace how long each launch took, in nanoseconds. The device says how long, not when:
 * in the trace the launches stand one after the other from `start`, in milliseconds of `performance.now()`.
 */
export function reportLaunches(opened: OpenedDevice, kernels: readonly CompiledKernel[], nanoseconds: Float64Array, start: number): void {
  if (debugLevel() >= 2) {
    const memory = opened.device.statistics().allocatedBytes
    const { machine } = opened.renderer.capabilities
    kernels.forEach((kernel, i) => logLaunch(opened.name, kernel, nanoseconds[i], memory, machine))
  }
  const trace = activeTrace()
  if (trace === undefined) return
  trace.span('runtime', 'run', `run ${kernels.length} kernels`, start, performance.now())
  let at = start
  kernels.forEach(({ lowered: { name, work, grid } }, i) => {
    const end = at + nanoseconds[i] / 1e6
    trace.span(`device ${opened.name}`, 'kernel', name, at, end, {
      grid, gflops: work.ops / nanoseconds[i], gigabytesPerSecond: work.bytes / nanoseconds[i],
    })
    at = end
  })
}
