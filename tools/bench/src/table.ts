import type { Row } from './row.js'
import { geometricMean } from './statistics.js'

/** Rows as lines of text for a terminal: one table for each suite. */
export function tableOf(rows: readonly Row[]): string {
  const [checked, timed] = [rows.filter(r => r.suite === 'code'), rows.filter(r => r.suite !== 'code')]
  return [...(timed.length > 0 ? [timesTable(timed)] : []), ...(checked.length > 0 ? [codeTable(checked)] : [])].join('\n\n')
}

/** One line for each kernel. */
function codeTable(rows: readonly Row[]): string {
  const header = ['case', 'launches', 'arena bytes', 'kernel', 'bits', 'FMAs', 'scalar', 'dots', 'other', 'loads', 'loads/FMA', 'stores', 'spills']
  const body = rows.flatMap(({ code, ...row }) => {
    if (code === undefined) return [[row.case, `${row.status}: ${row.reason}`]]
    return Object.entries(code.loops).map(([kernel, loop], i) => [
      i === 0 ? row.case : '', ...(i === 0 ? [String(code.launches), String(code.arenaBytes)] : ['', '']), kernel,
      ...(loop === undefined ? ['no loop', '', '', '', '', '', '', '', ''] : [
        loop.vectorBits, loop.vectorFmas, loop.scalarFmas, loop.vectorDots, loop.vectorOps, loop.loads,
        loop.vectorFmas + loop.vectorDots === 0 ? '' : (loop.loads / (loop.vectorFmas + loop.vectorDots)).toFixed(2), loop.stores, loop.spills,
      ].map(String)),
    ])
  })
  return aligned([header, ...body]).join('\n')
}

function timesTable(rows: readonly Row[]): string {
  const roof = rows.filter(r => r.suite === 'roof')
  const measured = rows.filter(r => r.suite !== 'roof')
  const peers = [...new Set(measured.flatMap(r => [...Object.keys(r.peer_median ?? {}), ...Object.keys(r.peer_failed ?? {})]))]
  const header = ['case', 'device', 'threads', 'median', 'min', 'spread', 'others', 'GFLOPS', 'GB/s', 'roof', 'speedup', 'tuned', '÷ tuned', 'kernels', ...peers.map(p => `× ${p}`)]
  const body = measured.map(r => (r.status === 'measured' ? cellsOf(r, peers) : [r.case, r.device, String(r.threads), `${r.status}: ${r.reason}`]))
  const [lines, parts] = [failures(measured), partsLines(measured)]
  return [...roofLines(roof), '', ...aligned(withoutEmptyColumns([header, ...body])), ...parts, ...tuningSummary(measured), ...summary(measured, peers), ...lines].join('\n')
}

function cellsOf(row: Row, peers: readonly string[]): string[] {
  const time = (value: number | undefined): string => (value === undefined ? '' : `${digits(value)} ${row.unit}`)
  return [
    row.case, row.device, String(row.threads), time(row.median), time(row.min), percent(row.spread), percent(row.disturbed),
    row.gflops === undefined ? '' : digits(row.gflops), row.gbs === undefined ? '' : digits(row.gbs), percent(row.roof_share), row.speedup?.toFixed(2) ?? '',
    time(row.tuned_median), row.default_over_tuned?.toFixed(2) ?? '', changed(row),
    ...peers.map(p => (row.peer?.[p] !== undefined ? row.peer[p].toFixed(2) : row.peer_failed?.[p] !== undefined ? 'failed' : '')),
  ]
}

/** Peaks, then bandwidths by working set. */
function roofLines(rows: readonly Row[]): string[] {
  if (rows.length === 0) return []
  const said = rows.map(r => `${r.case} ${digits(r.median ?? 0)} ${r.unit}`)
  const perLine = 6
  const lines = [`roof of ${rows[0].threads} thread(s):`]
  for (let i = 0; i < said.length; i += perLine) lines.push('  ' + said.slice(i, i + perLine).join(', '))
  return lines
}

/** Of the kernels that were tuned, those that got another schedule. */
const changed = ({ tuning }: Row): string => (tuning === undefined ? '' : `${tuning.filter(k => k.schedule !== undefined).length}/${tuning.length}`)

function tuningSummary(rows: readonly Row[]): string[] {
  const ratios = rows.flatMap(r => r.default_over_tuned ?? [])
  if (ratios.length === 0) return []
  const mean = geometricMean(ratios)
  return ['', `default over tuned: geometric mean ${mean.toFixed(3)} (${ratios.length} cases): the default reaches ${(1 / mean).toFixed(3)} of what tuning does`]
}

function summary(rows: readonly Row[], peers: readonly string[]): string[] {
  const best = rows.flatMap(r => (r.peer === undefined || Object.keys(r.peer).length === 0 ? [] : [Math.min(...Object.values(r.peer))]))
  if (best.length === 0) return []
  const means = peers.map(p => rows.flatMap(r => r.peer?.[p] ?? [])).map((ratios, i) =>
    (ratios.length === 0 ? '' : `${peers[i]} ${geometricMean(ratios).toFixed(2)} (${ratios.length} cases)`)).filter(s => s !== '')
  return ['', `geometric mean against the best peer of each case: ${geometricMean(best).toFixed(2)} (${best.length} cases); against ${means.join(', ')}`]
}

/** What times are made of. */
const partsLines = (rows: readonly Row[]): string[] => rows.flatMap(r => (r.parts === undefined ? [] : [
  `${r.case}: ${Object.entries(r.parts).map(([part, time]) => `${part} ${digits(time)} ${r.unit}`).join(', ')}, ${r.kernels} kernels`,
]))

const failures = (rows: readonly Row[]): string[] =>
  rows.flatMap(r => Object.entries(r.peer_failed ?? {}).map(([peer, why]) => `${r.case}: ${peer}: ${why}`))

const percent = (share: number | undefined): string => (share === undefined ? '' : `${Math.round(share * 100)} %`)
/** Three digits, none of them after a point that nobody reads. */
const digits = (value: number): string => value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3)

/** Columns that say nothing in these rows are left out; rows that are shorter than the header stay as they are. */
function withoutEmptyColumns(rows: readonly (readonly string[])[]): string[][] {
  const [header, ...body] = rows
  const whole = body.filter(r => r.length === header.length)
  const kept = header.map((_, i) => whole.length === 0 || whole.some(r => r[i] !== ''))
  return rows.map(r => (r.length === header.length ? r.filter((_, i) => kept[i]) : [...r]))
}

/** The first column to the left, the others to the right; rows may be short, their last cell then takes what it needs. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const columns = rows[0].length
  const widths = Array.from({ length: columns }, (_, i) => Math.max(...rows.filter(r => r.length === columns).map(r => r[i].length)))
  widths[0] = Math.max(...rows.map(r => r[0].length))
  return rows.map(row => row.map((cell, i) => {
    const isNote = row.length < columns && i === row.length - 1
    return i === 0 || isNote ? cell.padEnd(widths[i]) : cell.padStart(widths[i])
  }).join('  ').trimEnd())
}
