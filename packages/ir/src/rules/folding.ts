import { binaryOps, castOps, unaryOps } from '../op.js'
import { constantOf } from '../interpreter/scalar.js'
import { p, rule, type Constant } from '../rewrite/pattern.js'
import { constant, is, uop, vectorize, where, type UOp } from '../uop.js'
import { foldTo, isConstant } from './constants.js'

const DATA = ['bool', 'int', 'uint', 'float'] as const
const COMMUTATIVE = ['add', 'mul', 'max', 'and', 'or', 'xor', 'eq', 'ne'] as const

const isNotConstant = ({ x }: { readonly x: UOp }): boolean => !isConstant(x)

/** The scalar that all lanes hold, if that is plain to see. */
function laneOf(x: UOp): UOp | undefined {
  if (is(x, 'const')) return constant(x.arg, x.dtype.scalar)
  return x.op === 'vectorize' && x.src.every(s => s === x.src[0]) ? x.src[0] : undefined
}

/** An element-wise operation of values that are the same in every lane, done once. */
function onOneLane(u: UOp): UOp | undefined {
  const lanes: UOp[] = []
  for (const s of u.src) {
    const lane = laneOf(s)
    if (lane === undefined) return undefined
    lanes.push(lane)
  }
  return vectorize(new Array<UOp>(u.dtype.lanes).fill(uop(u.op, u.dtype.scalar, lanes, u.arg)))
}

const isVector = ({ u }: { readonly u: UOp }): boolean => u.dtype.lanes > 1 && !u.src.every(isConstant)
const SPREADS = [...unaryOps, ...binaryOps, ...castOps, 'where', 'mulacc'] as const

const chosen = (f: (value: Constant) => Constant, a: Constant, b: Constant, condition: UOp): UOp => where(condition, f(a), f(b))

/** What holds for every element-wise operation: constants are computed, and stand on the right. */
export const folding = [
  rule('constant-exact', p.constant('c').of(...DATA), ({ c }) => {
    const value = constantOf(c.arg, c.dtype)
    return Object.is(value, c.arg) ? undefined : constant(value, c.dtype)
  }), // c -> c as its dtype holds it: 0.1 -> 0.10000000149011612 in f32
  rule('fold-unary', p.oneOf(unaryOps, p.constant('a').of(...DATA)).as('u'), ({ a, u }) => foldTo(u.op, u.dtype, [a])), // f(c) -> c'
  rule('fold-cast', p.oneOf(castOps, p.constant('a').of(...DATA)).as('u'), ({ a, u }) => foldTo(u.op, u.dtype, [a])), // cast(c) -> c'
  rule('fold-binary', p.oneOf(binaryOps, p.constant('a').of(...DATA), p.constant('b')).as('u'), ({ a, b, u }) =>
    foldTo(u.op, u.dtype, [a, b])), // f(c1, c2) -> c
  rule('fold-mulacc', p.mulacc(p.constant('a').of(...DATA), p.constant('b'), p.constant('c')).ordered(), ({ a, b, c }) =>
    foldTo('mulacc', c.dtype, [a, b, c])), // c1 * c2 + c3 -> c
  rule('constant-right', p.oneOf(COMMUTATIVE, p.constant('c').of(...DATA), p.any('x')).ordered().as('u').where(isNotConstant),
    ({ c, x, u }) =>
    uop(u.op, u.dtype, [x, c])), // c + x -> x + c
  rule('constant-right-mulacc', p.mulacc(p.constant('c').of(...DATA), p.any('x'), p.any('y')).ordered().where(isNotConstant),
    ({ c, x, y }) =>
    uop('mulacc', y.dtype, [x, c, y])), // c * x + y -> x * c + y
  rule('unary-of-choice', p.oneOf(unaryOps, p.where(p.any('w'), p.constant('a').of(...DATA), p.constant('b'))).as('u'), ({ w, a, b, u }) =>
    chosen(x => foldTo(u.op, u.dtype, [x]), a, b, w)), // f(w ? c1 : c2) -> w ? f(c1) : f(c2)
  rule('cast-of-choice', p.oneOf(castOps, p.where(p.any('w'), p.constant('a').of(...DATA), p.constant('b'))).as('u'), ({ w, a, b, u }) =>
    chosen(x => foldTo(u.op, u.dtype, [x]), a, b, w)), // cast(w ? c1 : c2) -> w ? cast(c1) : cast(c2)
  rule('binary-of-choice',
    p.oneOf(binaryOps, p.where(p.any('w'), p.constant('a').of(...DATA), p.constant('b')), p.constant('c')).ordered().as('u'),
    ({ w, a, b, c, u }) => chosen(x => foldTo(u.op, u.dtype, [x, c]), a, b, w)), // f(w ? c1 : c2, c3) -> w ? f(c1, c3) : f(c2, c3)
  rule('binary-with-choice',
    p.oneOf(binaryOps, p.constant('c'), p.where(p.any('w'), p.constant('a').of(...DATA), p.constant('b'))).ordered().as('u'),
    ({ w, a, b, c, u }) => chosen(x => foldTo(u.op, u.dtype, [c, x]), a, b, w)), // f(c3, w ? c1 : c2) -> w ? f(c3, c1) : f(c3, c2)
  rule('one-lane', p.op(...SPREADS).as('u').where(isVector), ({ u }) => onOneLane(u)), // f(<x, x>, <y, y>) -> <f(x, y), f(x, y)>
]
