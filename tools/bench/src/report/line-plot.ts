import { colourOf } from './colours.js'
import { html, type Markup } from './markup.js'

export interface Series {
  readonly name: string
  readonly points: readonly { readonly x: number; readonly y: number }[]
}

const [left, top, width, height] = [60, 10, 560, 280]

/** Lines over whole numbers, both axes from zero. */
export function linePlot(series: readonly Series[], axes: { readonly x: string; readonly y: string }): Markup | undefined {
  const points = series.flatMap(s => s.points)
  if (points.length === 0) return undefined
  const mostX = Math.max(...points.map(p => p.x))
  const mostY = Math.max(...points.map(p => p.y))
  const x = (value: number): number => left + (value / mostX) * width
  const y = (value: number): number => top + height - (value / mostY) * height
  const xs = [...new Set(points.map(p => p.x))].sort((a, b) => a - b)
  const ys = Array.from({ length: 5 }, (_, i) => (mostY * i) / 4)
  const names = series.map(s => s.name)
  return html`<p class="legend">${names.map(name => html`<span><i style="background:${colourOf(names, name)}"></i>${name}</span>`)}</p>
  <svg class="line-plot" viewBox="0 0 ${left + width + 20} ${top + height + 45}" role="img" aria-label="${axes.y} by ${axes.x}">
    ${ys.map(v => html`<line class="grid" x1="${left}" x2="${left + width}" y1="${y(v)}" y2="${y(v)}"/>
      <text class="label" x="${left - 6}" y="${y(v) + 4}">${v >= 100 ? Math.round(v) : v.toFixed(1)}</text>`)}
    ${xs.map(v => html`<text class="tick" x="${x(v)}" y="${top + height + 18}">${v}</text>`)}
    <text class="tick" x="${left + width / 2}" y="${top + height + 38}">${axes.x}</text>
    ${series.map(({ name, points: line }) => html`
      <polyline fill="none" stroke="${colourOf(names, name)}" stroke-width="2" points="${line.map(p => `${x(p.x)},${y(p.y)}`).join(' ')}"/>
      ${line.map(p => html`<circle cx="${x(p.x)}" cy="${y(p.y)}" r="3.5" fill="${colourOf(names, name)}">
        <title>${name}: ${p.y.toPrecision(3)} at ${p.x}</title></circle>`)}`)}
  </svg>`
}
