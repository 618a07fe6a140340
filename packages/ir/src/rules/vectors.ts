import { p, rule } from '../rewrite/pattern.js'
import { constant, extract, is, vectorize, type UOp } from '../uop.js'
import { isConstant } from './constants.js'

const isEveryLane = ({ x, u }: { readonly x: UOp; readonly u: UOp<'extract'> }): boolean =>
  u.arg.length === x.dtype.lanes && u.arg.every((lane, i) => lane === i)

/** The one vector that all of these are single lanes of. */
function commonVector(lanes: readonly UOp[]): { readonly vector: UOp; readonly order: number[] } | undefined {
  const order: number[] = []
  for (const lane of lanes) {
    if (!is(lane, 'extract') || lane.src[0] !== lanes[0].src[0]) return undefined
    order.push(lane.arg[0])
  }
  return { vector: lanes[0].src[0], order }
}

/** Lanes into vectors and out again. */
export const vectors = [
  rule('extract-all', p.extract(p.any('x')).as('u').where(isEveryLane), ({ x }) => x), // <x.0, x.1, … all> -> x
  rule('extract-vectorize', p.extract(p.op('vectorize').as('v')).as('u'),
    ({ v, u }) => vectorize(u.arg.map(lane => v.src[lane]))), // <a, b, c>.1 -> b
  rule('extract-constant', p.extract(p.constant('c')).as('u'), ({ c, u }) => constant(c.arg, u.dtype)), // <c, c>.1 -> c
  rule('extract-extract', p.extract(p.extract(p.any('x')).as('v')).as('u'),
    ({ x, v, u }) => extract(x, u.arg.map(lane => v.arg[lane]))), // x.<2, 3>.1 -> x.3
  rule('vectorize-constants', p.op('vectorize').as('v'), ({ v }) => {
    const [first, ...rest] = v.src
    return isConstant(first) && rest.every(s => s === first) ? constant(first.arg, v.dtype) : undefined
  }), // <c, c> -> c in every lane
  rule('vectorize-extracts', p.op('vectorize').as('v'), ({ v }) => {
    const common = commonVector(v.src)
    return common && extract(common.vector, common.order)
  }), // <x.2, x.0> -> x.<2, 0>
]
