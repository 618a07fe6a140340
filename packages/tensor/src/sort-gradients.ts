import { dtypes, is, PetagradError, shapeOf, uop, type UOp } from '@petagrad/ir/graph'
import { add, combine, lessThan, mulScalar, permute, reshape, select, splat } from './build.js'
import { positions } from './movement.js'
import { argsortOf } from './sort.js'

/** Each element's gradient goes back to where the element came from; what was not among the first gets none. */
export function sortGradient(u: UOp<'sort'>, g: UOp): UOp {
  const { axis, count } = u.arg
  const extent = Number(shapeOf(u.src[0])[axis])
  const axes = shapeOf(u).map((_, i) => i)
  const toEnd = [...axes.filter(i => i !== axis), axis]
  const back = axes.map(i => toEnd.indexOf(i))
  const sources = [permute(g, toEnd), permute(argsortOf(u.src[0], u.arg), toEnd)]
  const last = axes.length - 1
  const placed = count === extent
    ? uop('place', g.dtype, sources, { axis: last, size: extent })
    : uop('scatter', g.dtype, sources, { alu: 'add', axis: last, size: extent })
  return permute(placed, back)
}

/** What was put, or added up, at a position gets the gradient that is there; what was left out gets none. */
export function placedGradient(u: UOp<'scatter'> | UOp<'place'>, g: UOp): UOp {
  if (is(u, 'scatter') && u.arg.alu !== 'add') {
    throw new PetagradError('NOT_DIFFERENTIABLE', `a scatter has a gradient for add only, not for ${u.arg.alu}`, { op: 'scatter' })
  }
  const { axis, size } = u.arg
  const shape = shapeOf(u.src[0]).map(Number)
  const outer = shape.slice(0, axis).reduce((a, b) => a * b, 1)
  const lines = [outer, shape.slice(axis).reduce((a, b) => a * b, 1)]
  const at = reshape(u.src[1], lines)
  const of = (value: number): UOp => splat(value, at.dtype, lines)
  const inside = combine('and', lessThan(of(-1), at), lessThan(at, of(size)))
  const flat = select(inside, add(mulScalar(positions(0, lines), size), at), splat(-1, dtypes.i32, lines))
  return reshape(uop('gather', g.dtype, [reshape(g, [outer * size]), flat]), shape)
}
