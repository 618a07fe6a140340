import type { KernelProfile } from 'petagrad'

/** Where a step's time goes, slowest kernel first. A rate below what its unit shows is left out. */
export function kernelTable(profile: readonly KernelProfile[], rows = 40): string {
  const total = profile.reduce((ms, k) => ms + k.milliseconds, 0)
  const sorted = [...profile].sort((a, b) => b.milliseconds - a.milliseconds)
  const widest = Math.max(6, ...sorted.slice(0, rows).map(k => k.name.length))
  const line = (name: string, ...cells: string[]): string => `${name.padEnd(widest)} ${cells.map(c => c.padStart(9)).join('')}`
  const body = sorted.slice(0, rows).map(k => {
    const perSecond = (amount: number): string => (k.milliseconds > 0 ? (amount / k.milliseconds / 1e6).toFixed(1) : '-')
    const share = total > 0 ? `${((100 * k.milliseconds) / total).toFixed(1)}%` : '-'
    return line(k.name, k.milliseconds.toFixed(3), share, perSecond(k.ops), perSecond(k.bytes))
  })
  const rest = sorted.slice(rows).reduce((ms, k) => ms + k.milliseconds, 0)
  if (sorted.length > rows) body.push(line(`${sorted.length - rows} more`, rest.toFixed(3), `${((100 * rest) / total).toFixed(1)}%`, '', ''))
  return [line('kernel', 'ms', 'share', 'GFLOPS', 'GB/s'), ...body, line(`${profile.length} kernels`, total.toFixed(3), '', '', '')].join('\n')
}
