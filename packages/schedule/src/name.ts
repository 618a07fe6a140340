import { bounds, is, openRanges, toposort, type UOp } from '@petagrad/ir'
import type { Group } from './group.js'

/**
 * A readable identifier for a kernel: what it does and over which sizes, as `contract_64_10__576` (results, then reduced
 * sizes). Kernels that differ may share a name.
 */
export function kernelName(group: Group, stores: readonly UOp[]): string {
  const nodes = toposort(stores)
  const reduces = nodes.filter(u => is(u, 'reduce'))
  const nests = new Set(stores.map(s => [...openRanges(s)].map(r => r.id).sort().join()))
  const kind =
    group.contraction !== undefined ? 'contract'
    : reduces.length > 1 ? 'reduces'
    : reduces.length === 1 ? (is(reduces[0], 'reduce') ? { add: 'sum', mul: 'prod', max: 'max' }[reduces[0].arg] : 'reduce')
    : group.stores.some(s => s.node.op === 'place') ? 'place'
    : group.stores.some(s => s.node.op === 'scatter') ? 'scatter'
    : nodes.some(u => u.op === 'scan') ? 'scan'
    : nests.size > 1 ? 'updates'
    : stores.length > 1 ? `map${stores.length}` : 'map'
  if (kind === 'updates') return `updates_${nests.size}`
  const sizes = (ranges: readonly UOp[]) => ranges.map(r => bounds(r.src[0]).max).join('_')
  const outer = group.ranges.length === 0 ? 'scalar' : sizes(group.ranges)
  const inner = reduces.length === 0 ? '' : `__${sizes(reduces[0].src.slice(1))}`
  return `${kind}_${outer}${inner}`
}
