import type { CodegenOptions } from '@petagrad/codegen'
import type { Device, LoadedProgram } from '@petagrad/device'
import { PetagradError, type UOp } from '@petagrad/ir/graph'
import { capabilitiesText, type Capabilities, type LinearProgram, type Renderer } from '@petagrad/renderer'
import { PACKAGE_VERSION } from './package-version.js'
import { CompileBatches } from './compile-batches.js'
import { recordRendering } from './compile-profile.js'
import type { Counters } from './counters.js'
import { logLowered } from './debug-output.js'
import type { ByteStore } from './disk-cache.js'
import { kernelText } from './graph-text.js'
import { decodeLowered, encodeLowered, lowered, type KernelFacts, type LoweredKernel } from './lowered-kernel.js'
import { observeLowering } from './lowering-observer.js'
import { debugLevel } from './settings.js'
import { activeTrace } from './trace.js'
import type { ScheduleDatabase } from './tune/schedule-database.js'

/** A kernel that a device can run. */
export interface CompiledKernel {
  readonly lowered: KernelFacts
  readonly program: LoadedProgram
  /** What the program was loaded from. */
  readonly binary: Uint8Array
  /** Names it in the disk cache; undefined where it has no place there. */
  readonly key: string | undefined
}

export type LowerKernel = (kernel: UOp<'kernel'>, capabilities: Capabilities, options?: CodegenOptions) => LinearProgram

/** Where compiled kernels are kept between processes. */
export interface KernelCache {
  readonly store: ByteStore
  /** Which build of the compiler this is; undefined: rendered kernels are not kept, only binaries. */
  readonly build: string | undefined
}

export interface KernelCompilerParts {
  readonly renderer: Renderer
  readonly device: Device
  readonly disassemble: ((bytes: Uint8Array) => string) | undefined
  /** The code generator, which is imported when the first kernel needs it. */
  readonly lowerKernel: () => Promise<LowerKernel>
  readonly cache: KernelCache | undefined
  readonly counters: Counters
  /** What tuning has found; undefined: every kernel has its default schedule. */
  readonly schedules?: ScheduleDatabase
}

/** A kernel as a renderer gives it, and its name in the disk cache. */
interface Rendered {
  readonly lower: LoweredKernel
  readonly key: string | undefined
}

/** At this debug level codegen always runs, because what is asked for is what it does. */
const LEVEL_THAT_NEEDS_CODEGEN = 5

/**
 * Kernels to programs of one device: lowered, rendered, compiled and loaded, each distinct kernel once, however
 * often and however concurrently it is asked for. Two layers are kept on disk: kernel text to artifact, and artifact
 * to binary.
 */
export class KernelCompiler {
  private readonly kernels = new WeakMap<UOp, Promise<CompiledKernel>>()
  /** Kernels in use, by key: several plans may have one. */
  private readonly byKey = new Map<string, WeakRef<CompiledKernel>>()
  private readonly compiling = new Map<string, Promise<Uint8Array>>()
  private readonly writes = new Set<Promise<void>>()
  private readonly unused = new FinalizationRegistry<Pick<CompiledKernel, 'program' | 'key'>>(({ program, key }) => {
    if (key !== undefined && this.byKey.get(key)?.deref() === undefined) this.byKey.delete(key)
    program.free()
  })
  private readonly batches: CompileBatches
  private readonly renderedPrefix: string
  private readonly binaryPrefix: string

  constructor(private readonly parts: KernelCompilerParts) {
    const { renderer, device, cache, counters } = parts
    this.batches = new CompileBatches(device, milliseconds => (counters.compileMs += milliseconds))
    this.renderedPrefix = `${PACKAGE_VERSION} ${renderer.name} ${capabilitiesText(renderer.capabilities)} ${cache?.build ?? ''}`
    this.binaryPrefix = `${PACKAGE_VERSION} ${renderer.name} ${device.compilerKey}`
  }

  /** All that a program made of a kernel depends on, besides the kernel: the target, and the build of the compiler. */
  get targetKey(): string {
    return `${this.renderedPrefix}\n${this.binaryPrefix}`
  }

  compile(kernel: UOp<'kernel'>): Promise<CompiledKernel> {
    const known = this.kernels.get(kernel)
    if (known !== undefined) {
      this.parts.counters.kernelCacheHits++
      return known
    }
    const made = this.makeTuned(kernel)
    this.kernels.set(kernel, made)
    made.catch(() => this.kernels.delete(kernel)) // a failure may be passing: the next request tries again
    return made
  }

  /** With this schedule, or the default one, whatever tuning has found. Throws where a schedule does not apply. Not remembered. */
  compileWith(kernel: UOp<'kernel'>, schedule: string | undefined): Promise<CompiledKernel> {
    return this.make(() => this.rendered(kernel, schedule))
  }

  /** From now on `compile` gives this for the kernel. */
  adopt(kernel: UOp<'kernel'>, compiled: CompiledKernel): void {
    this.kernels.set(kernel, Promise.resolve(compiled))
  }

  /** A kernel that was compiled before, for this target and by this build, and kept under its key. */
  async reload(facts: KernelFacts, binary: Uint8Array, key: string): Promise<CompiledKernel> {
    const known = this.byKey.get(key)?.deref()
    if (known === undefined) return this.load(facts, binary, key)
    this.parts.counters.kernelCacheHits++
    return known
  }

