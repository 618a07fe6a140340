import type { Row } from '../row.js'
import { colourOf } from './colours.js'
import { html, type Markup } from './markup.js'

const rowHeight = 20
const labelWidth = 190
const plotWidth = 560

/** Ours against peers: a dot for each peer of a case on a logarithmic scale, to the right of the line where we are faster. */
export function ratioPlot(rows: readonly Row[]): Markup | undefined {
  const shown = rows.filter(row => Object.keys(row.peer ?? {}).length > 0)
  if (shown.length === 0) return undefined
  const peers = [...new Set(shown.flatMap(row => Object.keys(row.peer ?? {})))]
  const ratios = shown.flatMap(row => Object.values(row.peer ?? {}))
  const [low, high] = [Math.floor(Math.log2(Math.min(0.5, ...ratios))), Math.ceil(Math.log2(Math.max(2, ...ratios)))]
  const x = (ratio: number): number => labelWidth + ((Math.log2(ratio) - low) / (high - low)) * plotWidth
  const height = shown.length * rowHeight + 30
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => 2 ** (low + i))
  const dots = (row: Row, i: number): readonly Markup[] => Object.entries(row.peer ?? {}).map(([peer, ratio]) => html`
    <circle class="ratio" cx="${x(ratio)}" cy="${i * rowHeight + 10}" r="5" fill="${colourOf(peers, peer)}">
      <title>${row.case}: ${ratio.toFixed(2)} × as fast as ${peer}</title></circle>`)
  return html`<p class="legend">${peers.map(peer => html`<span><i style="background:${colourOf(peers, peer)}"></i>${peer}</span>`)}</p>
  <svg class="ratio-plot" viewBox="0 0 ${labelWidth + plotWidth + 90} ${height}" role="img" aria-label="speed against peers by case">
    ${ticks.map(t => html`<line class="${t === 1 ? 'limit' : 'grid'}" x1="${x(t)}" x2="${x(t)}" y1="0" y2="${height - 24}"/>
      <text class="tick" x="${x(t)}" y="${height - 8}">${t < 1 ? `1/${1 / t}` : t} ×</text>`)}
    ${shown.map((row, i) => html`<text class="label" x="${labelWidth - 8}" y="${i * rowHeight + 15}">${row.case}</text>${dots(row, i)}`)}
  </svg>`
}
