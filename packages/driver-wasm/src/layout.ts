/**
 * The start of the memory that all workers share, in 32-bit words. Words that different threads write stand on cache
 * lines of their own. Word 0 is never used, so that no address is 0.
 */
export const layout = {
  /** Commands given to the leader so far. The leader sleeps on it. */
  submitted: 16,
  /** Messages posted to every worker so far: one that has read fewer returns to its event loop. */
  mail: 32,
  /** The launch that is shared out: odd while it is open. Helpers sleep on it. */
  job: 48,
  /** The launch's program, argument table, first task, the end of its tasks, and in how many shares they are divided. */
  jobProgram: 49,
  jobArguments: 50,
  jobFirst: 51,
  jobTasks: 52,
  jobShares: 53,
  /** Helpers inside the launch. The leader sleeps on it. */
  active: 80,
  leaderSleeps: 96,
  sleepingHelpers: 112,
  /** 1 once `failureText` tells why a launch failed, 2 while it is written. */
  failure: 128,
  failureLength: 129,
  /** The address of each worker's scratch area, by worker. */
  scratch: 144,
  /** A ring of commands, `commandWords` each: address of the launches, their number, address for times or 0, first task of the first. */
  commands: 512,
  commandWords: 4,
  commandSlots: 16,
  /** A launch in a list: program, argument table, tasks, nanoseconds that it took the last time (0: not known). */
  launchWords: 4,
  /** Byte address and room of the text of a failure. */
  failureText: 4096,
  failureRoom: 1024,
  /** The next task to take of each share. */
  shares: 2048,
  shareWords: 16,
} as const

export type Layout = typeof layout

/** Words of `scratch`, and shares. */
export const MOST_WORKERS = 256
/** The first byte that buffers may take. */
export const FIRST_FREE = 4 * (layout.shares + MOST_WORKERS * layout.shareWords)
