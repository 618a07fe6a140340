import { PetagradError } from '@petagrad/ir/graph'
import type { CommandBlock, Executor } from './executor.js'
import { createThread, type Program } from './fork-join.js'
import { layout } from './layout.js'
import type { DeviceMemory } from './memory.js'
import { startWorker, type WorkerThread } from './worker-thread.js'

/** Time that threads spin for the next thing before they sleep: about what waking one costs. */
const SPIN_MILLISECONDS = 0.05
/** Lists that took no longer the last time are led by the calling thread: less than its event loop ever waits for anyway. */
const LEAST_FOR_WORKERS = 1e6
/** While there are no workers, the calling thread gets its other business done this often; milliseconds. */
const LONGEST_TURN = 12
/** So much work on the calling thread is worth the start of workers; milliseconds. Starting them costs about that. */
const WORTH_STARTING = 30

type Thread = ReturnType<typeof createThread>

interface Waiting {
  resolve(): void
  reject(error: unknown): void
}

/**
 * Threads over shared memory: worker threads, of which the first leads, and the calling thread. Where that one may
 * block, it leads short lists itself, which spares the way to a worker and back, and it does all work before there are
 * workers; where it may not (a browser's page) it only hands over.
 */
export class ThreadedExecutor implements Executor {
  readonly depth = layout.commandSlots
  private readonly programs = new Map<number, Program>()
  private readonly waiting: Waiting[] = []
  private readonly caller: Thread | undefined
  private workers: readonly WorkerThread[] = []
  private starting: Promise<void> | undefined
  private ready = false
  private busy = false
  /** Milliseconds of work that the calling thread has done while there were no workers. */
  private worked = 0
  /** Resolves when what came before is done or handed to workers; undefined when nothing has to be waited for. */
  private before: Promise<void> | undefined
  private lastTurn = performance.now()
  private submitted = 0
  private nextProgram = 0
  private broken: PetagradError | undefined

  /** `cores` is what the machine runs at once. */
  constructor(
    private readonly memory: DeviceMemory,
    readonly threads: number,
    private readonly cores: number,
  ) {
    this.caller = mayBlock() ? createThread(this.threadOptions(0, 0)) : undefined
  }

  /** Whether the calling thread does work; otherwise nothing runs before `start`. */
  get callerLeads(): boolean {
    return this.caller !== undefined
  }

  private threadOptions(id: number, helpers: number) {
    return { id, memory: this.memory.memory, layout, helpers, cores: this.cores, spinMilliseconds: SPIN_MILLISECONDS }
  }

  /** Starts the workers; resolves when the first is there. */
  start(): Promise<void> {
    return (this.starting ??= this.startWorkers().catch((error: unknown) => {
      this.fail(error)
      throw error
    }))
  }

  private async startWorkers(): Promise<void> {
    const workers = await Promise.all(Array.from({ length: this.threads }, startWorker))
    this.workers = workers
    const ready = workers.map(
      (worker, id) =>
        new Promise<void>((resolve, reject) => {
          worker.listen(
            message => {
              if (message.kind === 'ready') resolve()
              else this.finish(message.failure)
            },
            error => {
              reject(error)
              this.fail(error)
            },
          )
          worker.post({ kind: 'start', ...this.threadOptions(id, this.threads - 1) })
        }),
    )
    for (const [program, content] of this.programs) this.post({ kind: 'program', program, ...content })
    // Helpers may come later: the leader can do everything alone.
    for (const later of ready.slice(1)) later.catch(() => {})
    await ready[0]
    this.hold(this.busy)
    this.ready = true
    this.caller?.setHelpers(this.threads - 1)
  }

  add(module: WebAssembly.Module, entry: string): number {
    const program = this.nextProgram++
    this.programs.set(program, { module, entry })
    this.caller?.add(program, { module, entry })
    this.post({ kind: 'program', program, module, entry })
    return program
  }

  forget(program: number): void {
    this.programs.delete(program)
    this.caller?.forget(program)
    if (this.broken === undefined) this.post({ kind: 'forget', program })
  }

  /** A worker that sees the count rise goes to fetch its messages, so the count rises first. */
  private post(message: unknown): void {
    if (this.workers.length === 0) return
    const { words } = this.memory
    Atomics.add(words, layout.mail, 1)
    for (const worker of this.workers) worker.post(message)
  }