  /** Puts bytes into the disk cache; nobody waits for it but `settled`. */
  keep(store: ByteStore, key: string, bytes: Uint8Array): void {
    const write = store.put(key, bytes).then(() => void this.writes.delete(write))
    this.writes.add(write)
  }

  /** Resolves when what has been compiled is on disk. */
  async settled(): Promise<void> {
    await Promise.all(this.writes)
  }

  /** With the schedule that tuning found, where it found one that applies; else with the default one. */
  private async makeTuned(kernel: UOp<'kernel'>): Promise<CompiledKernel> {
    const { schedules } = this.parts
    return this.make(async () => {
      const schedule = (await schedules?.find(kernel))?.schedule ?? undefined
      if (schedule !== undefined) {
        try {
          return await this.rendered(kernel, schedule)
        } catch (error) {
          await schedules?.refuse(kernel, error)
        }
      }
      return this.rendered(kernel, undefined)
    })
  }

  private async make(render: () => Promise<Rendered>): Promise<CompiledKernel> {
    const { lower, key, binary } = await this.batches.expecting(async () => {
      const { lower, key } = await render()
      const level = debugLevel()
      if (level >= 3) logLowered(lower, level, this.parts.disassemble)
      return { lower, key, binary: await this.binary(lower) }
    })
    return this.load(lower, binary, key)
  }

  private async load(facts: KernelFacts, binary: Uint8Array, key: string | undefined): Promise<CompiledKernel> {
    const { name, info, grid, work, schedule } = facts // without the artifact that a kernel comes with from codegen
    const program = await this.parts.device.load(binary, info)
    const compiled: CompiledKernel = { lowered: { name, info, grid, work, schedule }, program, binary, key }
    this.unused.register(compiled, { program, key })
    if (key !== undefined) this.byKey.set(key, new WeakRef(compiled))
    this.parts.counters.kernelsCompiled++
    return compiled
  }

  private async rendered(kernel: UOp<'kernel'>, schedule: string | undefined): Promise<Rendered> {
    const key = this.keyOf(kernel, schedule)
    return { key, lower: (await this.recall(key)) ?? this.lower(kernel, schedule, key, await this.parts.lowerKernel()) }
  }

  /**
   * Undefined where rendered kernels are not kept. A schedule that was given is part of the key; the default one follows from
   * the rest of it.
   */
  private keyOf(kernel: UOp<'kernel'>, schedule: string | undefined): string | undefined {
    const { cache } = this.parts
    if (cache?.build === undefined) return undefined
    return cache.store.digest([this.renderedPrefix, kernelText(kernel), ...(schedule === undefined ? [] : [schedule])])
  }

  /** The rendered kernel from disk. */
  private async recall(key: string | undefined): Promise<LoweredKernel | undefined> {
    if (key === undefined || debugLevel() >= LEVEL_THAT_NEEDS_CODEGEN) return undefined
    const bytes = await this.parts.cache?.store.get(key)
    return bytes && decodeLowered(bytes)
  }

  private lower(kernel: UOp<'kernel'>, schedule: string | undefined, key: string | undefined, lowerKernel: LowerKernel): LoweredKernel {
    const { renderer, cache, counters } = this.parts
    const start = performance.now()
    const program = observeLowering(kernel, options => lowerKernel(kernel, renderer.capabilities, { ...options, schedule }))
    const limit = renderer.capabilities.scratch.private
    if (schedule !== undefined && program.scratchBytes > limit) {
      throw new PetagradError('INVALID_ARGUMENT', `the schedule takes ${program.scratchBytes} bytes of scratch, and there are ${limit}`)
    }
    const rendering = performance.now()
    const result = lowered(program, renderer.render(program))
    const end = performance.now()
    counters.codegenMs += rendering - start
    counters.renderMs += end - rendering
    recordRendering(end - rendering, program.uops.length)
    const trace = activeTrace()
    trace?.span('compiler', 'codegen', `codegen ${program.name}`, start, rendering, { schedule: program.schedule })
    trace?.span('compiler', 'render', `render ${program.name}`, rendering, end)
    if (cache !== undefined && key !== undefined) {
      const bytes = encodeLowered(result)
      if (bytes !== undefined) this.keep(cache.store, key, bytes)
    }
    return result
  }

  private binary({ name, artifact }: LoweredKernel): Promise<Uint8Array> {
    const store = this.parts.cache?.store
    // A rendered binary is in the cache already, as what was rendered.
    if (store === undefined || artifact.kind === 'binary') return this.batches.compile(name, artifact)
    const key = store.digest([this.binaryPrefix, artifact.entry, artifact.text])
    const underway = this.compiling.get(key)
    if (underway !== undefined) return this.batches.waitFor(underway)
    const made = store.get(key).then(async known => {
      if (known !== undefined) return known
      const binary = await this.batches.compile(name, artifact)
      this.keep(store, key, binary)
      return binary
    })
    this.compiling.set(key, made)
    const forget = (): boolean => this.compiling.delete(key)
    made.then(forget, forget)
    return made
  }
}
