import { createRuntime, type DeviceReport } from 'petagrad'
import { backends } from './backends.js'

export interface DevicesOptions {
  readonly json?: boolean
}

/** Prints every target: whether it can run here, why (not), and what it is. The default one has a star. */
export async function devices(options: DevicesOptions): Promise<void> {
  const runtime = createRuntime({ backends })
  try {
    const chosen = await runtime.device()
    const reports: DeviceReport[] = []
    for (const { name, available, reason } of await runtime.deviceReports()) {
      if (!available) reports.push({ name, available, reason })
      else reports.push({ ...(await runtime.describe(name)), reason: name === chosen.name ? chosen.reason : reason })
    }
    if (options.json) console.log(JSON.stringify(reports.map(r => ({ ...r, default: r.name === chosen.name }))))
    else console.log(deviceTable(reports, chosen.name))
  } finally {
    await runtime.close()
  }
}

/** A table with one row per device, columns as wide as their longest cell. */
export function deviceTable(reports: readonly DeviceReport[], chosen: string): string {
  const rows = [
    ['', 'device', 'available', 'why', 'description'],
    ...reports.map(r => [r.name === chosen ? '*' : '', r.name, r.available ? 'yes' : 'no', r.reason, r.description ?? '']),
  ]
  const widths = rows[0].map((_, column) => Math.max(...rows.map(r => r[column].length)))
  return rows.map(r => r.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd()).join('\n')
}
