import { createRuntime, type DeviceReport, type Runtime } from 'petagrad'
import { backends } from './backends.js'

export interface DevicesOptions {
  readonly json?: boolean
}

/** Prints every target: whether it can run here, why (not), and what it is. The default one has a star. */
export async function devices(options: DevicesOptions): Promise<void> {
  const runtime = createRuntime({ backends })
  try {
    const chosen = await runtime.device().catch(() => undefined) // the table says why it cannot be opened
    const reports: DeviceReport[] = []
    for (const report of await runtime.deviceReports()) reports.push(await opened(runtime, report, chosen))
    if (options.json) console.log(JSON.stringify(reports.map(r => ({ ...r, default: r.name === chosen?.name }))))
    else console.log(deviceTable(reports, chosen?.name))
  } finally {
    await runtime.close()
  }
}

/** What a device says about itself once it is open; why not, where it cannot be opened although it seemed to be there. */
async function opened(runtime: Runtime, report: DeviceReport, chosen: DeviceReport | undefined): Promise<DeviceReport> {
  if (!report.available) return report
  try {
    const described = await runtime.describe(report.name)
    return report.name === chosen?.name ? { ...described, reason: chosen.reason } : { ...described, reason: report.reason }
  } catch (error) {
    return { name: report.name, available: false, reason: error instanceof Error ? error.message : String(error) }
  }
}

/** A table with one row per device, columns as wide as their longest cell. */
export function deviceTable(reports: readonly DeviceReport[], chosen: string | undefined): string {
  const rows = [
    ['', 'device', 'available', 'why', 'description'],
    ...reports.map(r => [r.name === chosen ? '*' : '', r.name, r.available ? 'yes' : 'no', r.reason, r.description ?? '']),
  ]
  const widths = rows[0].map((_, column) => Math.max(...rows.map(r => r[column].length)))
  return rows.map(r => r.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd()).join('\n')
}
