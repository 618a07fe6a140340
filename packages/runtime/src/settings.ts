import { PetagradError } from '@petagrad/ir/graph'
import { environment, isNode } from './host.js'

/** What steers the runtime without being part of a program. */
export interface Settings {
  /** 0 to 7; docs/debugging.md has the table. Environment: PETAGRAD_DEBUG. */
  readonly debug: number
  /** File that the Perfetto trace goes to; undefined: no trace is taken. Environment: PETAGRAD_PROFILE. */
  readonly profile: string | undefined
  /** Where compiled kernels are kept; undefined: nowhere. Environment: PETAGRAD_CACHE (`off` turns it off). */
  readonly cacheDirectory: string | undefined
  /** Name of the device to use; undefined: the first that is available. Environment: PETAGRAD_DEVICE. */
  readonly device: string | undefined
  /** Threads that a device may use; undefined: all cores. Environment: PETAGRAD_THREADS. */
  readonly threads: number | undefined
  /** File of tuned schedules, `off` for none; undefined: `schedules.json` in the cache directory. Environment: PETAGRAD_SCHEDULES. */
  readonly schedules: string | undefined
  /** Tune every step that is captured. Environment: PETAGRAD_TUNE, 0 or 1. */
  readonly tune: boolean
  /** Where debugging output goes, one line or block at a time; the default is stderr. */
  readonly log: (text: string) => void
}

/** `undefined` gives a setting back to the environment; `cacheDirectory: 'off'` keeps nothing on disk. */
export type SettingChanges = { readonly [K in keyof Settings]?: Settings[K] | undefined }

export const MAX_DEBUG = 7
let changes: SettingChanges = {}

/** Changes settings for the whole process; what is not named stays. Throws INVALID_ARGUMENT. */
export function configure(next: SettingChanges): void {
  if (next.debug !== undefined) wholeNumber('debug', String(next.debug), 0, MAX_DEBUG)
  if (next.threads !== undefined) wholeNumber('threads', String(next.threads), 1, 4096)
  changes = { ...changes, ...next }
}

/** The settings now: what `configure` said, else the environment, else the default. */
export function settings(): Settings {
  return {
    debug: changes.debug ?? whole('PETAGRAD_DEBUG', 0, MAX_DEBUG) ?? 0,
    profile: changes.profile ?? environment('PETAGRAD_PROFILE'),
    cacheDirectory: cacheDirectory(),
    device: changes.device ?? environment('PETAGRAD_DEVICE'),
    threads: changes.threads ?? whole('PETAGRAD_THREADS', 1, 4096),
    schedules: changes.schedules ?? environment('PETAGRAD_SCHEDULES'),
    tune: changes.tune ?? whole('PETAGRAD_TUNE', 0, 1) === 1,
    log: changes.log ?? (text => console.error(text)),
  }
}

/** As `settings().debug`, for places that ask often. */
export const debugLevel = (): number => changes.debug ?? whole('PETAGRAD_DEBUG', 0, MAX_DEBUG) ?? 0

/** Writes `text` where debugging output goes. */
export const log = (text: string): void => settings().log(text)

/** Follows the XDG base directory specification: $XDG_CACHE_HOME/petagrad, else ~/.cache/petagrad. */
function cacheDirectory(): string | undefined {
  const chosen = changes.cacheDirectory ?? environment('PETAGRAD_CACHE')
  if (chosen !== undefined) return chosen === 'off' ? undefined : chosen
  if (!isNode) return undefined
  const base = environment('XDG_CACHE_HOME') ?? environment('LOCALAPPDATA')
  if (base !== undefined) return `${base}/petagrad`
  const home = environment('HOME') ?? environment('USERPROFILE')
  return home === undefined ? undefined : `${home}/.cache/petagrad`
}

function whole(name: string, min: number, max: number): number | undefined {
  const text = environment(name)
  return text === undefined ? undefined : wholeNumber(name, text, min, max)
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new PetagradError('INVALID_ARGUMENT', `${name} is ${JSON.stringify(text)}; it must be a whole number from ${min} to ${max}`)
  }
  return value
}
