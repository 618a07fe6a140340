import asciichart from 'asciichart'

/** What training left behind: one loss a step, one held-out accuracy an epoch. */
export interface History {
  readonly losses: readonly number[]
  readonly accuracies: readonly number[]
  readonly stepsPerEpoch: number
}

/** Means of at most `columns` equal stretches, so that a long run fits a terminal. */
export function binned(values: readonly number[], columns: number): number[] {
  const bins = Math.min(columns, values.length)
  return Array.from({ length: bins }, (_, i) => {
    const from = Math.floor((i * values.length) / bins)
    const to = Math.floor(((i + 1) * values.length) / bins)
    return values.slice(from, to).reduce((a, b) => a + b, 0) / (to - from)
  })
}

/** The loss as a terminal plot. */
export function terminalCurve({ losses }: History, columns = 72, height = 12): string {
  const caption = `loss over ${losses.length} steps`
  if (losses.length === 0) return caption
  const plot = asciichart.plot(binned(losses, columns), { height, format: (x: number) => x.toFixed(3).padStart(6) })
  return `${plot.replaceAll(/ +$/gm, '')}\n${' '.repeat(8)}${caption}`
}

const width = 860
const height = 420
const left = 56
const right = 56
const top = 30
const bottom = 44

/** Loss (left axis) and held-out accuracy (right axis) over the epochs, as a self-contained SVG file. */
export function svgCurve({ losses, accuracies, stepsPerEpoch }: History, title: string): string {
  const epochs = Math.max(losses.length / stepsPerEpoch, accuracies.length, 1 / stepsPerEpoch)
  const highest = niceCeiling(Math.max(...binned(losses, 200), 1e-3))
  const lowest = accuracies.length === 0 ? 0.9 : Math.floor(Math.min(...accuracies) * 20 - 1e-9) / 20
  const x = (epoch: number): number => left + (epoch / epochs) * (width - left - right)
  const y = (share: number): number => height - bottom - Math.min(1, share) * (height - top - bottom)
  const yLoss = (loss: number): number => y(loss / highest)
  const yAccuracy = (accuracy: number): number => y((accuracy - lowest) / (1 - lowest))
  const path = (points: readonly (readonly [number, number])[]): string =>
    points.map(([a, b], i) => `${i === 0 ? 'M' : 'L'}${a.toFixed(1)} ${b.toFixed(1)}`).join('')

  const raw = path(losses.map((loss, i) => [x((i + 1) / stepsPerEpoch), yLoss(loss)]))
  const means = binned(losses, 120)
  const smooth = path(means.map((loss, i) => [x(((i + 0.5) * losses.length) / means.length / stepsPerEpoch), yLoss(loss)]))
  const held = path(accuracies.map((a, i) => [x(i + 1), yAccuracy(a)]))
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    share =>
      `<line x1="${left}" x2="${width - right}" y1="${y(share)}" y2="${y(share)}" stroke="#ddd"/>` +
      `<text x="${left - 8}" y="${y(share) + 4}" text-anchor="end" fill="#1f6feb">${(share * highest).toFixed(2)}</text>` +
      `<text x="${width - right + 8}" y="${y(share) + 4}" fill="#b35900">${((lowest + share * (1 - lowest)) * 100).toFixed(1)}%</text>`,
  )
  const ticks = Array.from({ length: Math.floor(epochs) + 1 }, (_, e) => e)
    .filter(e => e % Math.ceil((epochs + 1) / 12) === 0)
    .map(e => `<text x="${x(e).toFixed(1)}" y="${height - bottom + 18}" text-anchor="middle">${e}</text>`)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12">`,
    `<title>${escapeText(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="${left}" y="18" font-size="14">${escapeText(title)}</text>`,
    ...grid,
    ...ticks,
    `<text x="${width / 2}" y="${height - 8}" text-anchor="middle">epoch</text>`,
    `<path d="${raw}" fill="none" stroke="#1f6feb" stroke-opacity="0.25"/>`,
    `<path d="${smooth}" fill="none" stroke="#1f6feb" stroke-width="2"/>`,
    `<path d="${held}" fill="none" stroke="#b35900" stroke-width="2"/>`,
    ...accuracies.map((a, i) => `<circle cx="${x(i + 1).toFixed(1)}" cy="${yAccuracy(a).toFixed(1)}" r="3" fill="#b35900"/>`),
    `<text x="${width - right - 8}" y="${top + 14}" text-anchor="end" fill="#1f6feb">training loss</text>`,
    `<text x="${width - right - 8}" y="${top + 30}" text-anchor="end" fill="#b35900">held-out accuracy</text>`,
    '</svg>',
    '',
  ].join('\n')
}

/** The next of 1, 2, 5 times a power of ten. */
function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 2, 5].find(m => m * power >= value) ?? 10) * power
}

const escapeText = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
