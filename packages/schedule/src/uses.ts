import { is, openRanges, shapeOf, type UOp } from '@petagrad/ir'
import { extentOf, type Group, isSubset, iterations } from './group.js'

/** One way in which a group reads a node: which element (over the group's ranges), and under which condition. */
export interface Use {
  readonly group: Group
  readonly index: readonly UOp[]
  readonly gate: UOp | undefined
  /** Ranges of the reductions that the use stands in. */
  readonly reducing: ReadonlySet<UOp>
  /** Loops outside of those reductions, which a value that depends on `reducing` is computed again for. */
  readonly around: ReadonlySet<UOp>
  /** The sum that takes the used value as it is (or zero, outside of its bounds): a sum used so can be part of it. */
  readonly summedBy: UOp | undefined
}

/** Register tiles let a contraction's inner loop use what it computes about this often. */
const TILE_REUSE = 8
export const NONE: ReadonlySet<UOp> = new Set()

/** Loops whose every iteration computes the used element again. */
export function dependencies(use: Use): ReadonlySet<UOp> {
  let all: ReadonlySet<UOp> = use.gate === undefined ? NONE : openRanges(use.gate)
  for (const i of use.index) {
    const more = openRanges(i)
    if (more.size > 0 && !isSubset(more, all)) all = new Set([...all, ...more])
  }
  return all
}

/** The output loops that a value at this use sits in. */
export const levelOf = (use: Use): ReadonlySet<UOp> =>
  new Set([...dependencies(use), ...use.around].filter(r => use.group.ranges.includes(r)))

export function evaluationsOf(use: Use): number {
  return iterations(dependencies(use)) * recomputed(use)
}

/** A value that depends on a reduction's loop is made again for each loop around the reduction. */
export function recomputed(use: Use): number {
  const deps = dependencies(use)
  let inside = false
  for (const r of deps) if (use.reducing.has(r)) inside = true
  if (!inside) return 1
  let again = 1
  for (const r of use.around) if (!deps.has(r)) again *= extentOf(r)
  return use.group.contraction === undefined ? again : Math.max(1, again / TILE_REUSE)
}

/** The index is the group's own loops, each at most once and over its whole dimension. */
export function coversOnce(u: UOp, use: Use): boolean {
  const shape = shapeOf(u)
  const seen = new Set<UOp>()
  return use.index.every((i, axis) => {
    if (shape[axis] === 1) return true
    if (!is(i, 'range') || seen.has(i) || !use.group.ranges.includes(i)) return false
    seen.add(i)
    const extent = shape[axis]
    return typeof extent === 'number' ? is(i.src[0], 'const') && i.src[0].arg === extent : i.src[0] === extent
  })
}
