import { is, openRanges, toposort, variable, type UOp } from '@petagrad/ir'
import { storeInPlace } from './in-place.js'
import { isInOrder } from './scans.js'
import { extentOf, replaceAxes, smallestLevelFirst, type Axis, type Chain, type LoopNests, type Nest, type SharedLoop } from './nest.js'

/** The kernel's stores as independent nests: stores that share a loop are one nest. */
export function nestsOf(kernel: UOp<'kernel'>): LoopNests {
  const families: { stores: UOp[]; readonly ranges: Set<UOp> }[] = []
  for (const s of kernel.src) {
    const ranges = openRanges(s)
    const family = families.find(f => (ranges.size === 0 ? f.ranges.size === 0 : [...ranges].some(r => f.ranges.has(r))))
    if (family === undefined) families.push({ stores: [s], ranges: new Set(ranges) })
    else {
      family.stores.push(s)
      for (const r of ranges) family.ranges.add(r)
    }
  }
  let nextAxis = 0
  for (const u of toposort(kernel)) {
    if (is(u, 'range')) nextAxis = Math.max(nextAxis, u.arg.axis + 1)
    if (is(u, 'scratch')) nextAxis = Math.max(nextAxis, u.arg.id + 1) // new arrays are named as new axes are
  }
  const nests: Nest[] = []
  const chains: Chain[] = []
  for (const { stores } of families) {
    const { links, shared } = linksOf(stores)
    if (links.length > 1) chains.push({ first: nests.length, end: nests.length + links.length, shared })
    for (const link of links) {
      const order = toposort(link).filter((u): u is Axis => is(u, 'range')).sort((a, b) => a.arg.axis - b.arg.axis)
      nests.push({ stores: link, order: smallestLevelFirst(link, order) })
    }
  }
  return { nests, chains, nextAxis }
}

/**
 * The stores of a family link by link: those done inside others' loops (see `end`) come first, each a nest of its own that
 * leaves its result in scratch. The loops around them are shared by all.
 */
function linksOf(stores: readonly UOp[]): { readonly links: readonly (readonly UOp[])[]; readonly shared: readonly SharedLoop[] } {
  if (isInOrder(stores)) return { links: [stores], shared: [] }
  const ends = toposort(stores).filter(u => u.op === 'end')
  const axes = new Set(ends.flatMap(u => [...openRanges(u)]).filter((r): r is Axis => is(r, 'range')))
  const shared = [...axes].sort((a, b) => a.arg.axis - b.arg.axis).map(axis => ({ axis, counter: variable(`#${axis.arg.axis}`, 0, extentOf(axis) - 1) }))
  const map = new Map<UOp, UOp>(shared.map(s => [s.axis, s.counter]))
  for (const u of toposort(stores)) if (u.op === 'after') map.set(u, u.src[0])
  if (map.size === 0) return { links: [stores], shared }
  return { links: storeInPlace([...ends.map(u => [u.src[0]]), stores].map(link => replaceAxes(link, map))), shared }
}
