import { PetagradError } from '@petagrad/ir/graph'

/** What tuning found for a kernel on a target. Times in nanoseconds, of all its launches in the step it was tuned in. */
export interface TunedSchedule {
  /** The kernel's name, for readers. */
  readonly name: string
  /** As `CodegenOptions.schedule` takes it; null where nothing beats the default. */
  readonly schedule: string | null
  readonly defaultNanoseconds: number
  readonly nanoseconds: number
}

/** By target, then by kernel: see tune/identity.ts. */
export type TunedSchedules = Readonly<Record<string, Readonly<Record<string, TunedSchedule>>>>

/** The content of a schedule file, as JSON has it. */
export interface ScheduleFile {
  readonly format: typeof FORMAT
  readonly version: typeof VERSION
  readonly targets: TunedSchedules
}

const FORMAT = 'petagrad schedules'
const VERSION = 1

/** Text that is the same for the same content: entries are sorted. */
export function printScheduleFile(targets: TunedSchedules): string {
  const sorted = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
  const inOrder = Object.fromEntries(Object.entries(targets).map(([target, kernels]) => [target, sorted(kernels)]))
  const file: ScheduleFile = { format: FORMAT, version: VERSION, targets: sorted(inOrder) }
  return JSON.stringify(file, undefined, 1) + '\n'
}

/** Reads what `printScheduleFile` writes. Throws INVALID_DATA, which says what is wrong with the text. */
export function parseScheduleFile(text: string): TunedSchedules {
  try {
    return schedulesOf(JSON.parse(text))
  } catch (error) {
    if (error instanceof SyntaxError) throw new PetagradError('INVALID_DATA', `it is no JSON: ${error.message}`)
    throw error
  }
}

/** Checks every field of a parsed file. Throws INVALID_DATA. */
export function schedulesOf(content: unknown): TunedSchedules {
  if (!isRecord(content) || content.format !== FORMAT) return refuse('it is no file of schedules')
  if (content.version !== VERSION) return refuse(`its version is ${JSON.stringify(content.version)}, not ${VERSION}`)
  if (!isRecord(content.targets)) return refuse('it has no targets')
  const targets: Record<string, Record<string, TunedSchedule>> = {}
  for (const [target, kernels] of Object.entries(content.targets)) {
    if (!isRecord(kernels)) return refuse(`its target ${JSON.stringify(target)} has no kernels`)
    targets[target] = Object.fromEntries(Object.entries(kernels).map(([kernel, entry]) => [kernel, tunedSchedule(kernel, entry)]))
  }
  return targets
}

function tunedSchedule(kernel: string, entry: unknown): TunedSchedule {
  if (!isRecord(entry)) return refuse(`its kernel ${kernel} is no entry`)
  const { name, schedule, defaultNanoseconds, nanoseconds } = entry
  const isTime = (x: unknown): x is number => typeof x === 'number' && x >= 0
  if (typeof name !== 'string' || (typeof schedule !== 'string' && schedule !== null) || !isTime(defaultNanoseconds) || !isTime(nanoseconds)) {
    return refuse(`its kernel ${kernel} lacks a name, a schedule or a time`)
  }
  return { name, schedule, defaultNanoseconds, nanoseconds }
}

const isRecord = (x: unknown): x is Readonly<Record<string, unknown>> => typeof x === 'object' && x !== null && !Array.isArray(x)

const refuse = (why: string): never => {
  throw new PetagradError('INVALID_DATA', why)
}
