import { PetagradError, type UOp } from '@petagrad/ir/graph'
import { importNode } from '../host.js'
import { debugLevel, log } from '../settings.js'
import { kernelIdentity } from './identity.js'
import { parseScheduleFile, printScheduleFile, schedulesOf, type ScheduleFile, type TunedSchedule, type TunedSchedules } from './schedule-file.js'

/** Where schedules come from: a file by its path (Node), or a file's content. */
export type ScheduleSource = string | ScheduleFile

export interface DatabaseOptions {
  /** Nobody named the file: that it is not there, or has nothing for this target, is nothing to mention. */
  readonly byDefault?: boolean
}

/**
 * The tuned schedules of one target. What cannot be used is said once, by name, and the default schedules are used instead:
 * a schedule changes how fast a kernel is, never what it computes.
 */
export class ScheduleDatabase {
  private constructor(
    private readonly target: string,
    private readonly kernels: Map<string, TunedSchedule>,
    /** Undefined where content was given, or where the file is something else: what is found is kept in memory only. */
    private readonly path: string | undefined,
  ) {}

  static async open(source: ScheduleSource | undefined, target: string, options: DatabaseOptions = {}): Promise<ScheduleDatabase> {
    const name = typeof source === 'string' ? source : 'the schedules that were given'
    const read = source === undefined ? {} : await readSchedules(source, name, options)
    const found = read ?? {}
    const kernels = new Map(Object.entries(found[target] ?? {}))
    if (kernels.size === 0 && Object.keys(found).length > 0 && (options.byDefault !== true || debugLevel() >= 1)) {
      log(`schedules: ${name} is for other targets, the default schedules are used; this one is ${target}`)
    }
    // A file that somebody named and that is no file of schedules may be anything: it is not written over.
    const writable = read !== undefined || options.byDefault === true
    return new ScheduleDatabase(target, kernels, typeof source === 'string' && writable ? source : undefined)
  }

  /** What was found for the kernel; undefined where it has not been tuned. */
  async find(kernel: UOp<'kernel'>): Promise<TunedSchedule | undefined> {
    if (this.kernels.size === 0) return undefined
    return this.kernels.get((await kernelIdentity(kernel)) ?? '')
  }

  /** All that changes what kernels become, as text: two databases of one target share it exactly when they tune alike. */
  get text(): string {
    const tuned = [...this.kernels].flatMap(([kernel, { schedule }]) => (schedule === null ? [] : [JSON.stringify([kernel, schedule])]))
    return tuned.sort().join('\n')
  }

  /** Says that a schedule cannot be used, and forgets it. */
  async refuse(kernel: UOp<'kernel'>, why: unknown): Promise<void> {
    this.kernels.delete((await kernelIdentity(kernel)) ?? '')
    const reason = why instanceof PetagradError ? why.message : String(why)
    log(`schedules: the one for ${kernel.arg.name} in ${this.path ?? 'what was given'} does not apply, the default is used: ${reason}`)
  }

  async put(kernel: UOp<'kernel'>, entry: TunedSchedule): Promise<void> {
    const identity = await kernelIdentity(kernel)
    if (identity !== undefined) this.kernels.set(identity, entry)
  }

  /** Writes what is known beside what the file holds by now. */
  async save(): Promise<void> {
    if (this.path === undefined) return
    const [fs, path] = await Promise.all([importNode('node:fs/promises'), importNode('node:path')])
    const known = await fs.readFile(this.path, 'utf8').then(parseScheduleFile).catch(() => ({}) as TunedSchedules)
    const merged = { ...known, [this.target]: { ...known[this.target], ...Object.fromEntries(this.kernels) } }
    const temporary = `${this.path}.${process.pid}.tmp`
    await fs.mkdir(path.dirname(this.path), { recursive: true })
    await fs.writeFile(temporary, printScheduleFile(merged))
    await fs.rename(temporary, this.path)
  }
}

/** Undefined where there is something that cannot be read as schedules. */
async function readSchedules(source: ScheduleSource, name: string, { byDefault }: DatabaseOptions): Promise<TunedSchedules | undefined> {
  try {
    if (typeof source !== 'string') return schedulesOf(source)
    const fs = await importNode('node:fs/promises')
    return parseScheduleFile(await fs.readFile(source, 'utf8'))
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    const reason = missing ? 'there is no such file' : error instanceof PetagradError ? error.message : String(error)
    if (!missing || byDefault !== true) log(`schedules: ${name} cannot be used, the default schedules are: ${reason}`)
    return missing ? {} : undefined
  }
}
