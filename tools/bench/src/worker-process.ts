import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Answer, Request } from './protocol.js'

export interface Command {
  readonly file: string
  readonly args: readonly string[]
  /** Over the environment of this process; undefined takes a variable away. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Lines of stderr that the report of a failure may draw on. */
const REMEMBERED_LINES = 20

/** A stopped process does not notice that its parent is gone: it has to be ended. */
const running = new Set<ChildProcessWithoutNullStreams>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** A contender in a process of its own. While it is not asked anything it is stopped, so that its threads do not spin beside another's. */
export class WorkerProcess {
  private readonly child: ChildProcessWithoutNullStreams
  private readonly complaints: string[] = []
  private waiting: { readonly resolve: (answer: Answer) => void; readonly reject: (reason: Error) => void } | undefined
  private ended: string | undefined

  constructor(readonly name: string, { file, args, environment }: Command) {
    const env = { ...process.env, ...environment }
    for (const [key, value] of Object.entries(environment)) if (value === undefined) delete env[key]
    this.child = spawn(file, args, { env, stdio: ['pipe', 'pipe', 'pipe'] })
    running.add(this.child)
    createInterface({ input: this.child.stdout }).on('line', line => this.settle(line))
    createInterface({ input: this.child.stderr }).on('line', line => {
      this.complaints.push(line)
      this.complaints.splice(0, this.complaints.length - REMEMBERED_LINES)
    })
    this.child.stdin.on('error', () => undefined) // the exit is what is reported
    this.child.on('error', error => this.finish(error.message))
    this.child.on('close', (code, signal) => {
      running.delete(this.child)
      this.finish(this.lastComplaint() ?? `it ended with ${signal ?? `code ${code}`}`)
    })
  }

  get pid(): number | undefined {
    return this.child.pid
  }

  get alive(): boolean {
    return this.ended === undefined
  }

  /** Throws an Error that says why the worker could not answer; after a time-out the process is gone. */
  async ask(request: Request, limitMs = 120_000): Promise<Answer> {
    if (this.ended !== undefined) throw new Error(this.ended)
    this.child.kill('SIGCONT')
    let timer: NodeJS.Timeout | undefined
    try {
      const answer = await new Promise<Answer>((resolve, reject) => {
        this.waiting = { resolve, reject }
        timer = setTimeout(() => {
          this.finish(`no answer to ${request.op} in ${limitMs / 1000} s`)
          this.child.kill('SIGKILL')
        }, limitMs)
        this.child.stdin.write(JSON.stringify(request) + '\n')
      })
      if ('error' in answer) throw new Error(answer.error)
      return answer
    } finally {
      clearTimeout(timer)
      this.waiting = undefined
      if (this.alive) this.child.kill('SIGSTOP')
    }
  }

  async close(): Promise<void> {
    if (this.ended !== undefined) return
    const closed = new Promise(resolve => this.child.once('close', resolve))
    this.child.kill('SIGKILL')
    await closed
  }

  private settle(line: string): void {
    try {
      this.waiting?.resolve(JSON.parse(line) as Answer) // a worker's line
    } catch {
      this.complaints.push(line) // a library that prints where only answers belong
    }
  }

  private finish(reason: string): void {
    this.ended ??= reason
    this.waiting?.reject(new Error(this.ended))
  }

  /** What Python and Node say of an uncaught error: the last line that names one, else the last line. */
  private lastComplaint(): string | undefined {
    const named = this.complaints.filter(line => /^\w*(Error|Exception)\b/.test(line))
    return named.at(-1) ?? this.complaints.filter(line => line.trim() !== '').at(-1)
  }
}
