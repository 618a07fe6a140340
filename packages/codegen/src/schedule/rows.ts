import { is, isAlu, itemSize, openRanges, toposort, type UOp } from '@petagrad/ir'
import type { Capabilities } from '@petagrad/renderer'
import { accessesOf, gateMoves, moves, strideOf } from '../access.js'
import { repeatedOperands } from '../keep.js'
import { extentOf, isFixed, nodesOf, reducedAxes, type Axis, type Nest } from '../nest.js'
import type { NestBuilder } from './builder.js'
import { assignTasks } from './order.js'
import { laneWidths } from './tile-search.js'

/** Vectors of a row that are under way at once: accumulators of a reduction. */
const COPIES = 4

/** Rows: reductions inside some of the output loops (softmax, layernorm). */
export function scheduleRows(nest: NestBuilder, capabilities: Capabilities): void {
  keepExpensive(nest, capabilities)
  const nodes = nodesOf(nest.current)
  const levels = [...nodes.filter(u => u.op === 'reduce'), ...nest.current.stores].map(u => openRanges(u))
  const rows = nest.current.order.filter(a => levels.every(l => l.has(a)))
  const columns = nest.current.order.filter(a => !rows.includes(a))
  const reduced = reducedAxes(nest.current)
  const widths = laneWidths(nest.current, capabilities)
  const accesses = accessesOf(nest.current)
  const last: number[] = []
  const vectorised: Axis[] = []
  const kinds = new Map<number, 'lane' | 'group' | 'unroll'>()
  for (const a of columns) {
    const touching = accesses.filter(x => moves(x, a))
    const consecutive = touching.every(x => strideOf(x, a) === 1 && !gateMoves(x, a))
    if (!isFixed(a) || !consecutive || !innerOfItsLoop(nodes, a, nest.current)) continue
    // A window inside of a row reads x[i + k], a value may be i + k itself: one of the two is lanes, not both.
    if (nodes.some(u => openRanges(u).has(a) && vectorised.some(other => openRanges(u).has(other)))) continue
    const width = widths.find(w => w <= extentOf(a))
    if (width === undefined) continue
    const most = COPIES * (nest.choices.body ?? 1)
    const copies = [2 * COPIES, COPIES, 2, 1].find(c => (c <= most && extentOf(a) >= c * width * 2) || c === 1) ?? 1
    const step = width * copies
    const rest = extentOf(a) % step
    if (rest !== 0 && !reduced.has(a)) {
      if (extentOf(a) % width !== 0) continue // other stores of the nest stay with their rows, so the loop is not cut
    }
    const even = rest === 0 ? copies : !reduced.has(a) ? largestEven(extentOf(a) / width, copies) : copies
    if (rest !== 0 && reduced.has(a)) nest.peel(a.arg.axis, extentOf(a) - rest)
    const lane = nest.split(a.arg.axis, width)
    vectorised.push(a)
    last.push(lane)
    kinds.set(lane, 'lane')
    if (even > 1) {
      const more = nest.split(a.arg.axis, even)
      last.push(more)
      kinds.set(more, reduced.has(a) ? 'group' : 'unroll')
    }
  }
  assignTasks(nest, capabilities, new Set(last), rows.map(a => a.arg.axis))
  for (const [axis, how] of kinds) nest.apply({ kind: 'as', axis, how })
}

/** Operations from which computing a value again costs more than a round through the first cache. */
const EXPENSIVE = 8

/** Rows of values that are needed twice (the exponentials of a softmax) are computed once, if they stay in a near cache. */
function keepExpensive(nest: NestBuilder, capabilities: Capabilities): void {
  for (const { reduction, value } of repeatedOperands(nest.current)) {
    const axis = reduction.src[1]
    if (!is(axis, 'range')) continue
    const operations = toposort(value).filter(u => isAlu(u.op) && u.dtype.kind !== 'index' && openRanges(u).has(axis)).length
    const bytes = extentOf(axis) * itemSize(value.dtype)
    if (operations >= EXPENSIVE && bytes <= Math.min(capabilities.scratch.private, capabilities.machine.l2) / 4) nest.apply({ kind: 'keep', axis: axis.arg.axis })
  }
}

const largestEven = (n: number, atMost: number): number => {
  for (let c = atMost; c > 1; c--) if (n % c === 0) return c
  return 1
}

/** An axis is vectorised only as the innermost of the loops that it is closed or stored with. */
function innerOfItsLoop(nodes: readonly UOp[], a: Axis, nest: Nest): boolean {
  const later = new Set<UOp>(nest.order.slice(nest.order.indexOf(a) + 1))
  return nodes.every(u => {
    if (u.op === 'reduce' && u.src.includes(a)) return !u.src.slice(1).some(r => later.has(r))
    if (u.op === 'store' && openRanges(u).has(a)) return ![...openRanges(u)].some(r => later.has(r))
    return true
  })
}
