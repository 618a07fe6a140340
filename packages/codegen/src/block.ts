import { address, indexAdd, indexConst, indexMax, indexMul, is, PetagradError, range, scratch, toposort, variable, type UOp } from '@petagrad/ir'
import { extentOf, nodesOf, rebuild, replaceAxes, smallestLevelFirst, type Axis, type Chain, type LoopNests, type Nest, type SharedLoop } from './nest.js'

const refuse = (why: string): never => {
  throw new PetagradError('INVALID_ARGUMENT', `block: ${why}`)
}

/**
 * Lets the nests of a chain run for `size` iterations of a shared loop at a time: each nest gets a loop over them, and
 * each scratch array a place for each of them, side by side, so that they can be vector lanes. The last block starts early
 * enough to be whole: a few iterations are then done twice, with the same results.
 */
export function blockChain(state: LoopNests, nestNumber: number, axis: number, size: number): LoopNests {
  const chain = state.chains.find(c => c.first <= nestNumber && nestNumber < c.end) ?? refuse(`nest ${nestNumber} is not part of a chain`)
  const loop = chain.shared.find(s => s.axis.arg.axis === axis) ?? refuse(`axis ${axis} is not shared by the chain`)
  const extent = extentOf(loop.axis)
  if (size < 1 || size > extent) refuse(`${size} iterations of ${extent}`)
  const members = state.nests.slice(chain.first, chain.end)
  if (extent % size !== 0 && !mayRepeat(state, chain)) refuse('iterations that are done twice would read what they have written')
  const blocks = Math.ceil(extent / size)
  const outer: SharedLoop = { axis: range(blocks, axis, loop.axis.arg.kind), counter: variable(`#${axis}`, 0, blocks - 1) }
  const first = firstOf(outer.counter, size, extent)
  const own = arraysOf(members)
  // What a step has put in scratch belongs to one iteration of the loops around it.
  if (members.some(n => nodesOf(n).some(u => u.op === 'scratch' && !own.has(u)))) refuse('a nest of the chain has scratch of its own already')
  const inside = (nest: Nest, i: number): Nest => blockNest(nest, loop, first, range(size, state.nextAxis + i, 'loop'), own)
  const blocked: Chain = { ...chain, shared: chain.shared.map(s => (s === loop ? outer : s)) }
  return {
    nests: state.nests.map((n, i) => (i >= chain.first && i < chain.end ? inside(n, i - chain.first) : n)),
    chains: state.chains.map(c => (c === chain ? blocked : c)),
    nextAxis: state.nextAxis + members.length,
  }
}

/** The first iteration of a block: min(block · size, extent - size). */
function firstOf(block: UOp, size: number, extent: number): UOp {
  const start = indexMul(block, size)
  return extent % size === 0 ? start : indexMul(indexMax(indexMul(start, -1), indexConst(size - extent)), -1)
}

function blockNest(nest: Nest, loop: SharedLoop, first: UOp, inner: Axis, arrays: ReadonlySet<UOp>): Nest {
  const size = extentOf(inner)
  const map = new Map<UOp, UOp>([[loop.counter, indexAdd(first, inner)]])
  const plain = replaceAxes(nest.stores, map)
  const done = new Map<UOp, UOp>()
  for (const u of toposort(plain)) {
    const src = u.src.map(s => done.get(s) ?? s)
    const [array] = u.src as readonly (UOp | undefined)[]
    if (u.op !== 'index' || array === undefined || !is(array, 'scratch') || !arrays.has(array)) {
      done.set(u, u.src.length === 0 ? u : rebuild(u, src))
      continue
    }
    const wide = scratch(array.arg.id, array.dtype.scalar, array.arg.size * size)
    done.set(u, address(wide, indexAdd(indexMul(src[1], size), inner)))
  }
  const stores = plain.map(s => done.get(s) ?? s)
  const toScratch = nest.stores.some(s => arrays.has(s.src[0].src[0]))
  return { stores, order: smallestLevelFirst(stores, toScratch ? [...nest.order, inner] : [inner, ...nest.order]) }
}

/** The scratch arrays that the chain's nests write: those of the chain. */
const arraysOf = (nests: readonly Nest[]): ReadonlySet<UOp> =>
  new Set(nests.flatMap(n => n.stores.map(s => s.src[0].src[0])).filter(u => u.op === 'scratch'))

/** Whether an iteration of the chain may be done twice: it does not read what it writes. */
export function mayRepeat(state: LoopNests, { first, end }: Chain): boolean {
  const nests = state.nests.slice(first, end)
  const written = new Set(nests.flatMap(n => n.stores.map(s => s.src[0].src[0])).filter(u => u.op === 'param'))
  return !nests.some(n => toposort(n.stores).some(u => u.op === 'load' && written.has(u.src[0].src[0])))
}
