import { is, isAlu, isMovement, itemSize, shapeOf, type Dim, type UOp } from '@petagrad/ir'
import { bounds } from '@petagrad/ir'

/*
 * Units: one simple arithmetic instruction on one element. The numbers are for a machine whose memory moves an element
 * in the time of a few instructions, which every target of ours is.
 */
export const LOAD_COST = 3
/** Writing a value out and reading it back. */
export const ROUND_TRIP_COST = 8

const OP_COST: Partial<Record<UOp['op'], number>> = {
  exp2: 12, log2: 14, sin: 20, sqrt: 4, reciprocal: 4, div: 4, mod: 6, floordiv: 6, floormod: 6, gather: 4,
  cast: 0.5, bitcast: 0, where: 1,
}

export const maxOf = (d: Dim): number => (typeof d === 'number' ? d : bounds(d).max)
/** Elements of a node, at most. */
export const sizeOf = (u: UOp): number => shapeOf(u).reduce<number>((n, d) => n * maxOf(d), 1)

/** What computing one element costs when everything down to stored values and reductions is computed in place. */
export interface InlineCost {
  readonly ops: number
  readonly loads: number
  /** Bytes loaded per element. */
  readonly bytes: number
}

const FREE: InlineCost = { ops: 0, loads: 0, bytes: 0 }

/**
 * Cost by node. Shared parts count once per path: an upper bound, which is what recomputing is judged by. `isStored`
 * tells nodes already given memory.
 */
export function inlineCost(u: UOp, isStored: (u: UOp) => boolean, memo: Map<UOp, InlineCost>): InlineCost {
  const cached = memo.get(u)
  if (cached !== undefined) return cached
  let cost: InlineCost
  if (u.op === 'buffer' || u.op === 'reduce_axis' || isOrdered(u) || isStored(u)) cost = { ops: 0, loads: 1, bytes: itemSize(u.dtype) }
  else if (u.op === 'const' || u.op === 'iota') cost = FREE
  else {
    let ops = isMovement(u.op) ? 0 : (OP_COST[u.op] ?? 1)
    let loads = 0
    let bytes = 0
    for (const s of u.src) {
      const c = inlineCost(s, isStored, memo)
      ops += c.ops
      loads += c.loads
      bytes += c.bytes
    }
    cost = { ops, loads, bytes }
  }
  memo.set(u, cost)
  return cost
}

/** Work per distinct input element from which a reduction counts as a contraction: tiling it pays. */
const REUSE_OF_CONTRACTION = 4

/** Whether the elements that a reduction reads are used many times over (matmul, convolution), or about once (a sum). */
export function isContraction(u: UOp<'reduce_axis'>): boolean {
  let known = contractions.get(u)
  if (known === undefined) {
    known = sumsContraction(u) || hasReuse(u)
    contractions.set(u, known)
  }
  return known
}

const contractions = new WeakMap<UOp, boolean>()

/** A sum over a contraction's results is part of it (the overlapping windows of a convolution's gradient). */
function sumsContraction(u: UOp<'reduce_axis'>): boolean {
  let summed = u.src[0]
  while (isMovement(summed.op)) summed = summed.src[0]
  return u.arg.alu === 'add' && is(summed, 'reduce_axis') && summed.arg.alu === 'add' && isContraction(summed)
}

function hasReuse(u: UOp<'reduce_axis'>): boolean {
  const work = sizeOf(u.src[0])
  const seen = new Set<UOp>()
  const stack: UOp[] = [u.src[0]]
  let distinct = 0
  for (let n = stack.pop(); n !== undefined; n = stack.pop()) {
    if (seen.has(n)) continue
    seen.add(n)
    if (n.op === 'buffer' || n.op === 'reduce_axis' || isOrdered(n) || n.op === 'contiguous') distinct += sizeOf(n)
    else if (isAlu(n.op) || isMovement(n.op) || n.op === 'detach') stack.push(...n.src)
    else if (n.op === 'gather') distinct += sizeOf(n)
    if (distinct * REUSE_OF_CONTRACTION > work) return false
  }
  return distinct > 0
}

/** Elements that one result of a reduction combines. */
export const reduceLength = (u: UOp<'reduce_axis'>): number => {
  const shape = shapeOf(u.src[0])
  return u.arg.axes.reduce((n, a) => n * maxOf(shape[a]), 1)
}

/** Made by loops that meet their elements one after another. */
export const isOrdered = (u: UOp): boolean => u.op === 'scan_axis' || u.op === 'argsort' || u.op === 'scatter' || u.op === 'place'
/** Made along one of the loops that use it, element by element. */
export const isScan = (u: UOp): u is UOp<'scan_axis'> | UOp<'argsort'> => u.op === 'scan_axis' || u.op === 'argsort'
export const isReduction = (u: UOp): u is UOp<'reduce_axis'> => is(u, 'reduce_axis')
