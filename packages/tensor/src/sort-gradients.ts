import { shapeOf, uop, type UOp } from '@petagrad/ir'
import { permute } from './build.js'
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
