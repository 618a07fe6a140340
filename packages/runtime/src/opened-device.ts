import type { Device, DeviceBuffer } from '@petagrad/device'
import type { Renderer } from '@petagrad/renderer'
import { loadBackend, type BackendSource } from './backend-choice.js'
import { compilerBuild } from './compiler-build.js'
import type { BackendOptions } from './contract.js'
import type { Counters } from './counters.js'
import { openDiskCache, type ByteStore } from './disk-cache.js'
import { isNode } from './host.js'
import { KernelCompiler, type KernelCache, type LowerKernel } from './kernel-compiler.js'
import { MemoryPool } from './memory-pool.js'
import { MemoryPressure } from './memory-pressure.js'
import { PlanCache } from './plan-cache.js'
import { debugLevel, log } from './settings.js'
import { targetIdentity } from './tune/identity.js'
import { ScheduleDatabase, type ScheduleSource } from './tune/schedule-database.js'

/** A device in use, and what the runtime keeps beside it. */
export interface OpenedDevice {
  readonly name: string
  readonly device: Device
  readonly renderer: Renderer
  readonly pool: MemoryPool
  readonly arena: Arena
  readonly compiler: KernelCompiler
  /** Undefined where plans are not kept on disk; the scheduler remembers its own. */
  readonly plans: PlanCache | undefined
  /** What tuning has found for this device; undefined where the host cannot tell kernels apart. */
  readonly schedules: ScheduleDatabase | undefined
  readonly pressure: MemoryPressure
}

export interface OpenOptions extends BackendOptions {
  readonly cacheDirectory: string | undefined
  /** `'off'` for none; undefined: a file in the cache directory. */
  readonly schedules: ScheduleSource | undefined
  readonly lowerKernel: () => Promise<LowerKernel>
  /** Whether plans may be kept: they must all be made by the scheduler and the code generator that the cache's key names. */
  readonly keepPlans: boolean
  readonly counters: Counters
}

export async function openDevice(source: BackendSource, options: OpenOptions): Promise<OpenedDevice> {
  const { counters, lowerKernel, threads } = options
  const backend = await loadBackend(source)
  const [{ renderer, device, disassemble }, store] = await Promise.all([backend.open({ threads }), openStore(options.cacheDirectory)])
  const cache: KernelCache | undefined = store && { store, build: await compilerBuild(renderer.name) }
  const schedules = await openSchedules(renderer, device, options)
  const pool = new MemoryPool(device, counters)
  const compiler = new KernelCompiler({ renderer, device, disassemble, lowerKernel, cache, counters, schedules })
  const kept = options.keepPlans && cache?.build !== undefined
  const plans = kept ? new PlanCache(cache.store, compiler, counters, () => schedules?.text ?? '') : undefined
  return { name: source.name, device, renderer, pool, arena: new Arena(pool), compiler, plans, schedules, pressure: new MemoryPressure() }
}

async function openSchedules(renderer: Renderer, device: Device, options: OpenOptions): Promise<ScheduleDatabase | undefined> {
  const target = await targetIdentity(renderer, device)
  if (target === undefined) return undefined
  if (options.schedules === 'off') return ScheduleDatabase.open(undefined, target)
  if (options.schedules !== undefined) return ScheduleDatabase.open(options.schedules, target)
  const directory = isNode ? options.cacheDirectory : undefined
  return ScheduleDatabase.open(directory && `${directory}/schedules.json`, target, { byDefault: true })
}

async function openStore(directory: string | undefined): Promise<ByteStore | undefined> {
  if (directory === undefined || !isNode) return undefined
  return openDiskCache(`${directory}/kernels`, {
    onWriteFailure(error) {
      if (debugLevel() >= 1) log(`cache: compiled kernels are not kept, ${directory} cannot be written: ${String(error)}`)
    },
  })
}

/** Intermediates of the plans that run one after the other on a device: one buffer, as large as the largest plan asked for. */
export class Arena {
  private memory: DeviceBuffer | undefined

  constructor(private readonly pool: MemoryPool) {}

  /** The buffer, with at least `bytes` bytes. To be called when no plan is running: a smaller one goes back to the pool. */
  reserve(bytes: number): DeviceBuffer {
    if (this.memory === undefined || this.memory.bytes < bytes) {
      if (this.memory !== undefined) this.pool.release(this.memory)
      this.memory = this.pool.allocate(bytes)
    }
    return this.memory
  }
}
