import { is, isMovement, itemSize, openRanges, range, shapeOf, type Dim, type UOp } from '@petagrad/ir'
import { isContraction, isOrdered, isReduction, sizeOf, type InlineCost } from './cost.js'
import { isSubset, iterations } from './group.js'
import { originOf } from './indexing.js'
import type { Use } from './use.js'

/*
 * A chain is a kernel of several nests that run one after another inside loops that they share: what one nest makes for the
 * next is never larger than one iteration of those loops needs, and lives in scratch of the task that runs it. Attention is
 * the case in point: scores, softmax and the product with the values, row by row of the queries.
 */

/** Rows that a target is expected to run at a time: what all rows read is fetched once for so many. */
const ROWS = 64
/** Fetching that again costs so much of what writing and reading an intermediate value does: caches hold it. */
const REFETCH = 0.5
/** Iterations of the shared loops that can keep cores busy, and elements below which that does not matter. */
const ENOUGH_ROWS = 16
const SERIAL_ELEMENTS = 1 << 16
/** Bytes of one value in scratch, for one row: many rows of it should be near the core. */
const MOST_ROW_BYTES = 1 << 18
/** Nodes that are looked at before a chain is given up. */
const MOST_NODES = 400
/** Writing a value to scratch and reading it back, in instructions per element. */
const SCRATCH_TRIP = 3
/** Work from which a value of a row is not computed again for each of its elements. */
const ROW_VALUE = 4

/**
 * Where the shared loops of a chain stand in `u` (undefined on other axes), if `u` is to be made in the chain of the kernel
 * that uses it: the kernel has a chain whose rows `u` has as well, or one may start here.
 */
export function chainIndex(u: UOp, uses: readonly Use[]): readonly (UOp | undefined)[] | undefined {
  const [first, ...others] = uses as readonly (Use | undefined)[]
  if (first === undefined || uses.some(use => use.gate !== undefined)) return undefined
  const { kernel } = first.group
  if (kernel.inOrder || isOrdered(u)) return undefined
  const candidates = kernel.shared ?? new Set(kernel.ranges.filter(r => is(r.src[0], 'const')))
  const shape = shapeOf(u)
  const index = shape.map((d, axis) => {
    const at = first.index[axis]
    const same = candidates.has(at) && hasExtent(at, d) && others.every(use => use?.index[axis] === at)
    return same ? at : undefined
  })
  const shared = new Set(index.filter(r => r !== undefined))
  if (shared.size === 0 || shared.size !== index.filter(r => r !== undefined).length) return undefined
  const row = shape.filter((_, axis) => index[axis] === undefined)
  const rowBytes = row.reduce<number>((n, d) => (typeof d === 'number' ? n * d : Infinity), itemSize(u.dtype))
  if (rowBytes > MOST_ROW_BYTES) return undefined
  if (kernel.shared === undefined) return startsChain(u, first, shared) ? index : undefined
  return shared.size === kernel.shared.size && isWorthwhile(survey(u, first.index, shared)) ? index : undefined
}

const hasExtent = (r: UOp, d: Dim): boolean => is(r.src[0], 'const') && r.src[0].arg === d

/**
 * A chain starts where the only reduction of a kernel reads, again and again, what another reduction over its row went into.
 * Two products with element-wise work between them are left apart: each is better cut into blocks by itself.
 */
function startsChain(u: UOp, use: Use, shared: ReadonlySet<UOp>): boolean {
  const { kernel } = use.group
  const rows = iterations(shared)
  const inAllLoops = use.reducing.size > 0 && use.level.size === kernel.ranges.length && shared.size < kernel.ranges.length
  if (kernel.reductions.size !== 1 || kernel.stores.length === 0 || !inAllLoops) return false
  if (rows < ENOUGH_ROWS && sizeOf(u) > SERIAL_ELEMENTS) return false
  const [{ node, index }] = kernel.stores
  const below = survey(u, use.index, shared)
  const whole = survey(node, index, shared)
  return below.reducesRows && isWorthwhile({ ...below, refetched: whole.refetched })
}

/** What making a value in a chain means, in elements per row. */
interface Survey {
  /** Written to and read from memory if it is not in the chain: the value, and the contractions below it. */
  readonly saved: number
  /** Fetched again by every block of rows. */
  readonly refetched: number
  /** Whether there is a reduction other than a contraction below it. */
  readonly reducesRows: boolean
}

const isWorthwhile = (s: Survey): boolean => s.refetched * REFETCH <= s.saved

/** Looks at everything below `root` that is different from row to row. */
function survey(root: UOp, at: readonly UOp[], shared: ReadonlySet<UOp>): Survey {
  let saved = 0
  let refetched = 0
  let reducesRows = false
  let fresh = FIRST_FRESH_AXIS
  const seen = new Set<string>()
  const stack: { readonly u: UOp; readonly index: readonly UOp[] }[] = [{ u: root, index: at }]
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { u, index } = top
    const key = `${u.id}|${index.map(i => i.id).join()}`
    if (u.op === 'const' || u.op === 'iota' || seen.has(key)) continue
    seen.add(key)
    if (seen.size > MOST_NODES) return { saved: 0, refetched: Infinity, reducesRows: false }
    if (isMovement(u.op)) {
      stack.push({ u: u.src[0], index: originOf(u, index).index })
      continue
    }
    const loops = new Set(index.flatMap(i => [...openRanges(i)]))
    const row = Math.min(sizeOf(u), iterations([...loops].filter(r => !shared.has(r))))
    const isOfRow = isSubset(shared, loops)
    if (!isOfRow || u.op === 'buffer' || u.op === 'contiguous' || u.op === 'gather') {
      if (!isOfRow) refetched += row / ROWS
      continue
    }
    if (u === root) saved += 2 * row
    if (!isReduction(u)) {
      for (const s of u.src) stack.push({ u: s, index })
      continue
    }
    if (!isContraction(u)) reducesRows = true
    else if (u !== root) saved += 2 * row
    const shape = shapeOf(u.src[0])
    const inner = index.map((i, axis) => (u.arg.axes.includes(axis) && shape[axis] !== 1 ? range(shape[axis], fresh++, 'reduce') : i))
    stack.push({ u: u.src[0], index: inner })
  }
  return { saved, refetched, reducesRows }
}

/** Loops of a survey stand for themselves only. */
const FIRST_FRESH_AXIS = 1 << 20

/** Whether every use of an element-wise `u` in one chain computes it in place rather than reading it from scratch. */
export function isInlineInChain(u: UOp, uses: readonly Use[], cost: InlineCost): boolean {
  const size = sizeOf(u)
  let evaluations = 0
  for (const use of uses) {
    evaluations += use.evaluations
    // A value of the row is made once, but which loop is outermost is not known here.
    if (cost.ops >= ROW_VALUE && use.group.isChain && use.dependencies.size < use.group.ranges.length) return false
  }
  return (evaluations - size) * cost.ops <= size * SCRATCH_TRIP
}
