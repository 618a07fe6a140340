/** Launches laid out in memory. */
export interface CommandBlock {
  readonly address: number
  readonly count: number
  /** Where nanoseconds of each launch go; 0 for nowhere. */
  readonly times: number
  /** The task that the first launch begins with; 0 if left out. */
  readonly first?: number
}

/** Runs command blocks: threads over shared memory, or the calling thread. */
export interface Executor {
  readonly threads: number
  /** How many blocks it takes before the first is done. */
  readonly depth: number
  /** Makes a program known; the number is how launches name it. */
  add(module: WebAssembly.Module, entry: string): number
  forget(program: number): void
  /** Errors: DEVICE_FAILED with the trap of a kernel. */
  run(block: CommandBlock): Promise<void>
  /** Whether waiting for work keeps the process alive. */
  hold(busy: boolean): void
  close(): Promise<void>
}
