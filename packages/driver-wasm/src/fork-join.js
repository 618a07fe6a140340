// @ts-check
/**
 * What threads do with launches. One thread leads: it runs a list of launches in order, and shares out the tasks of
 * each; the others help. Each thread has a contiguous share of the tasks, so that it meets the same data in every
 * replay; one that is done with its share goes on with the others'. The leader is worker 0, or, where the calling
 * thread may block, that thread for lists that take no longer than waking worker 0 is worth; never both at once.
 *
 * Plain JavaScript, because worker.js is.
 */

/**
 * @typedef {import('./layout.js').Layout} Layout
 * @typedef {(args: number, task: number, scratch: number) => void} Kernel
 *
 * @typedef {object} ThreadOptions
 * @property {number} id 0 for a leader
 * @property {WebAssembly.Memory} memory
 * @property {Layout} layout
 * @property {number} helpers threads besides the leader
 * @property {number} cores no more threads than that work on a launch
 * @property {number} spinMilliseconds how long to spin before sleeping
 *
 * @typedef {object} Program
 * @property {WebAssembly.Module} module
 * @property {string} entry
 *
 * @typedef {object} Turn where a turn ended: at the task of a launch; undefined when all is done
 * @property {number} launch
 * @property {number} task
 */

/** Work below this many nanoseconds is done before a sleeping thread would have woken. */
const WORTH_WAKING = 30_000

