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

/** A loop that the nests of a chain share. To a nest, which stands in it, the counter is a symbol like those of shapes. */
export interface SharedLoop {
  readonly axis: Axis
  readonly counter: UOp
}

/** Nests that run one after another inside loops that they share; what one makes for the next is in scratch. */
export interface Chain {
  /** Numbers of its nests: from `first` up to and without `end`. */
  readonly first: number
  readonly end: number
  /** Outermost first. */
  readonly shared: readonly SharedLoop[]
}

/** A kernel under transformation. */
export interface LoopNests {
  readonly nests: readonly Nest[]
  readonly chains: readonly Chain[]
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

/** What steps and heuristics ask of a nest's stores again and again. */
interface StoresFacts {
  readonly nodes: readonly UOp[]
  readonly reduced: ReadonlySet<UOp>
  readonly copied: ReadonlySet<UOp>
  readonly staging: ReadonlySet<UOp>
}

const factsOfStores = new WeakMap<readonly UOp[], StoresFacts>()

function storesFacts(stores: readonly UOp[]): StoresFacts {
  let facts = factsOfStores.get(stores)
  if (facts === undefined) {
    const nodes = toposort(stores)
    const reduced = new Set<UOp>()
    const copied = new Set<UOp>()
    const staging = new Set<UOp>()
    for (const u of nodes) {
      if (u.op !== 'reduce' && u.op !== 'end') continue
      for (const r of u.src) if (r.op === 'range') (u.op === 'reduce' ? reduced : copied).add(r)
      if (u.op === 'end') for (const r of openRanges(u)) staging.add(r)
    }
    factsOfStores.set(stores, (facts = { nodes, reduced, copied, staging }))
  }
  return facts
}

/** All nodes of the nest's expressions, sources before users; found once for a list of stores. */
export const nodesOf = (nest: Nest): readonly UOp[] => storesFacts(nest.stores).nodes

/** The axes that reductions close (`reduce`), or staged copies (`end`). What neither closes is an output axis. */
export const closedAxes = (nest: Nest, by: 'reduce' | 'end'): ReadonlySet<UOp> =>
  by === 'reduce' ? storesFacts(nest.stores).reduced : storesFacts(nest.stores).copied

/** The axes that staged copies are made anew for: each of their iterations has the scratch to itself. */
export const stagingAxes = (nest: Nest): ReadonlySet<UOp> => storesFacts(nest.stores).staging

/*
 * Loops that reductions and smaller stores sit in must be outside of the loops that they do not depend on: a row's
 * maximum is made before the loop over the row's elements.
 */
export function smallestLevelFirst(stores: readonly UOp[], order: readonly Axis[]): readonly Axis[] {
  const levels: ReadonlySet<UOp>[] = []
  for (const u of toposort(stores)) {
    if (u.op === 'reduce' || u.op === 'store') levels.push(openRanges(u))
    if (u.op === 'scan') levels.push(aroundScan(u))
  }
  const rank = (a: Axis) => levels.filter(l => l.has(a)).length
  return [...order].sort((a, b) => rank(b) - rank(a)) // stable: the given order otherwise
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
  const done = new Map<UOp, UOp>(map) // what becomes another node
  for (const u of toposort(stores, n => !map.has(n))) {
    if (done.has(u)) continue
    const closes = u.op === 'reduce' || u.op === 'end' || u.op === 'scan'
    let src: UOp[] | undefined
    for (let i = 0; i < u.src.length; i++) {
      const s = u.src[i]
      const to = closes && i > 0 ? ranges.get(s) : undefined
      const other = done.get(s)
      if (to === undefined && other === undefined) src?.push(s)
      else {
        src ??= u.src.slice(0, i)
        if (to === undefined) src.push(other ?? s)
        else for (const r of to) src.push(r)
      }
    }
    if (src !== undefined) done.set(u, closes ? remake(u, u.dtype, src) : rebuild(u, src))
  }
  return stores.map(s => done.get(s) ?? s)
}

/** `u` over other sources; arithmetic on indices is simplified as it is built. */
export function rebuild(u: UOp, src: readonly UOp[]): UOp {
  const old = u.src
  let same = true
  for (let i = 0; i < old.length && same; i++) same = old[i] === src[i]
  if (same) return u
  let onIndices = u.dtype.kind === 'index' || u.dtype === dtypes.bool
  for (let i = 0; i < old.length && onIndices; i++) {
    const { dtype } = old[i]
    onIndices = (dtype.kind === 'index' && dtype.space === undefined) || dtype === dtypes.bool
  }
  if (onIndices) {
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
