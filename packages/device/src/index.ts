/**
 * The driver contract. A driver allocates, compiles, loads, launches and times; it never sees a uop.
 */

/** Memory on a device. */
export interface DeviceBuffer {
  readonly bytes: number
  /** Gives the memory back. Using it afterwards is USE_AFTER_FREE. Freeing twice is harmless. */
  free(): void
}

/** Part of a buffer. `offset` in bytes, a multiple of 64. */
export interface BufferRef {
  readonly buffer: DeviceBuffer
  readonly offset: number
}

/** What `load` needs to know about a binary. */
export interface ProgramInfo {
  readonly entry: string
  readonly params: number
  readonly variables: number
  readonly scratchBytes: number
  readonly block: readonly number[]
}

/** A program ready to run. */
export interface LoadedProgram {
  readonly info: ProgramInfo
  free(): void
}

export interface Launch {
  readonly program: LoadedProgram
  readonly buffers: readonly BufferRef[]
  readonly variables: readonly number[]
  readonly grid: readonly number[]
}

/** A recorded sequence of launches: replaying it does no work per launch in JavaScript. */
export interface CommandList {
  /** Runs every launch in order. Resolves when the results are in memory. At most one replay is under way. */
  replay(): Promise<void>
  /** As replay, and returns nanoseconds per launch. */
  replayTimed(): Promise<Float64Array>
  /** Lets launch `launch` use another buffer for `slot` from the next replay on. */
  rebind(launch: number, slot: number, ref: BufferRef): void
  free(): void
}

/** Artifacts arrive as the renderer made them (see the renderer package); only their data is looked at here. */
export type DeviceArtifact =
  | { readonly kind: 'source'; readonly language: string; readonly text: string; readonly entry: string }
  | { readonly kind: 'binary'; readonly format: string; readonly bytes: Uint8Array; readonly entry: string }

export interface DeviceStatistics {
  readonly allocatedBytes: number
  readonly allocations: number
  readonly launches: number
}

export interface Device {
  /** As the user names it: 'cpu', 'wasm', 'cuda:1'. */
  readonly name: string
  /** One line: what it is, how many cores, which compiler. */
  readonly description: string
  /** Part of every disk cache key: compiler, version, flags. Two devices with one key accept each other's binaries. */
  readonly compilerKey: string

  allocate(bytes: number): DeviceBuffer
  /** Host to device. Ordered before launches that are submitted later. */
  upload(to: BufferRef, data: Uint8Array): void
  /** Device to host, after everything submitted before. */
  download(from: BufferRef, bytes: number): Promise<Uint8Array>
  /** Compiles an artifact to what `load` takes. Cacheable: equal artifacts give equal behaviour. */
  compile(artifact: DeviceArtifact): Promise<Uint8Array>
  /** As `compile` for several artifacts at once, in their order, where that takes fewer runs of a compiler. Fails if any of them does. */
  compileMany?(artifacts: readonly DeviceArtifact[]): Promise<readonly Uint8Array[]>
  load(binary: Uint8Array, info: ProgramInfo): Promise<LoadedProgram>
  /** Runs launches in order, after everything submitted before; resolves when done. */
  run(launches: readonly Launch[]): Promise<void>
  record(launches: readonly Launch[]): CommandList
  statistics(): DeviceStatistics
  /** Ends threads and frees memory. */
  close(): Promise<void>
}