  run(block: CommandBlock): Promise<void> {
    if (this.ready && this.before === undefined) return this.begin(block).done
    // One after the other, until the workers are there to take over.
    const begun = this.before === undefined ? Promise.resolve(this.begin(block)) : this.before.then(() => this.begin(block))
    const handled = begun.then(({ handled }) => handled).then(() => {
      if (this.before === handled) this.before = undefined
    })
    this.before = handled
    return begun.then(({ done }) => done)
  }

  /** `handled` resolves, and never rejects, when the next block may begin; `done` when this one is done. */
  private begin(block: CommandBlock): { readonly handled: Promise<unknown> | undefined; readonly done: Promise<void> } {
    if (this.broken !== undefined) return { handled: undefined, done: Promise.reject(this.broken) }
    if (!this.ready) {
      const done = this.caller === undefined || block.times !== 0 ? this.start().then(() => this.submit(block)) : this.leadInTurns(block)
      return { handled: done.catch(() => undefined), done }
    }
    if (this.caller === undefined || this.waiting.length > 0 || !this.isShort(block)) {
      return { handled: undefined, done: this.submit(block) }
    }
    const { failure } = this.caller.lead(block.address, block.count, 0, block.first ?? 0, Infinity)
    return { handled: undefined, done: failure === undefined ? this.breathe() : Promise.reject(kernelFailed(failure)) }
  }

  /** Gives the calling thread's event loop a turn if it has had none for long: a program may await one short list after another. */
  private async breathe(): Promise<void> {
    if (performance.now() - this.lastTurn > LONGEST_TURN) await this.turn()
  }

  private async turn(): Promise<void> {
    await nextTurn()
    this.lastTurn = performance.now()
  }

  /** Whether all launches are known to take little time together. */
  private isShort({ address, count, times }: CommandBlock): boolean {
    if (times !== 0) return false
    const { words } = this.memory
    let total = 0
    for (let i = 0, w = address / 4 + 3; i < count; i++, w += layout.launchWords) {
      if (words[w] === 0) return false
      total += words[w]
      if (total > LEAST_FOR_WORKERS) return false
    }
    return true
  }

  /** Works on the calling thread, with pauses for its event loop, until all is done or there are workers. */
  private async leadInTurns(block: CommandBlock): Promise<void> {
    let rest: CommandBlock = block
    for (;;) {
      const start = performance.now()
      const { failure, left } = this.callingThread.lead(rest.address, rest.count, 0, rest.first ?? 0, start + LONGEST_TURN)
      this.worked += performance.now() - start
      if (failure !== undefined) throw kernelFailed(failure)
      if (this.worked > WORTH_STARTING) this.start().catch(() => undefined) // whoever runs next is told
      if (left === undefined) return this.breathe()
      await this.turn()
      if (this.broken !== undefined) throw this.broken
      const { launch, task } = left
      rest = { address: rest.address + launch * layout.launchWords * 4, count: rest.count - launch, times: 0, first: task }
      if (this.ready) return this.submit(rest)
    }
  }

  private get callingThread(): Thread {
    if (this.caller === undefined) throw new PetagradError('DEVICE_FAILED', 'this thread may not do the work of workers')
    return this.caller
  }

  private submit({ address, count, times, first = 0 }: CommandBlock): Promise<void> {
    if (this.broken !== undefined) return Promise.reject(this.broken)
    const { words } = this.memory
    words.set([address, count, times, first], layout.commands + (this.submitted % layout.commandSlots) * layout.commandWords)
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
    else first?.reject(kernelFailed(failure))
  }

  private fail(cause: unknown): void {
    this.broken ??= new PetagradError('DEVICE_FAILED', `a worker thread stopped: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    for (const w of this.waiting.splice(0)) w.reject(this.broken)
  }

  hold(busy: boolean): void {
    this.busy = busy
    for (const worker of this.workers) worker.hold(busy)
  }

  async close(): Promise<void> {
    this.broken ??= new PetagradError('DEVICE_FAILED', 'the device is closed')
    for (const w of this.waiting.splice(0)) w.reject(this.broken)
    this.hold(true) // workers that are still starting keep no process alive by themselves, and are waited for
    await this.starting?.catch(() => undefined)
    await Promise.all(this.workers.map(w => w.end()))
  }
}

const nextTurn = (): Promise<void> =>
  new Promise(resolve => (typeof setImmediate === 'function' ? setImmediate(resolve) : setTimeout(resolve, 0)))

const kernelFailed = (failure: string): PetagradError => new PetagradError('DEVICE_FAILED', `a kernel failed: ${failure}`)

/** Whether this thread may wait for another: not in a browser's page. */
function mayBlock(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0) // the word is 0, so this returns at once
    return true
  } catch {
    return false
  }
}
