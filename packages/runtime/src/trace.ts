import { importNode, isNode } from './host.js'
import { log, settings } from './settings.js'

/** One span of the Chrome trace event format, which Perfetto reads: times in microseconds. */
export interface TraceEvent {
  readonly name: string
  readonly cat: string
  readonly ph: 'X' | 'M'
  readonly ts: number
  readonly dur: number
  readonly pid: number
  readonly tid: number
  readonly args: Readonly<Record<string, unknown>>
}

/** The file's content. */
export interface TraceFile {
  readonly displayTimeUnit: 'ns'
  readonly otherData: Readonly<Record<string, unknown>>
  readonly traceEvents: readonly TraceEvent[]
}

/** What a span belongs to; it becomes its category. */
export type SpanKind = 'schedule' | 'codegen' | 'render' | 'compile' | 'run' | 'kernel' | 'transfer'

/** Later events are counted, not kept: about 200 MB of JSON. */
const LIMIT = 1_000_000

/**
 * Collects spans and writes them as Chrome trace JSON. Tracks are named; spans of one track must nest or follow
 * each other, which is what concurrent compilations get numbered tracks for.
 */
export class Trace {
  private readonly events: TraceEvent[] = []
  private readonly tracks = new Map<string, number>()
  private dropped = 0

  /** `start` and `end` in milliseconds of `performance.now()`. */
  span(track: string, kind: SpanKind, name: string, start: number, end: number, args: Readonly<Record<string, unknown>> = {}): void {
    if (this.events.length >= LIMIT) this.dropped++
    else this.events.push({ name, cat: kind, ph: 'X', ts: start * 1000, dur: (end - start) * 1000, pid: 1, tid: this.trackId(track), args })
  }

  toJSON(): TraceFile {
    return { displayTimeUnit: 'ns', otherData: { producer: 'petagrad', droppedEvents: this.dropped }, traceEvents: this.events }
  }

  private trackId(track: string): number {
    let id = this.tracks.get(track)
    if (id === undefined) {
      this.tracks.set(track, (id = this.tracks.size + 1))
      this.events.push({ name: 'thread_name', cat: '__metadata', ph: 'M', ts: 0, dur: 0, pid: 1, tid: id, args: { name: track } })
    }
    return id
  }
}

let current: Trace | undefined
let fileSystem: typeof import('node:fs') | undefined

/** The process's trace; undefined while `settings().profile` names no file. */
export function activeTrace(): Trace | undefined {
  if (settings().profile === undefined) return undefined
  if (current === undefined) {
    current = new Trace()
    if (isNode) {
      void importNode('node:fs').then(fs => (fileSystem = fs))
      process.once('exit', writeAtExit)
    }
  }
  return current
}

/** The spans so far; for hosts with no files, and for tests. */
export const traceJSON = (): TraceFile | undefined => current?.toJSON()

/** Writes the trace so far to the file that `settings().profile` names. In a browser use `traceJSON`. */
export async function flushProfile(): Promise<void> {
  const file = settings().profile
  if (current === undefined || file === undefined) return
  const fs = await importNode('node:fs/promises')
  await fs.writeFile(file, JSON.stringify(current))
}

function writeAtExit(): void {
  const file = settings().profile
  if (current === undefined || file === undefined || fileSystem === undefined) return
  try {
    fileSystem.writeFileSync(file, JSON.stringify(current))
  } catch (error) {
    log(`profile: ${file} cannot be written: ${String(error)}`)
  }
}
