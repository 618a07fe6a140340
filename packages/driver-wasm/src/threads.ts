import { PetagradError } from '@petagrad/ir'
import type { CommandBlock, Executor } from './executor.js'
import { layout } from './layout.js'
import type { DeviceMemory } from './memory.js'
import { startWorker, type WorkerThread } from './worker-thread.js'

/** Time that threads spin for the next thing before they sleep: about what waking one costs. */
const SPIN_MILLISECONDS = 0.05

interface Waiting {
  resolve(): void
  reject(error: unknown): void
}

/** Worker threads over shared memory; the first leads. The calling thread never waits. */
export class ThreadedExecutor implements Executor {
  readonly depth = layout.commandSlots
  private readonly waiting: Waiting[] = []
  private submitted = 0
  private nextProgram = 0
  private broken: PetagradError | undefined

  private constructor(
    private readonly memory: DeviceMemory,
    private readonly workers: readonly WorkerThread[],
  ) {}

  /** `cores` is what the machine has: with more threads than that, spinning would only take time from who works. */
  static async start(memory: DeviceMemory, threads: number, cores: number): Promise<ThreadedExecutor> {
    const workers = await Promise.all(Array.from({ length: threads }, startWorker))
    const executor = new ThreadedExecutor(memory, workers)
    const ready = workers.map(
      (worker, id) =>
        new Promise<void>((resolve, reject) => {
          worker.listen(
            message => {
              if (message.kind === 'ready') resolve()
              else executor.finish(message.failure)
            },
            error => {
              reject(error)
              executor.fail(error)
            },
          )
          const spinMilliseconds = threads > cores ? 0 : SPIN_MILLISECONDS
          worker.post({ kind: 'start', id, memory: memory.memory, layout, helpers: threads - 1, spinMilliseconds })
        }),
    )
    // Helpers may come later: the leader can do everything alone.
    for (const later of ready.slice(1)) later.catch(() => {})
    await ready[0]
    executor.hold(false)
    return executor
  }

  get threads(): number {
    return this.workers.length
  }

  add(module: WebAssembly.Module, entry: string): number {
    const program = this.nextProgram++
    this.post({ kind: 'program', program, module, entry })
    return program
  }

  forget(program: number): void {
    if (this.broken === undefined) this.post({ kind: 'forget', program })
  }

  /** A worker that sees the count rise goes to fetch its messages, so the count rises first. */
  private post(message: unknown): void {
    Atomics.add(this.memory.words, layout.mail, 1)
    for (const worker of this.workers) worker.post(message)
  }

  run({ address, count, times }: CommandBlock): Promise<void> {
    if (this.broken !== undefined) return Promise.reject(this.broken)
    const { words } = this.memory
    const slot = layout.commands + (this.submitted % layout.commandSlots) * layout.commandWords
    words[slot] = address
    words[slot + 1] = count
    words[slot + 2] = times
    this.submitted++
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject })
      Atomics.add(words, layout.submitted, 1)
      Atomics.notify(words, layout.submitted)
    })
  }

  private finish(failure: string | undefined): void {
    const first = this.waiting.shift()
    if (failure === undefined) first?.resolve()
    else first?.reject(new PetagradError('DEVICE_FAILED', `a kernel failed: ${failure}`))
  }

  private fail(cause: unknown): void {
    this.broken ??= new PetagradError('DEVICE_FAILED', `a worker thread stopped: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    for (const w of this.waiting.splice(0)) w.reject(this.broken)
  }

  hold(busy: boolean): void {
    for (const worker of this.workers) worker.hold(busy)
  }

  async close(): Promise<void> {
    this.broken ??= new PetagradError('DEVICE_FAILED', 'the device is closed')
    for (const w of this.waiting.splice(0)) w.reject(this.broken)
    await Promise.all(this.workers.map(w => w.end()))
  }
}
