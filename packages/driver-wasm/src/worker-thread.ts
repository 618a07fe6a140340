/** What workers send. */
export type FromWorker = { readonly kind: 'ready' } | { readonly kind: 'done'; readonly failure: string | undefined }

/** A thread that runs `worker.js`, in Node or in a browser. */
export interface WorkerThread {
  post(message: unknown): void
  listen(onMessage: (message: FromWorker) => void, onError: (error: unknown) => void): void
  /** Whether the thread keeps the process alive; a browser's never does. */
  hold(alive: boolean): void
  end(): Promise<void>
}

export async function startWorker(): Promise<WorkerThread> {
  return typeof Worker === 'function' ? webWorker() : nodeWorker()
}

function webWorker(): WorkerThread {
  // Bundlers look for exactly this expression.
  const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })
  return {
    post: message => worker.postMessage(message),
    listen(onMessage, onError) {
      worker.onmessage = event => onMessage(event.data as FromWorker) // worker.js sends nothing else
      worker.onerror = event => onError(new Error(event.message || 'the worker could not be started'))
    },
    hold() {},
    end: async () => worker.terminate(),
  }
}

async function nodeWorker(): Promise<WorkerThread> {
  const name = 'node:worker_threads' // a variable, so that browser bundlers do not try to resolve it
  const { Worker } = (await import(/* @vite-ignore */ name)) as typeof import('node:worker_threads') // by its name
  const worker = new Worker(new URL('./worker.js', import.meta.url))
  return {
    post: message => worker.postMessage(message),
    listen(onMessage, onError) {
      worker.on('message', onMessage)
      worker.on('error', onError)
    },
    hold: alive => (alive ? worker.ref() : worker.unref()),
    end: async () => void (await worker.terminate()),
  }
}
