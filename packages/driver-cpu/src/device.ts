import type { BufferRef, CommandList, Device, DeviceArtifact, DeviceBuffer, DeviceStatistics, Launch, LoadedProgram, ProgramInfo } from '@petagrad/device'
import type { Pointer } from '@petagrad/ffi'
import { PetagradError } from '@petagrad/ir/graph'
import { bufferOf, CpuCommandList, NativeLaunches, type LaunchRunner } from './command-list.js'
import { Compiler } from './compile.js'
import { LoopTurn } from './loop-turn.js'
import { machineOf } from './machine.js'
import { Memory } from './memory.js'
import { openNativePool, type NativePool } from './native-pool.js'
import { Programs } from './programs.js'
import { coreCount, processorName, type CpuTarget } from './target.js'
import { findToolchain, kernelFlags, type Toolchain } from './toolchain.js'
import { WorkQueue } from './work-queue.js'

export interface CpuOptions {
  /** Threads that run tasks; default one for each core. */
  readonly threads?: number
  /** Name or path of the C compiler; default the first found on PATH. */
  readonly compiler?: string
}

/** The CPU device; `target` is what its kernels must be rendered for. */
export interface CpuDevice extends Device {
  readonly target: CpuTarget
}

/** Whether a C compiler that works is there, and which, or what was looked for, in one sentence. Never throws. */
export async function probeCpu(options: Pick<CpuOptions, 'compiler'> = {}): Promise<{ readonly available: boolean; readonly reason: string }> {
  try {
    const result = await findToolchain(options.compiler)
    if ('missing' in result) return { available: false, reason: result.missing }
    return { available: true, reason: `found ${describe(result.found)}` }
  } catch (error) {
    return { available: false, reason: `the C compiler cannot be tried: ${error instanceof Error ? error.message : String(error)}` }
  }
}

const describe = ({ compiler, version, path, isa }: Toolchain): string => `${compiler} ${version} (${path}) for ${isa}`

/**
 * All cores, through the C compiler found on the machine. Throws DEVICE_UNAVAILABLE where there is none, and
 * INVALID_ARGUMENT for a thread count that is no positive whole number.
 */
export async function createCpuDevice(options: CpuOptions = {}): Promise<CpuDevice> {
  const cores = coreCount()
  const threads = options.threads ?? cores
  if (!Number.isInteger(threads) || threads < 1 || threads > 1024) {
    throw new PetagradError('INVALID_ARGUMENT', `threads is ${threads}; it must be a whole number from 1 to 1024`)
  }
  const result = await findToolchain(options.compiler)
  if ('missing' in result) throw new PetagradError('DEVICE_UNAVAILABLE', `the cpu device cannot run: ${result.missing}`)
  const toolchain = result.found
  const pool = await openNativePool(toolchain.pool)
  const queue = new WorkQueue()
  const { compiler, isa, features } = toolchain
  const machine = await machineOf(isa, pool, Math.min(threads, cores))
  const target: CpuTarget = { compiler, isa, features, cores: threads, machine }
  const handle = pool.call.petagrad_open(threads, cores)
  if (handle === 0n) throw new PetagradError('OUT_OF_MEMORY', `no memory for a pool of ${threads} threads`)
  return new NativeCpuDevice(toolchain, target, pool, handle, queue, await Memory.open(pool, queue), new Compiler(toolchain, cores))
}

class NativeCpuDevice implements CpuDevice, LaunchRunner {
  readonly name = 'cpu'
  readonly description: string
  readonly compilerKey: string
  private readonly programs: Programs
  private readonly turn = new LoopTurn()
  private launched = 0
  private closed: Promise<void> | undefined

  constructor(
    toolchain: Toolchain,
    readonly target: CpuTarget,
    private readonly pool: NativePool,
    private readonly handle: Pointer,
    private readonly queue: WorkQueue,
    private readonly memory: Memory,
    private readonly compiler: Compiler,
  ) {
    const { cores } = target
    this.description = `${processorName()}, ${cores} ${cores === 1 ? 'thread' : 'threads'}, ${describe(toolchain)}`
    this.compilerKey = [toolchain.compiler, toolchain.version, toolchain.isa, processorName(), ...kernelFlags].join(' ')
    this.programs = new Programs(action => this.whenIdle(action))
  }

  allocate(bytes: number): DeviceBuffer {
    this.alive()
    return this.memory.allocate(bytes)
  }

  upload(to: BufferRef, data: Uint8Array): void {
    this.alive()
    const target = part(to, data.length)
    if (this.queue.idle) target.set(data)
    else {
      const copy = data.slice() // the caller may change its array before running work has finished
      this.queue.submitNow(() => part(to, copy.length).set(copy))
    }
  }

  download(from: BufferRef, bytes: number): Promise<Uint8Array> {
    this.alive()
    part(from, bytes)
    return this.queue.submit(async () => part(from, bytes).slice())
  }

  compile(artifact: DeviceArtifact): Promise<Uint8Array> {
    return this.compiler.compile(artifact)
  }

  compileMany(artifacts: readonly DeviceArtifact[]): Promise<readonly Uint8Array[]> {
    return this.compiler.compileMany(artifacts)
  }

  load(binary: Uint8Array, info: ProgramInfo): Promise<LoadedProgram> {
    return this.programs.load(binary, info)
  }

  async run(launches: readonly Launch[]): Promise<void> {
    this.alive()
    const native = new NativeLaunches(launches, this.memory)
    try {
      await this.runNative(native, false)
    } finally {
      native.free()
    }
  }

  record(launches: readonly Launch[]): CommandList {
    this.alive()
    return new CpuCommandList(launches, this.memory, this)
  }

  /** What took little time before runs on the calling thread: handing it to another one and back takes a tenth of a millisecond. */
  async runNative(native: NativeLaunches, timed: boolean): Promise<void> {
    this.alive()
    this.launched += native.count
    const args = [this.handle, native.buffer.pointer, native.count, timed ? 1 : 0] as const
    if (this.queue.idle && this.turn.allows(native.lastNanoseconds)) {
      native.lastNanoseconds = Number(this.pool.call.petagrad_run(...args))
      this.turn.took(native.lastNanoseconds)
      return
    }
    this.turn.end()
    native.lastNanoseconds = Number(await this.queue.submit(() => this.pool.callAsync.petagrad_run(...args)))
  }

  whenIdle(action: () => void): void {
    this.queue.submitNow(action)
  }

  statistics(): DeviceStatistics {
    return { ...this.memory.statistics(), launches: this.launched }
  }

  close(): Promise<void> {
    return (this.closed ??= this.queue.submit(async () => {
      await this.pool.callAsync.petagrad_close(this.handle)
      this.memory.releaseAll()
    }))
  }

  private alive(): void {
    if (this.closed !== undefined) throw new PetagradError('USE_AFTER_FREE', 'the cpu device was closed and used again')
  }
}

/** The bytes of a buffer that a transfer covers. Throws INDEX_OUT_OF_RANGE. */
function part(ref: BufferRef, bytes: number): Uint8Array {
  const buffer = bufferOf(ref)
  if (ref.offset + bytes > buffer.bytes) {
    throw new PetagradError('INDEX_OUT_OF_RANGE', `${bytes} bytes at offset ${ref.offset} lie outside a buffer of ${buffer.bytes} bytes`)
  }
  return buffer.contents().subarray(ref.offset, ref.offset + bytes)
}
