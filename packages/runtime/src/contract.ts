import type { Device } from '@petagrad/device'
import type { DType, UOp } from '@petagrad/ir/graph'
import type { Renderer } from '@petagrad/renderer'

/** A renderer paired with a driver: how a target is offered to the runtime. A plain value; importing one does nothing. */
export interface Backend {
  readonly name: string
  /** Whether it can run here. Cheap, and never throws. `reason` is one sentence: what was found, or what is missing and how to get it. */
  probe(): Promise<{ readonly available: boolean; readonly reason: string }>
  open(options: BackendOptions): Promise<OpenedBackend>
}

export interface BackendOptions {
  /** Worker threads; default all cores. */
  readonly threads?: number
}

export interface OpenedBackend {
  readonly renderer: Renderer
  readonly device: Device
  /** A binary artifact of the renderer as text, for debugging output. */
  readonly disassemble?: (bytes: Uint8Array) => string
}

/** Which device was chosen and why, as one line each. */
export interface DeviceReport {
  readonly name: string
  readonly available: boolean
  readonly reason: string
  readonly description?: string
}

/** Counters that only grow. */
export interface RuntimeStatistics {
  readonly schedules: number
  readonly scheduleCacheHits: number
  readonly kernelsCompiled: number
  readonly kernelCacheHits: number
  readonly kernelsRun: number
  readonly replays: number
  readonly allocations: number
  readonly scheduleMs: number
  readonly codegenMs: number
  readonly renderMs: number
  readonly compileMs: number
}

/** How long and how widely to search for better schedules. */
export interface TuningOptions {
  /** Candidates of a kernel that are measured in a pass, of which there are two; default 16. */
  readonly candidates?: number
  /** Seconds of measuring, about; compiling comes on top. Default 4. */
  readonly seconds?: number
  /** Tunes again what has been tuned before. */
  readonly again?: boolean
  /** Told, in a few words, how far it is. */
  readonly onProgress?: (state: string) => void
  /** Told what came of it. */
  readonly onTuned?: (report: TuningReport) => void
}

/** What tuning found for one kernel. Times in nanoseconds, of all its launches in the step. */
export interface KernelTuning {
  readonly name: string
  /** Candidates that were measured. */
  readonly candidates: number
  readonly defaultNanoseconds: number
  /** The same as before where the default stays. */
  readonly nanoseconds: number
  /** Undefined where the default stays. */
  readonly schedule: string | undefined
}

export interface TuningReport {
  readonly kernels: readonly KernelTuning[]
  /** Nanoseconds of the step's kernels, all of them: before, and now. The same where no schedule has changed. */
  readonly defaultNanoseconds: number
  readonly nanoseconds: number
  /** Kernels that were left as they are: they take too little of the step, or have been tuned before. */
  readonly untouched: number
}

export interface KernelProfile {
  readonly name: string
  readonly milliseconds: number
  readonly ops: number
  readonly bytes: number
}

/**
 * What the tensor layer needs to run graphs. Implemented by `Runtime`. Calls take effect in the order in which they
 * are made, whatever is awaited: a `realize` sees what an earlier `write` wrote, a `read` what an earlier `realize`
 * computed.
 */
export interface Executor {
  /**
   * A new `buffer` leaf with memory behind it (allocated when first needed, before any device is open). `data` is its
   * little-endian content and is taken over, not copied: it must not change afterwards. Without it the buffer holds
   * zeros. `device` names one of the runtime's devices; left out, the default one.
   */
  createBuffer(dtype: DType, size: number, options?: { readonly device?: string; readonly data?: Uint8Array }): UOp<'buffer'>
  /**
   * Computes the roots together. For each: the buffer that holds it (row-major), or for `assign` the target's buffer.
   * The graph is scheduled before this returns its promise.
   */
  realize(roots: readonly UOp[]): Promise<readonly UOp<'buffer'>[]>
  read(buffer: UOp<'buffer'>): Promise<Uint8Array>
  write(buffer: UOp<'buffer'>, data: Uint8Array): Promise<void>
  /**
   * The tensor layer holds buffers by count. A new buffer's count is zero and its memory goes when the buffer is
   * collected; once retained, memory is given back when the count is zero again. What is under way keeps what it
   * uses; using a buffer later is USE_AFTER_FREE.
   */
  retain(buffer: UOp<'buffer'>): void
  release(buffer: UOp<'buffer'>): void
  /** Schedules and compiles the roots once and returns a step that replays them. External buffers are bound as they are now. */
  capture(roots: readonly UOp[]): Promise<CapturedStep>
  statistics(): RuntimeStatistics
}

export interface CapturedStep {
  /** The buffers that hold the roots after each replay: the same ones every time. */
  readonly results: readonly UOp<'buffer'>[]
  readonly kernels: readonly { readonly name: string; readonly ops: number; readonly bytes: number }[]
  /** No scheduling, no compilation, no allocation. */
  replay(): Promise<void>
  profile(): Promise<readonly KernelProfile[]>
  /**
   * Searches for better schedules of the step's kernels by measuring, uses them from then on, and keeps them in the runtime's
   * schedule file. The step is run many times; afterwards its memory is as it was.
   */
  tune(options?: TuningOptions): Promise<TuningReport>
  free(): void
}
