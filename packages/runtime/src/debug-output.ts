import type { MachineModel } from '@petagrad/renderer'
import type { CompiledKernel } from './kernel-compiler.js'
import type { LoweredKernel } from './lowered-kernel.js'
import { roofShare } from './roof.js'
import { log } from './settings.js'

/** How the figures of debugging output are written: three significant digits and a unit. */
const digits = (value: number): string => (value >= 1000 ? value.toFixed(0) : value.toPrecision(3))

export function duration(nanoseconds: number): string {
  if (nanoseconds < 1e3) return `${digits(nanoseconds)} ns`
  if (nanoseconds < 1e6) return `${digits(nanoseconds / 1e3)} us`
  return nanoseconds < 1e9 ? `${digits(nanoseconds / 1e6)} ms` : `${digits(nanoseconds / 1e9)} s`
}

export function byteCount(bytes: number): string {
  if (bytes < 1e3) return `${bytes} B`
  if (bytes < 1e6) return `${digits(bytes / 1e3)} kB`
  return bytes < 1e9 ? `${digits(bytes / 1e6)} MB` : `${digits(bytes / 1e9)} GB`
}

/** Level 2: one line per launch. `memoryBytes` is what the device has allocated. */
export function logLaunch(device: string, kernel: CompiledKernel, nanoseconds: number, memoryBytes: number, machine: MachineModel): void {
  const { name, work, grid } = kernel.lowered
  const tasks = grid.reduce<number>((n, g) => n * (typeof g === 'number' ? g : 1), 1)
  const share = roofShare(work, tasks, nanoseconds, machine)
  log([
    device.padEnd(6),
    name.padEnd(40),
    `[${grid.map(g => (typeof g === 'number' ? g : 'n')).join(', ')}]`.padEnd(10),
    duration(nanoseconds).padStart(9),
    `${digits(work.ops / nanoseconds)} GFLOPS`.padStart(13),
    `${digits(work.bytes / nanoseconds)} GB/s`.padStart(11),
    (share === undefined ? '- roof' : `${Math.round(share * 100)} % roof`).padStart(10),
    `${byteCount(memoryBytes)}`.padStart(8),
  ].join(' '))
}

/** Levels 3 and 4: the schedule chosen and the source. `level` is the debug level. */
export function logLowered(kernel: LoweredKernel, level: number, disassemble: ((bytes: Uint8Array) => string) | undefined): void {
  if (level >= 3) log(`${kernel.name}: schedule ${kernel.schedule.trim().replaceAll('\n', '; ') || '(none)'}`)
  if (level < 4) return
  const { artifact } = kernel
  if (artifact.kind === 'source') log(artifact.text)
  else log(disassemble?.(artifact.bytes) ?? `${kernel.name}: ${artifact.bytes.length} bytes of ${artifact.format}`)
}
