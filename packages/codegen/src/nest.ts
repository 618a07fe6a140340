import {
  boolAnd, boolNot, boolOr, bounds, dtypes, indexAdd, indexEq, indexFloorDiv, indexFloorMod, indexLt, indexMax, indexMul, indexNe, indexSub,
  is, openRanges, PetagradError, remake, toposort, uop, withSrc, type AxisKind, type UOp,
} from '@petagrad/ir'

/** A `range` node of a nest. */
export type Axis = UOp<'range'>

/**
 * One loop nest: stores, and the order in which the loops over their ranges nest, outermost first. Loops of reductions
 * are in the same order; a reduction's own loops always sit inside the output loops that it depends on.
 */
export interface Nest {
  readonly stores: readonly UOp[]
  readonly order: readonly Axis[]
}

/** A kernel under transformation. */
export interface LoopNests {
  readonly nests: readonly Nest[]
  /** The next free axis number: transformations name new axes in order. */
  readonly nextAxis: number
}

export const extentOf = (a: Axis): number => bounds(a.src[0]).max
export const product = (axes: readonly Axis[]): number => axes.reduce((n, a) => n * extentOf(a), 1)
export const pointsOf = (nest: Nest): number => product(nest.order)
export const reducedAxes = (nest: Nest): ReadonlySet<UOp> => closedAxes(nest, 'reduce')
/** Whether the extent is a number, not a symbol. */
export const isFixed = (a: Axis): boolean => is(a.src[0], 'const')
export const axisName = (a: Axis): string => `${a.arg.axis}`

/** The axes that reductions close (`reduce`), or staged copies (`end`). What neither closes is an output axis. */
export function closedAxes(nest: Nest, by: 'reduce' | 'end'): ReadonlySet<UOp> {
  const closed = new Set<UOp>()
  for (const u of toposort(nest.stores)) if (u.op === by) for (const r of u.src) if (r.op === 'range') closed.add(r)
  return closed
}

/** The axes that staged copies are made anew for: each of their iterations has the scratch to itself. */
export function stagingAxes(nest: Nest): ReadonlySet<UOp> {
  return new Set(toposort(nest.stores).filter(u => u.op === 'end').flatMap(u => [...openRanges(u)]))
}

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
  const nests = families.map(({ stores }): Nest => {
    const order = toposort(stores).filter((u): u is Axis => is(u, 'range')).sort((a, b) => a.arg.axis - b.arg.axis)
    for (const a of order) nextAxis = Math.max(nextAxis, a.arg.axis + 1)
    return { stores, order: smallestLevelFirst(stores, order) }
  })
  return { nests, nextAxis }
}

/*
 * Loops that reductions and smaller stores sit in must be outside of the loops that they do not depend on: a row's
 * maximum is made before the loop over the row's elements.
 */
function smallestLevelFirst(stores: readonly UOp[], order: readonly Axis[]): readonly Axis[] {
  const levels: ReadonlySet<UOp>[] = []
  for (const u of toposort(stores)) {
    if (u.op === 'reduce' || u.op === 'store') levels.push(openRanges(u))
    if (u.op === 'scan') levels.push(aroundScan(u))
  }
  const rank = (a: Axis) => levels.filter(l => l.has(a)).length
  return [...order].sort((a, b) => rank(b) - rank(a) || a.arg.axis - b.arg.axis)
}

/** The loops around a scan: each of their iterations begins it anew. */
export const aroundScan = (u: UOp): ReadonlySet<UOp> => new Set([...openRanges(u)].filter(r => !u.src.includes(r)))

/**
 * Rebuilds stores with axes replaced by index expressions. `ranges` gives the ranges that take an axis's place where a
 * reduction closes it; without an entry, the axis's own replacement does.
 */
export function replaceAxes(
  stores: readonly UOp[],
  map: ReadonlyMap<UOp, UOp>,
  ranges: ReadonlyMap<UOp, readonly UOp[]> = new Map(),
): readonly UOp[] {
  const done = new Map<UOp, UOp>(map)
  for (const u of toposort(stores, n => !map.has(n))) {
    if (done.has(u)) continue
    if (u.op === 'reduce' || u.op === 'end' || u.op === 'scan') {
      const closed = u.src.slice(1).flatMap(r => ranges.get(r) ?? [done.get(r) ?? r])
      done.set(u, remake(u, u.dtype, [done.get(u.src[0]) ?? u.src[0], ...closed]))
    } else done.set(u, rebuild(u, u.src.map(s => done.get(s) ?? s)))
  }
  return stores.map(s => done.get(s) ?? s)
}

/** `u` over other sources; arithmetic on indices is simplified as it is built. */
export function rebuild(u: UOp, src: readonly UOp[]): UOp {
  if (u.src.every((s, i) => s === src[i])) return u
  const onIndices = u.src.every(s => (s.dtype.kind === 'index' && s.dtype.space === undefined) || s.dtype === dtypes.bool)
  if (onIndices && (u.dtype.kind === 'index' || u.dtype === dtypes.bool)) {
    const [a, b] = src
    const index = a.dtype.kind === 'index'
    switch (u.op) {
      case 'add': return indexAdd(a, b)
      case 'sub': return indexSub(a, b)
      case 'mul': return indexMul(a, b)
      case 'floordiv': return indexFloorDiv(a, b)
      case 'floormod': return indexFloorMod(a, b)
      case 'max': if (index) return indexMax(a, b); break
      case 'neg': return indexMul(a, -1)
      case 'lt': if (index) return indexLt(a, b); break
      case 'eq': if (index) return indexEq(a, b); break
      case 'ne': if (index) return indexNe(a, b); break
      case 'and': return boolAnd(a, b)
      case 'or': return boolOr(a, b)
      case 'xor': if (is(b, 'const') && b.arg === true) return boolNot(a); break
    }
  }
  return withSrc(u, src)
}

export const withKind = (a: Axis, kind: AxisKind): Axis => uop('range', a.dtype, a.src, { axis: a.arg.axis, kind })

export function findAxis(nest: Nest, axis: number): Axis {
  const found = nest.order.find(a => a.arg.axis === axis)
  if (found === undefined) throw new PetagradError('INVALID_ARGUMENT', `the nest has no axis ${axis}, only ${nest.order.map(axisName).join(', ')}`)
  return found
}
