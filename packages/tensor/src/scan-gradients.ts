import { dtypes, PetagradError, shapeOf, uop, type UOp } from '@petagrad/ir/graph'
import { cast, combine, div, equal, flip, lessThan, mul, not, select, splat, zerosLike } from './build.js'

/** The gradient of a scan with respect to what it combines. */
export function scanGradient(u: UOp<'scan_axis'>, g: UOp): UOp {
  if (u.arg.buckets > 0 && u.arg.alu !== 'add') throw new PetagradError('NOT_DIFFERENTIABLE', `a scan by keys has a gradient for add only, not for ${u.arg.alu}`, { op: u.op })
  switch (u.arg.alu) {
    case 'add': return fromTheEnd(u, g)
    case 'mul': return ofProducts(u, g)
    case 'max': return ofMaxima(u, g)
  }
}

/** Σ g[i] over the i from an element's own on, which have its key where there are keys: the transpose of a running sum. */
function fromTheEnd({ arg: { axis, buckets }, src }: UOp<'scan_axis'>, g: UOp): UOp {
  const keys = src.slice(1).map(k => flip(k, [axis]))
  return flip(uop('scan_axis', g.dtype, [flip(g, [axis]), ...keys], { alu: 'add', axis, buckets }), [axis])
}

/** The same scan of another value. */
const scanned = (u: UOp<'scan_axis'>, x: UOp, alu = u.arg.alu): UOp => uop('scan_axis', x.dtype, [x, ...u.src.slice(1)], { ...u.arg, alu })

/**
 * Σ g[i]·y[i] / x[k] over i ≥ k, for elements before the first zero. At the first zero the product is made without it;
 * after it every product has it as a factor, and the gradient is zero.
 */
function ofProducts(u: UOp<'scan_axis'>, g: UOp): UOp {
  const x = u.src[0]
  const shape = shapeOf(x)
  const zero = zerosLike(x)
  const isZero = equal(x, zero)
  const zeros = scanned(u, cast(isZero, dtypes.i32), 'add')
  const isFirst = combine('and', isZero, equal(zeros, splat(1, dtypes.i32, shape)))
  const without = scanned(u, select(isFirst, splat(1, x.dtype, shape), x))
  const before = equal(zeros, splat(0, dtypes.i32, shape))
  const divisor = select(before, x, splat(1, x.dtype, shape))
  return select(before, div(fromTheEnd(u, mul(g, u)), divisor), select(isFirst, fromTheEnd(u, mul(g, without)), zero))
}

/** Each maximum's gradient goes to the last element that holds it: the sum from that element to before the next that does. */
function ofMaxima(u: UOp<'scan_axis'>, g: UOp): UOp {
  const x = u.src[0]
  const { axis } = u.arg
  const length = Number(shapeOf(x)[axis])
  const holds = not(lessThan(x, u))
  const counted = uop('scan_axis', dtypes.i32, [cast(holds, dtypes.i32)], { alu: 'add', axis, buckets: 0 })
  const runs = uop('scan_axis', g.dtype, [flip(g, [axis]), flip(counted, [axis])], { alu: 'add', axis, buckets: length + 1 })
  return select(holds, flip(runs, [axis]), zerosLike(x))
}
