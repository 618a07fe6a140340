import { is, openRanges, toposort, type UOp } from '@petagrad/ir'
import type { Capabilities } from '@petagrad/renderer'
import { mayRepeat } from '../block.js'
import { extentOf, type Chain, type LoopNests, type SharedLoop } from '../nest.js'
import type { ScheduleBuilder } from './builder.js'

/** Rows of a block that keep what all of them read in use. */
const MOST_ROWS = 64
const MOST_OF_L2 = 0.75
/** Tasks per core that even out their lengths. */
const TASKS_PER_CORE = 4

/**
 * A chain runs for a block of its rows at a time: as many as make good tiles and leave their scratch in the second level
 * cache, but not so many that cores run out of tasks.
 */
export function scheduleChain(schedule: ScheduleBuilder, chain: Chain, capabilities: Capabilities): void {
  const { machine, scratch } = capabilities
  const loop = blockedLoop(schedule.state, chain)
  const extent = extentOf(loop.axis)
  const rowBytes = scratchBytes(schedule.state, chain)
  const tasks = chain.shared.reduce((n, s) => (s === loop ? n : n * extentOf(s.axis)), 1)
  const lanes = machine.vectorBytes / 4
  let rows = Math.min(extent, MOST_ROWS)
  const fits = (n: number): boolean => n * rowBytes <= Math.min(scratch.private, machine.l2 * MOST_OF_L2)
  const balanced = (n: number): boolean => tasks * Math.ceil(extent / n) >= machine.cores * TASKS_PER_CORE || machine.cores === 1
  while (rows > lanes && !(fits(rows) && balanced(rows))) rows = Math.max(lanes, Math.floor(rows / 2))
  while (rows > 1 && rows * rowBytes > scratch.private) rows = Math.floor(rows / 2)
  if (!mayRepeat(schedule.state, chain)) while (extent % rows !== 0) rows--
  if (rows > 1) schedule.apply({ kind: 'block', nest: chain.first, axis: loop.axis.arg.axis, size: rows })
}

/** The shared loop whose iterations read most in common; of several, the longest, then the innermost. */
function blockedLoop(state: LoopNests, chain: Chain): SharedLoop {
  const loads = new Set(state.nests.slice(chain.first, chain.end).flatMap(n => toposort(n.stores).filter(u => u.op === 'load' && u.src[0].src[0].op === 'param')))
  const common = (s: SharedLoop): number => {
    let elements = 0
    for (const u of loads) {
      if (!toposort(u).includes(s.counter)) elements += [...openRanges(u)].reduce((n, r) => (is(r, 'range') ? n * extentOf(r) : n), 1)
    }
    return extentOf(s.axis) > 1 ? elements : -1
  }
  const rank = (a: SharedLoop, b: SharedLoop): number => common(b) - common(a) || extentOf(b.axis) - extentOf(a.axis)
  return [...chain.shared].reverse().sort(rank)[0]
}

/** Scratch of one iteration of the shared loops. */
function scratchBytes(state: LoopNests, chain: Chain): number {
  const arrays = new Set<UOp>()
  for (const n of state.nests.slice(chain.first, chain.end)) for (const s of n.stores) arrays.add(s.src[0].src[0])
  return [...arrays].reduce((n, a) => (is(a, 'scratch') ? n + (a.arg.size * a.dtype.bits) / 8 : n), 0)
}
