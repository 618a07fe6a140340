import { itemSize, toposort } from '@petagrad/ir'
import type { Capabilities } from '@petagrad/renderer'
import { extentOf, type Axis, type Nest } from '../nest.js'
import type { NestBuilder } from './builder.js'
import type { Tile } from './tile-search.js'

type Lanes = NonNullable<Tile['lane']>

/** Lines of a result's row that one block of a transposition writes before it goes on to the operand's next line. */
const LINES = 4

/**
 * Loops for a nest that is transposed in registers, tile by tile: blocks of a few rows' whole lines on one side and a
 * whole line on the other, so that every line that is fetched is used up while it is in the first cache, and blocks
 * beside each other along the operand's rows, where the next line is being fetched already.
 */
export function blockTransposition(nest: NestBuilder, capabilities: Capabilities, { axis, lanes }: Lanes, rows: Axis): void {
  const [lane, across] = [axis.arg.axis, rows.arg.axis]
  const line = Math.max(1, Math.floor(capabilities.machine.cacheLine / widestOf(nest.current)))
  const tilesOf = (axis: number, elements: number) => largestDivisor(extentOf(nest.axis(axis)), Math.max(1, elements / lanes))
  const split = (axis: number, tiles: number) => (tiles > 1 && tiles < extentOf(nest.axis(axis)) ? [nest.split(axis, tiles)] : [])
  const inner = [...split(across, tilesOf(across, line)), ...split(lane, tilesOf(lane, line * LINES))]
  const moved = new Set([lane, across, ...inner])
  const order = nest.current.order.map((a: Axis) => a.arg.axis)
  const first = Math.min(...[lane, across].map(a => order.indexOf(a)))
  const others = order.filter(a => !moved.has(a))
  const before = others.filter(a => order.indexOf(a) < first)
  nest.apply({ kind: 'reorder', order: [...before, lane, across, ...inner, ...others.filter(a => !before.includes(a))] })
}

const widestOf = (nest: Nest): number =>
  Math.max(1, ...toposort(nest.stores).filter(u => u.op === 'load' || u.op === 'store').map(u => itemSize((u.op === 'store' ? u.src[1] : u).dtype.scalar)))

function largestDivisor(n: number, atMost: number): number {
  for (let d = Math.min(n, Math.floor(atMost)); d > 1; d--) if (n % d === 0) return d
  return 1
}
