import {
  binary, is, reduceIdentity, shapeOf, toposort, uop, where, withSrc, type ReduceAlu, type Shape, type UOp,
} from '@petagrad/ir'
import { sizeOf } from './cost.js'
import { positions, splat } from './views.js'

/** Fewer lines than this cannot keep the cores busy, */
const FEW_LINES = 16
/** when there are this many elements in them. */
const LONG_SCAN = 1 << 16
const MOST_BLOCKS = 64
const FEWEST_BLOCKS = 4

/** Scans of few long lines are made in blocks, side by side: the totals of blocks, then each block on top of those before it. */
export function splitLongScans(sink: UOp): UOp {
  const done = new Map<UOp, UOp>()
  for (const u of toposort(sink)) {
    const rebuilt = u.src.length === 0 ? u : withSrc(u, u.src.map(s => done.get(s) ?? s))
    done.set(u, is(rebuilt, 'scan_axis') ? split(rebuilt) : rebuilt)
  }
  return done.get(sink) ?? sink
}

function split(u: UOp<'scan_axis'>): UOp {
  const { alu, axis, buckets } = u.arg
  const shape = shapeOf(u)
  const length = shape[axis]
  if (typeof length !== 'number' || buckets > 0 || sizeOf(u) < LONG_SCAN || sizeOf(u) / length >= FEW_LINES) return u
  const blocks = blocksOf(length)
  if (blocks === 1) return u
  const size = length / blocks
  const at = (...dims: number[]): Shape => [...shape.slice(0, axis), ...dims, ...shape.slice(axis + 1)]
  const parts = uop('reshape', u.dtype, [u.src[0]], at(blocks, size))
  const totals = uop('contiguous', u.dtype, [uop('reduce_axis', u.dtype, [parts], { alu, axes: [axis + 1] })])
  const before = uop('expand', u.dtype, [totalBefore(totals, axis, alu)], at(blocks, size))
  const inBlock = uop('scan_axis', u.dtype, [parts], { alu, axis: axis + 1, buckets: 0 })
  return uop('reshape', u.dtype, [binary(alu, before, inBlock)], shape)
}

/** A number of blocks that divides the length; 1 if there is none. */
function blocksOf(length: number): number {
  for (let n = MOST_BLOCKS; n >= FEWEST_BLOCKS; n--) if (length % n === 0) return n
  return 1
}

/** totals [.., n, 1, ..]: for each block, what all blocks before it make together. */
function totalBefore(totals: UOp, axis: number, alu: ReduceAlu): UOp {
  const shape = shapeOf(totals)
  const n = shape[axis]
  const square = shape.map((d, i) => (i === axis + 1 ? n : d))
  const across = uop('expand', totals.dtype, [uop('reshape', totals.dtype, [totals], shape.map((d, i) => (i === axis ? 1 : i === axis + 1 ? n : d)))], square)
  const isBefore = binary('lt', positions(axis + 1, square), positions(axis, square))
  const kept = where(isBefore, across, splat(reduceIdentity(alu, totals.dtype), totals.dtype, square))
  return uop('reduce_axis', totals.dtype, [kept], { alu, axes: [axis + 1] })
}
