// @ts-check
/**
 * A worker thread. Worker 0 leads: it takes commands (lists of launches) from shared memory; the others help with
 * large launches, whoever leads. Between commands threads spin for a moment, then sleep in Atomics.wait; they go back
 * to their event loop only to receive programs.
 *
 * It is plain JavaScript, so that it starts from the sources, from the package and through bundlers alike.
 */
import { createThread } from './fork-join.js'

/**
 * @typedef {{ readonly kind: 'start' } & import('./fork-join.js').ThreadOptions} Start
 * @typedef {{ readonly kind: 'program', readonly program: number } & import('./fork-join.js').Program} ProgramMessage
 * @typedef {{ readonly kind: 'forget', readonly program: number }} Forget
 */

/** @param {Start} start @param {(message: unknown) => void} post */
function createWorker(start, post) {
  const { id, memory, layout } = start
  const control = new Int32Array(memory.buffer)
  const thread = createThread(start)
  let received = 0
  let done = 0

  function lead() {
    while (Atomics.load(control, layout.mail) === received) {
      if (Atomics.load(control, layout.submitted) === done) {
        if (!thread.spin(layout.submitted, done)) Atomics.wait(control, layout.submitted, done)
        continue
      }
      const w = layout.commands + (done % layout.commandSlots) * layout.commandWords
      const { failure } = thread.lead(control[w] >>> 0, control[w + 1], control[w + 2] >>> 0, control[w + 3], Infinity)
      done = (done + 1) | 0
      post({ kind: 'done', failure })
    }
  }

  function help() {
    while (Atomics.load(control, layout.mail) === received) {
      const job = Atomics.load(control, layout.job)
      if (thread.help(job) || thread.spin(layout.job, job)) continue
      Atomics.add(control, layout.sleepingHelpers, 1)
      Atomics.wait(control, layout.job, job)
      Atomics.sub(control, layout.sleepingHelpers, 1)
    }
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
      if (message.kind === 'program') thread.add(message.program, message)
      else thread.forget(message.program)
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
