import { PetagradError } from '@petagrad/ir/graph'
import type { Backend, DeviceReport } from './contract.js'

/** A backend that is imported when it is asked for, so that naming it costs nothing. */
export interface BackendLoader {
  readonly name: string
  load(): Promise<Backend>
}

export type BackendSource = Backend | BackendLoader

export const loadBackend = async (source: BackendSource): Promise<Backend> => ('load' in source ? source.load() : source)

/** Whether a backend can run here. Failing to import it is a reason too. */
export async function probeBackend(source: BackendSource): Promise<DeviceReport> {
  try {
    const { available, reason } = await (await loadBackend(source)).probe()
    return { name: source.name, available, reason }
  } catch (error) {
    return { name: source.name, available: false, reason: error instanceof Error ? error.message : String(error) }
  }
}

/** A backend that was asked for by name, and by what: an option or an environment variable. */
export interface Wish {
  readonly name: string
  readonly from: string
}

export interface BackendChoice {
  readonly source: BackendSource
  /** Why this one, as a clause: 'named by PETAGRAD_DEVICE', 'first available of cpu, wasm'. */
  readonly why: string
  /** What was probed on the way, in order. */
  readonly reports: readonly DeviceReport[]
}

/**
 * The backend that was wished for, else the first that is available. Throws UNKNOWN_DEVICE for a name that is not
 * offered and DEVICE_UNAVAILABLE, with what the probes said, where none can run.
 */
export async function chooseBackend(sources: readonly BackendSource[], wish: Wish | undefined): Promise<BackendChoice> {
  const names = sources.map(s => s.name).join(', ')
  if (wish !== undefined) {
    const source = sources.find(s => s.name === wish.name)
    if (source === undefined) {
      throw new PetagradError('UNKNOWN_DEVICE', `no device is called ${JSON.stringify(wish.name)}`, {
        hint: `Known devices: ${names || 'none'}.`,
      })
    }
    const report = await probeBackend(source)
    if (!report.available) throw new PetagradError('DEVICE_UNAVAILABLE', `the device ${wish.name} cannot be used: ${report.reason}`)
    return { source, why: `named by ${wish.from}`, reports: [report] }
  }
  const reports: DeviceReport[] = []
  for (const source of sources) {
    const report = await probeBackend(source)
    reports.push(report)
    if (report.available) return { source, why: `first available of ${names}`, reports }
  }
  throw new PetagradError('DEVICE_UNAVAILABLE', `no device can be used: ${reports.map(r => `${r.name}: ${r.reason}`).join('; ') || 'no backend was given'}`)
}