/** @param {ThreadOptions} options */
export function createThread({ id, memory, layout, helpers, cores, spinMilliseconds }) {
  const control = new Int32Array(memory.buffer)
  let words = control
  /** @type {Map<number, Program>} */
  const programs = new Map()
  /** @type {Map<number, Kernel>} */
  const kernels = new Map()
  let joined = 0

  /**
   * A view that reaches to `end`: memory may have grown, which this thread learns of between two turns of a loop.
   * @param {number} end
   */
  function wordsTo(end) {
    while (end > words.byteLength) words = new Int32Array(memory.buffer)
    return words
  }

  /** @param {number} program */
  function kernelOf(program) {
    const known = kernels.get(program)
    if (known !== undefined) return known
    const message = programs.get(program)
    if (message === undefined) throw new Error(`program ${program} is not loaded`)
    const { exports } = new WebAssembly.Instance(message.module, { env: { memory } })
    const made = /** @type {Kernel} */ (exports[message.entry]) // the kernel ABI
    kernels.set(program, made)
    return made
  }

  /** Until `word` is no longer `value`: spins for a moment. True if it changed. @param {number} word @param {number} value */
  function spin(word, value) {
    if (Atomics.load(control, word) !== value) return true
    const end = performance.now() + spinMilliseconds
    do {
      for (let i = 0; i < 256; i++) if (Atomics.load(control, word) !== value) return true
    } while (performance.now() < end)
    return false
  }

  /**
   * Tasks from `first` on, from this thread's own share of `shares`, then from those of the others.
   * @param {Kernel} kernel @param {number} args @param {number} first @param {number} tasks @param {number} shares
   */
  function takeTasks(kernel, args, first, tasks, shares) {
    const scratch = Atomics.load(control, layout.scratch + id)
    const own = id === 0 ? 0 : 1 + ((id - 1) % (shares - 1))
    for (let k = 0; k < shares; k++) {
      const share = own + k < shares ? own + k : own + k - shares
      const next = layout.shares + share * layout.shareWords
      const end = shareStart(share + 1, first, tasks, shares)
      while (Atomics.load(control, next) < end) {
        const task = Atomics.add(control, next, 1)
        if (task < end) kernel(args, task, scratch)
      }
    }
  }

  /** @param {unknown} error */
  function recordFailure(error) {
    if (Atomics.compareExchange(control, layout.failure, 0, 2) !== 0) return
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    const text = new TextEncoder().encode(message).subarray(0, layout.failureRoom)
    new Uint8Array(memory.buffer, layout.failureText, text.length).set(text)
    control[layout.failureLength] = text.length
    Atomics.store(control, layout.failure, 1)
  }

  /** A failure of the last launches, as text; undefined if there is none. */
  function takeFailure() {
    if (Atomics.load(control, layout.failure) !== 1) return undefined
    const text = new TextDecoder().decode(new Uint8Array(memory.buffer, layout.failureText, control[layout.failureLength]).slice())
    Atomics.store(control, layout.failure, 0)
    return text
  }

  /**
   * @param {number} program @param {Kernel} kernel @param {number} args @param {number} first @param {number} tasks
   * @param {number} nanoseconds what it took the last time; 0 where that is not known
   */
  function shareOut(program, kernel, args, first, tasks, nanoseconds) {
    const shares = Math.min(helpers + 1, cores, tasks - first)
    control[layout.jobProgram] = program
    control[layout.jobArguments] = args
    control[layout.jobFirst] = first
    control[layout.jobTasks] = tasks
    control[layout.jobShares] = shares
    for (let i = 0; i < shares; i++) Atomics.store(control, layout.shares + i * layout.shareWords, shareStart(i, first, tasks, shares))
    Atomics.add(control, layout.job, 1)
    if (nanoseconds === 0 || nanoseconds > WORTH_WAKING) {
      // No more threads are up than have a share: with more threads than cores, the others would take time from who works.
      const sleeping = Atomics.load(control, layout.sleepingHelpers)
      const wanted = shares - 1 - (helpers - sleeping)
      if (sleeping > 0 && wanted > 0) Atomics.notify(control, layout.job, wanted)
    }
    try {
      takeTasks(kernel, args, first, tasks, shares)
    } finally {
      // A helper enters before it looks whether the launch is open; so after closing, those inside are all there will be.
      Atomics.add(control, layout.job, 1)
      for (let inside = Atomics.load(control, layout.active); inside !== 0; inside = Atomics.load(control, layout.active)) {
        if (spin(layout.active, inside)) continue
        Atomics.store(control, layout.leaderSleeps, 1)
        Atomics.wait(control, layout.active, inside)
        Atomics.store(control, layout.leaderSleeps, 0)
      }
    }
  }

  /**
   * Runs launches in order. Where a deadline is given, in milliseconds of `performance.now()`, it stops at the first
   * chance after it, if no helper takes part. Notes in each launch what it took.
   * @param {number} list @param {number} count @param {number} times where nanoseconds of each launch go, or 0
   * @param {number} first the task of the first launch to begin with
   * @param {number} deadline
   * @returns {Turn | undefined}
   */
  function runLaunches(list, count, times, first, deadline) {
    const at = wordsTo(Math.max(list + count * layout.launchWords * 4, times === 0 ? 0 : times + count * 8))
    const clock = times === 0 ? undefined : new Float64Array(memory.buffer, times, count)
    let before = performance.now()
    for (let i = 0, w = list >>> 2, from = first; i < count; i++, w += layout.launchWords, from = 0) {
      const program = at[w]
      const args = at[w + 1]
      const tasks = at[w + 2]
      const kernel = kernelOf(program)
      if (tasks - from > 1 && helpers > 0) {
        shareOut(program, kernel, args, from, tasks, at[w + 3])
        if (Atomics.load(control, layout.failure) !== 0) return undefined
      } else {
        const scratch = Atomics.load(control, layout.scratch)
        for (let task = from; task < tasks; task++) {
          kernel(args, task, scratch)
          if (deadline !== Infinity && performance.now() > deadline) return { launch: i, task: task + 1 }
        }
      }
      const after = performance.now()
      const nanoseconds = (after - before) * 1e6
      if (clock !== undefined) clock[i] = nanoseconds
      at[w + 3] = nanoseconds < 1 ? 1 : nanoseconds < 2e9 ? nanoseconds : 2e9
      before = after
    }
    return undefined
  }

  return {
    spin,
    /** @param {number} program @param {Program} content */
    add(program, content) {
      programs.set(program, content)
    },

    /** @param {number} program */
    forget(program) {
      programs.delete(program)
      kernels.delete(program)
    },

    /** Says how many helpers there are from now on. @param {number} count */
    setHelpers(count) {
      helpers = count
    },

    /**
     * Leads, and says why launches failed if they did.
     * @param {number} list @param {number} count @param {number} times @param {number} first @param {number} deadline
     * @returns {{ readonly failure: string | undefined, readonly left: Turn | undefined }}
     */
    lead(list, count, times, first, deadline) {
      try {
        return { left: runLaunches(list, count, times, first, deadline), failure: takeFailure() }
      } catch (error) {
        recordFailure(error)
        return { left: undefined, failure: takeFailure() }
      }
    },

    /** Helps with the launch of that number, if it is still open. Each is joined once. @param {number} job */
    help(job) {
      if (job % 2 === 0 || job === joined) return false
      Atomics.add(control, layout.active, 1)
      const now = Atomics.load(control, layout.job)
      if (now % 2 !== 0) {
        joined = now
        try {
          const kernel = kernelOf(control[layout.jobProgram])
          takeTasks(kernel, control[layout.jobArguments], control[layout.jobFirst], control[layout.jobTasks], control[layout.jobShares])
        } catch (error) {
          recordFailure(error)
        }
      }
      const last = Atomics.sub(control, layout.active, 1) === 1
      if (last && Atomics.load(control, layout.leaderSleeps) === 1) Atomics.notify(control, layout.active)
      return true
    },
  }
}

/** Where a share begins. @param {number} share @param {number} first @param {number} tasks @param {number} shares */
function shareStart(share, first, tasks, shares) {
  return first + Math.floor((share * (tasks - first)) / shares)
}
