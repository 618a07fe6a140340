/** What the command line of `petagrad demo` says. What is left out comes from the checkpoint, or is a default. */
export interface DemoOptions {
  readonly device?: string
  readonly epochs?: number
  readonly seed?: number
  readonly steps?: number
  readonly output: string
  readonly resume?: boolean
  /** Search for better schedules of the training step first. */
  readonly tune?: boolean
  readonly json?: boolean
  /** Say where the time of compiling went. Compiles everything anew. */
  readonly profileCompile?: boolean
}
