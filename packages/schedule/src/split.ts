import { is, shapeOf, uop, withSrc, toposort, type UOp } from '@petagrad/ir'
import { isContraction, reduceLength, sizeOf } from './cost.js'

/** Fewer results than this cannot keep the cores busy, */
const FEW_RESULTS = 16
/** when each combines this many elements. */
const LONG_REDUCTION = 1 << 16
const MOST_PARTS = 64

/** Long reductions to few results become two: parts that run side by side, then their combination. */
export function splitLongReductions(sink: UOp): UOp {
  const done = new Map<UOp, UOp>()
  for (const u of toposort(sink)) {
    const rebuilt = u.src.length === 0 ? u : withSrc(u, u.src.map(s => done.get(s) ?? s))
    done.set(u, is(rebuilt, 'reduce_axis') ? split(rebuilt) : rebuilt)
  }
  return done.get(sink) ?? sink
}

function split(u: UOp<'reduce_axis'>): UOp {
  if (sizeOf(u) >= FEW_RESULTS || reduceLength(u) * sizeOf(u) < LONG_REDUCTION || isContraction(u)) return u
  const shape = shapeOf(u.src[0])
  let best: { readonly axis: number; readonly parts: number } | undefined
  for (const axis of u.arg.axes) {
    const extent = shape[axis]
    if (typeof extent !== 'number') continue
    const parts = largestDivisor(extent, MOST_PARTS)
    if (parts > (best?.parts ?? 3)) best = { axis, parts }
  }
  if (best === undefined) return u
  const { axis, parts } = best
  // [.., n, ..] → [.., parts, n / parts, ..]: reduce all but `parts`, store, reduce `parts`.
  const wide = shape.flatMap((d, i) => (i === axis && typeof d === 'number' ? [parts, d / parts] : [d]))
  const inWide = (a: number) => (a > axis ? a + 1 : a)
  const cut = uop('reshape', u.dtype, [u.src[0]], wide)
  const partial = uop('reduce_axis', u.dtype, [cut], { alu: u.arg.alu, axes: u.arg.axes.map(a => (a === axis ? axis + 1 : inWide(a))).sort((a, b) => a - b) })
  const kept = uop('contiguous', u.dtype, [partial])
  const whole = uop('reduce_axis', u.dtype, [kept], { alu: u.arg.alu, axes: [axis] })
  return uop('reshape', u.dtype, [whole], shapeOf(u))
}

function largestDivisor(n: number, atMost: number): number {
  for (let d = Math.min(n, atMost); d > 1; d--) if (n % d === 0) return d
  return 1
}
