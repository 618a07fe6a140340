import { Command, InvalidArgumentError, Option } from 'commander'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Options {
  readonly suite: (typeof suites)[number]
  readonly case: string
  readonly device?: (typeof deviceNames)[number]
  readonly threads?: number
  readonly peers: boolean | readonly string[]
  readonly peersDir: string
  readonly rounds: number
  readonly roundMs: number
  readonly tune: boolean | string
  readonly json: boolean
  readonly checkCode: boolean
  readonly traceCase?: string
  readonly output: string
  readonly report?: string
  readonly from?: readonly string[]
}

export const suites = ['cpu', 'wasm', 'latency', 'scaling'] as const
export const deviceNames = ['cpu', 'wasm'] as const

/** The command line. Parsing throws CommanderError, which has been printed. */
export function buildCommand(run: (options: Options) => Promise<void>): Command {
  return new Command('bench')
    .description('Times Petagrad against its peers and against what the machine can do at most.')
    .addOption(new Option('--suite <name>', 'what to measure').choices(suites).default('cpu'))
    .option('--case <glob>', 'only cases whose name matches; * stands for anything, commas separate patterns', '*')
    .addOption(new Option('--device <name>', 'device of ours to time (default: the suite\'s)').choices(deviceNames))
    .option('--threads <n>', 'threads of every contender, of the suite scaling the most (default: all cores; 8)', whole(1, 1024))
    .option('--peers [names...]', 'time peers too: all that there are for the device, or those that are named', false)
    .option('--peers-dir <directory>', 'where npm peers are installed', join(cacheDirectory(), 'petagrad-bench', 'peers'))
    .option('--rounds <n>', 'rounds in which the contenders take turns', whole(1, 1000), 5)
    .option('--round-ms <n>', 'milliseconds that each contender computes in a round', whole(1, 60_000), 100)
    .option('--tune [file]', 'search for better schedules of every case, keep them in this file, and time the default ones beside them', false)
    .option('--json', 'print the rows as one JSON array and nothing else on stdout', false)
    .option('--report <file>', 'write a page with plots, which needs no network')
    .option('--from <files...>', 'measure nothing: take the rows that --json printed, of several runs together')
    .option('--check-code', 'time nothing: count what the inner loops of the cpu device\'s machine code do', false)
    .option('--trace-case <name>', 'time nothing: print the schedules of a case, and where its source and machine code are')
    .option('--output <directory>', 'where --trace-case writes', join(tmpdir(), 'petagrad-trace'))
    .helpOption('-h, --help', 'print this help')
    .showHelpAfterError('(--help shows what there is)')
    .exitOverride()
    .action(run)
}

/** Whether a name matches one of the patterns between commas, in which * stands for any text and ? for one character. */
export function matches(name: string, globs: string): boolean {
  return globs.split(',').some(glob => {
    const pattern = glob.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.')
    return new RegExp(`^${pattern}$`).test(name)
  })
}

const whole = (min: number, max: number) => (text: string): number => {
  const value = Number(text)
  if (text.trim() === '' || !Number.isInteger(value) || value < min || value > max) {
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`)
  }
  return value
}

/** Where schedules go that `--tune` finds, when nobody says. */
export const tunedSchedules = (device: string): string => join(cacheDirectory(), 'petagrad-bench', `schedules-${device}.json`)

const cacheDirectory = (): string => process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache')
