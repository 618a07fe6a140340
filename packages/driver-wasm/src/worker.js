// @ts-check
/**
 * A worker thread. Worker 0 leads: it takes commands (lists of launches) from shared memory, runs them in order and
 * shares out the tasks of large launches; the others help. Between commands threads spin for a moment, then sleep in
 * Atomics.wait; they go back to their event loop only to receive programs.
 *
 * It is plain JavaScript, in one file, so that it starts from the sources, from the package and through bundlers alike.
 */

/**
 * @typedef {import('./layout.js').Layout} Layout
 * @typedef {object} Start
 * @property {'start'} kind
 * @property {number} id
 * @property {WebAssembly.Memory} memory
 * @property {Layout} layout
 * @property {number} helpers workers besides the leader
 * @property {number} spinMilliseconds how long to spin before sleeping
 *
 * @typedef {object} ProgramMessage
 * @property {'program'} kind
 * @property {number} program
 * @property {WebAssembly.Module} module
 * @property {string} entry
 *
 * @typedef {{ readonly kind: 'forget', readonly program: number }} Forget
 * @typedef {(args: number, task: number, scratch: number) => void} Kernel
 */

/** @param {Start} start @param {(message: unknown) => void} post */
function createWorker(start, post) {
  const { id, memory, layout, helpers, spinMilliseconds } = start
  const control = new Int32Array(memory.buffer)
  let words = control
  /** @type {Map<number, ProgramMessage>} */
  const programs = new Map()
  /** @type {Map<number, Kernel>} */
  const kernels = new Map()
  let received = 0
  let done = 0
  let lastJob = 0

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
    if (spinMilliseconds === 0) return false
    const end = performance.now() + spinMilliseconds
    do {
      for (let i = 0; i < 256; i++) if (Atomics.load(control, word) !== value) return true
    } while (performance.now() < end)
    return false
  }

  /** @param {Kernel} kernel @param {number} args @param {number} tasks */
  function takeTasks(kernel, args, tasks) {
    const scratch = Atomics.load(control, layout.scratch + id)
    const take = () => Atomics.add(control, layout.nextTask, 1)
    for (let task = take(); task < tasks; task = take()) kernel(args, task, scratch)
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

  /** A failure of this command's launches, as text; undefined if there is none. */
  function takeFailure() {
    if (Atomics.load(control, layout.failure) !== 1) return undefined
    const text = new TextDecoder().decode(new Uint8Array(memory.buffer, layout.failureText, control[layout.failureLength]).slice())
    Atomics.store(control, layout.failure, 0)
    return text
  }

  /** @param {number} program @param {Kernel} kernel @param {number} args @param {number} tasks */
  function shareOut(program, kernel, args, tasks) {
    control[layout.jobProgram] = program
    control[layout.jobArguments] = args
    control[layout.jobTasks] = tasks
    Atomics.store(control, layout.nextTask, 0)
    Atomics.add(control, layout.job, 1)
    if (Atomics.load(control, layout.sleepingHelpers) > 0) Atomics.notify(control, layout.job, Math.min(tasks - 1, helpers))
    try {
      takeTasks(kernel, args, tasks)
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

  /** @param {number} list @param {number} count @param {number} times */
  function runLaunches(list, count, times) {
    const at = wordsTo(Math.max(list + count * layout.launchWords * 4, times === 0 ? 0 : times + count * 8))
    const clock = times === 0 ? undefined : new Float64Array(memory.buffer, times, count)
    for (let i = 0, w = list >>> 2; i < count; i++, w += layout.launchWords) {
      const before = clock === undefined ? 0 : performance.now()
      const program = at[w]
      const args = at[w + 1]
      const tasks = at[w + 2]
      const kernel = kernelOf(program)
      if (tasks > 1 && helpers > 0) {
        shareOut(program, kernel, args, tasks)
        if (Atomics.load(control, layout.failure) !== 0) return
      } else {
        const scratch = Atomics.load(control, layout.scratch)
        for (let task = 0; task < tasks; task++) kernel(args, task, scratch)
      }
      if (clock !== undefined) clock[i] = (performance.now() - before) * 1e6
    }
  }

  function lead() {
    while (Atomics.load(control, layout.mail) === received) {
      if (Atomics.load(control, layout.submitted) === done) {
        if (!spin(layout.submitted, done)) Atomics.wait(control, layout.submitted, done)
        continue
      }
      const w = layout.commands + (done % layout.commandSlots) * layout.commandWords
      try {
        runLaunches(control[w] >>> 0, control[w + 1], control[w + 2] >>> 0)
      } catch (error) {
        recordFailure(error)
      }
      done = (done + 1) | 0
      post({ kind: 'done', failure: takeFailure() })
    }
  }

  function help() {
    while (Atomics.load(control, layout.mail) === received) {
      const job = Atomics.load(control, layout.job)
      if (job % 2 !== 0 && job !== lastJob) {
        joinIn()
        continue
      }
      if (spin(layout.job, job)) continue
      Atomics.add(control, layout.sleepingHelpers, 1)
      Atomics.wait(control, layout.job, job)
      Atomics.sub(control, layout.sleepingHelpers, 1)
    }
  }

  function joinIn() {
    Atomics.add(control, layout.active, 1)
    const job = Atomics.load(control, layout.job)
    if (job % 2 !== 0) {
      lastJob = job
      try {
        takeTasks(kernelOf(control[layout.jobProgram]), control[layout.jobArguments], control[layout.jobTasks])
      } catch (error) {
        recordFailure(error)
      }
    }
    const last = Atomics.sub(control, layout.active, 1) === 1
    if (last && Atomics.load(control, layout.leaderSleeps) === 1) Atomics.notify(control, layout.active)
  }

  function serve() {
    if (Atomics.load(control, layout.mail) !== received) return
    if (id === 0) lead()
    else help()
  }

  return {
    serve,
    /** @param {ProgramMessage | Forget} message */
    receive(message) {
      received = (received + 1) | 0
      if (message.kind === 'program') programs.set(message.program, message)
      else {
        programs.delete(message.program)
        kernels.delete(message.program)
      }
      serve()
    },
  }
}

/** @param {(message: unknown) => void} post */
function messageHandler(post) {
  /** @type {ReturnType<typeof createWorker> | undefined} */
  let worker
  /** @param {Start | ProgramMessage | Forget} message */
  return message => {
    if (message.kind !== 'start') {
      worker?.receive(message)
      return
    }
    worker = createWorker(message, post)
    post({ kind: 'ready' })
    worker.serve()
  }
}

if (typeof self === 'object' && typeof self.postMessage === 'function') {
  const handle = messageHandler(message => self.postMessage(message))
  self.onmessage = event => handle(event.data)
} else {
  const name = 'node:worker_threads' // a variable, so that browser bundlers do not try to resolve it
  void import(/* @vite-ignore */ name).then((/** @type {typeof import('node:worker_threads')} */ { parentPort }) => {
    if (parentPort === null) throw new Error('this file is to be run as a worker')
    parentPort.on('message', messageHandler(message => parentPort.postMessage(message)))
  })
}
