import type { Row } from '../row.js'
import { geometricMean } from '../statistics.js'
import { tableOf } from '../table.js'
import { linePlot, type Series } from './line-plot.js'
import { html, type Markup } from './markup.js'
import { ratioPlot } from './ratio-plot.js'
import { roofPlot } from './roof-plot.js'

const style = `
  body { font: 15px/1.5 system-ui, sans-serif; color: #222; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
  h1 { font-size: 1.6rem } h2 { font-size: 1.2rem; margin-top: 2.5rem }
  svg { width: 100%; height: auto; font: 12px system-ui, sans-serif }
  .label { text-anchor: end } .tick { text-anchor: middle; fill: #555 } .value { fill: #555 }
  .grid { stroke: #ddd } .limit { stroke: #b00; stroke-width: 1.5 } .bar { fill: #0072b2 }
  .legend span { margin-right: 1.2rem } .legend i { display: inline-block; width: .8em; height: .8em; margin-right: .4em; border-radius: 50% }
  pre { overflow-x: auto; background: #f6f6f6; padding: .8rem; font-size: 12px; line-height: 1.35 }`

/** A page of its own, with no script and nothing to load: plots and tables of whatever the rows hold. */
export function reportOf(rows: readonly Row[]): string {
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Petagrad: performance</title><style>${{ markup: style }}</style></head>
<body><h1>Petagrad: performance</h1>
${devicesOf(rows).map(device => casesSection(device, rows))}
${section('Threads', 'Speed against one thread.', linePlot(scalingSeries(rows), { x: 'threads', y: 'speedup' }))}
${section('Compilation', 'Milliseconds from graph to source on one core, by layers of a transformer, forward and backward.',
    linePlot(compilationSeries(rows), { x: 'layers', y: 'milliseconds' }))}
<h2>Everything</h2><pre>${tableOf(rows)}</pre>
</body></html>
`
  return page.markup
}

interface Measured {
  readonly device: string
  readonly threads: number
}

const isCase = (row: Row): boolean => row.suite === 'cpu' || row.suite === 'wasm'

/** Devices with their threads, in order of appearance. */
function devicesOf(rows: readonly Row[]): readonly Measured[] {
  const seen = new Map(rows.filter(isCase).map(({ device, threads }) => [`${device} ${threads}`, { device, threads }]))
  return [...seen.values()]
}

function casesSection({ device, threads }: Measured, rows: readonly Row[]): Markup {
  const own = rows.filter(r => isCase(r) && r.device === device && r.threads === threads)
  const best = own.flatMap(r => (Object.keys(r.peer ?? {}).length === 0 ? [] : [Math.min(...Object.values(r.peer ?? {}))]))
  const mean = best.length === 0 ? '' : `Geometric mean over the best peer of each case: ${geometricMean(best).toFixed(2)}.`
  return html`
${section(`${device}, ${threads} thread(s): achieved against the roof`, 'The least time that arithmetic and memory allow over the time that it took.', roofPlot(own))}
${section(`${device}, ${threads} thread(s): against peers`, `Their time over ours: right of the line we are faster. ${mean}`, ratioPlot(own))}`
}

const section = (title: string, caption: string, plot: Markup | undefined): Markup | undefined =>
  plot && html`<h2>${title}</h2><p>${caption}</p>${plot}`

function scalingSeries(rows: readonly Row[]): readonly Series[] {
  const scaling = rows.filter(r => r.suite === 'scaling' && r.speedup !== undefined)
  return [...new Set(scaling.map(r => r.case))].map(name => ({
    name,
    points: scaling.filter(r => r.case === name).map(r => ({ x: r.threads, y: r.speedup ?? 0 })),
  }))
}

function compilationSeries(rows: readonly Row[]): readonly Series[] {
  const points = rows.flatMap(r => {
    const layers = /^compile-transformer-(\d+)$/.exec(r.case)?.[1]
    return layers === undefined || r.median === undefined ? [] : [{ x: Number(layers), y: r.median }]
  })
  return points.length === 0 ? [] : [{ name: 'transformer', points }]
}
