/** What the command line of `petagrad demo` says. What is left out comes from the checkpoint, or is a default. */
export interface DemoOptions {
  readonly device?: string
  readonly epochs?: number
  readonly seed?: number
  readonly steps?: number
  readonly output: string
  readonly resume?: boolean
  readonly json?: boolean
  /** Say where the time of compiling went. Compiles everything anew. */
  readonly profileCompile?: boolean
}
