import type { Row } from '../row.js'
import { html, type Markup } from './markup.js'

const rowHeight = 20
const labelWidth = 190
const barWidth = 560

/** Achieved against the roof: a bar for each case, a line where the roof is. */
export function roofPlot(rows: readonly Row[]): Markup | undefined {
  const shown = rows.flatMap(row => (row.roof_share === undefined ? [] : [{ row, share: row.roof_share }]))
  if (shown.length === 0) return undefined
  const most = Math.max(1, ...shown.map(s => s.share))
  const x = (share: number): number => labelWidth + (share / most) * barWidth
  const height = shown.length * rowHeight + 30
  const ticks = Array.from({ length: Math.floor(most * 4 + 1e-9) + 1 }, (_, i) => i / 4)
  return html`<svg class="roof-plot" viewBox="0 0 ${labelWidth + barWidth + 90} ${height}" role="img" aria-label="share of the roof by case">
    ${ticks.map(t => html`<line class="${t === 1 ? 'limit' : 'grid'}" x1="${x(t)}" x2="${x(t)}" y1="0" y2="${height - 24}"/>
      <text class="tick" x="${x(t)}" y="${height - 8}">${Math.round(t * 100)} %</text>`)}
    ${shown.map(({ row, share }, i) => html`<text class="label" x="${labelWidth - 8}" y="${i * rowHeight + 15}">${row.case}</text>
      <rect class="bar" x="${labelWidth}" y="${i * rowHeight + 3}" width="${x(share) - labelWidth}" height="${rowHeight - 6}">
        <title>${row.case}: ${Math.round(share * 100)} % of the roof, ${row.median?.toPrecision(3)} ${row.unit}</title></rect>
      <text class="value" x="${x(share) + 6}" y="${i * rowHeight + 15}">${Math.round(share * 100)} %</text>`)}
  </svg>`
}
