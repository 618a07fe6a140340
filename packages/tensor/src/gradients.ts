import { is, PetagradError, shapeOf, toposort, uop, type Op, type UOp } from '@petagrad/ir/graph'
import {
  add, addScalar, apply, cast, div, equal, expand, flip, lessThan, mul, mulScalar, neg, pad, permute, reciprocal, reduceAxes, reshape,
  select, shear, shrink, splat, splatValue, sumAxes, zerosLike,
} from './build.js'
import { scanGradient } from './scan-gradients.js'
import { placedGradient, sortGradient } from './sort-gradients.js'

/**
 * How the gradient `g` of a node reaches its sources: one thunk for each source, or undefined where nothing flows
 * (integers, conditions, indices). Thunks, so that nothing is built for sources that nobody differentiates by.
 */
export type GradientRule = (u: UOp, g: UOp) => readonly ((() => UOp) | undefined)[]

/** No derivative, or zero almost everywhere. */
const none: GradientRule = () => []
/** The walk stops here: a leaf, or a gradient that was asked to stop. */
const stop: GradientRule = () => []
const refuse: GradientRule = u => {
  throw new PetagradError('NOT_DIFFERENTIABLE', `${u.op} has no gradient`, { op: u.op })
}

const ofShape = (u: UOp, source: UOp): readonly number[] => numeric(shapeOf(source), u)

function numeric(shape: ReturnType<typeof shapeOf>, u: UOp): readonly number[] {
  return shape.map(d => {
    if (typeof d === 'number') return d
    throw new PetagradError('UNSUPPORTED', 'gradients of symbolic shapes are not supported', { op: u.op })
  })
}

/** One for the elements that hold the maximum, which share its gradient evenly. */
function maximumShare(u: UOp<'reduce_axis'>, g: UOp): UOp {
  const x = u.src[0]
  const shape = ofShape(u, x)
  const isMaximum = equal(x, expand(u, shape))
  const one = splat(1, x.dtype, shape)
  const ties = reduceAxes('add', select(isMaximum, one, zerosLike(x)), u.arg.axes)
  return select(isMaximum, expand(div(g, ties), shape), zerosLike(x))
}

/** The product of the others: u/x where no factor is zero; with one zero, only that factor has a gradient. */
function productOfOthers(u: UOp<'reduce_axis'>, g: UOp): UOp {
  const x = u.src[0]
  const shape = ofShape(u, x)
  const zero = zerosLike(x)
  const one = splat(1, x.dtype, shape)
  const isZero = equal(x, zero)
  const zeros = expand(reduceAxes('add', select(isZero, one, zero), u.arg.axes), shape)
  const nonZero = select(isZero, one, x)
  const product = expand(reduceAxes('mul', nonZero, u.arg.axes), shape)
  const ofZero = select(equal(zeros, one), product, zero)
  const ofOther = select(equal(zeros, zero), div(product, nonZero), zero)
  return mul(expand(g, shape), select(isZero, ofZero, ofOther))
}

/** Σ over the places that read row v of their gradients: a contraction with the one-hot matrix of the indices. */
function scatterRows(u: UOp, g: UOp): UOp {
  const [x, indices] = u.src
  const [rows, ...rest] = ofShape(u, x)
  const places = ofShape(u, indices).reduce((a, b) => a * b, 1)
  const all = [places, rows, ...rest]
  const ones = rest.map(() => 1)
  const wanted = expand(reshape(indices, [places, 1, ...ones]), all)
  const row = expand(reshape(uop('iota', indices.dtype, [], { size: rows }), [1, rows, ...ones]), all)
  const spread = expand(reshape(g, [places, 1, ...rest]), all)
  return reshape(sumAxes(select(equal(wanted, row), spread, zerosLike(spread)), [0]), [rows, ...rest])
}

const movement: Partial<Record<Op, GradientRule>> = {
  reshape: (u, g) => [() => reshape(g, shapeOf(u.src[0]))],
  permute: (u, g) => [() => (is(u, 'permute') ? permute(g, u.arg.map((_, i) => u.arg.indexOf(i))) : g)],
  expand: (u, g) => [
    () => {
      const from = shapeOf(u.src[0])
      return sumAxes(g, shapeOf(u).flatMap((d, i) => (from[i] === d ? [] : [i])))
    },
  ],
  pad: (u, g) => [
    () => {
      if (!is(u, 'pad')) return g
      const from = ofShape(u, u.src[0])
      return shrink(g, u.arg.map(([before], i) => [Number(before), Number(before) + from[i]]))
    },
  ],
  shrink: (u, g) => [
    () => {
      if (!is(u, 'shrink')) return g
      const from = ofShape(u, u.src[0])
      return pad(g, u.arg.map(([start, end], i) => [Number(start), from[i] - Number(end)]))
    },
  ],
  flip: (u, g) => [() => (is(u, 'flip') ? flip(g, u.arg) : g)],
  // out[i, j] = x[i + f·j + o, j]  ⇒  x[i, j] reaches out[i - f·j - o, j]
  shear: (u, g) => [
    () => {
      if (!is(u, 'shear')) return g
      const { axis, by, factor, offset } = u.arg
      return shear(g, axis, by, -factor, -offset, ofShape(u, u.src[0])[axis])
    },
  ],
}

const arithmetic: Partial<Record<Op, GradientRule>> = {
  neg: (_, g) => [() => neg(g)],
  reciprocal: (u, g) => [() => neg(mul(g, mul(u, u)))],
  exp2: (u, g) => [() => mul(g, mulScalar(u, Math.LN2))],
  log2: (u, g) => [() => mul(g, reciprocal(mulScalar(u.src[0], Math.LN2)))],
  sin: (u, g) => [() => mul(g, apply('sin', addScalar(u.src[0], Math.PI / 2)))],
  sqrt: (u, g) => [() => mul(mulScalar(g, 0.5), reciprocal(u))],
  trunc: none,
  add: (_, g) => [() => g, () => g],
  sub: (_, g) => [() => g, () => neg(g)],
  mul: (u, g) => [() => mul(g, u.src[1]), () => mul(g, u.src[0])],
  div: (u, g) => [() => div(g, u.src[1]), () => neg(div(mul(g, u), u.src[1]))],
  // fmod: x - y·trunc(x/y)
  mod: (u, g) => [() => g, () => neg(mul(g, apply('trunc', div(u.src[0], u.src[1]))))],
  floormod: none, floordiv: none,
  // A tie is shared evenly; a tie with a constant goes to the constant, which makes the derivative of relu 0 at 0.
  max: (u, g) => {
    const [a, b] = u.src
    const share = (mine: UOp, other: UOp) => (): UOp => {
      const tie = splatValue(other) === undefined ? select(equal(mine, other), mulScalar(g, 0.5), zerosLike(g)) : zerosLike(g)
      return select(lessThan(other, mine), g, tie)
    }
    return [share(a, b), share(b, a)]
  },
  where: (u, g) => {
    const [condition] = u.src
    return [undefined, () => select(condition, g, zerosLike(g)), () => select(condition, zerosLike(g), g)]
  },
  mulacc: (u, g) => [() => mul(g, u.src[1]), () => mul(g, u.src[0]), () => g],
  cast: (u, g) => (u.src[0].dtype.kind === 'float' ? [() => cast(g, u.src[0].dtype)] : []),
  bitcast: none,
  shl: none, shr: none, and: none, or: none, xor: none, lt: none, eq: none, ne: none,
}

const tensorLevel: Partial<Record<Op, GradientRule>> = {
  const: stop, buffer: stop, iota: stop, variable: stop, detach: stop, assign: stop,
  contiguous: (_, g) => [() => g],
  copy: refuse,
  reduce_axis: (u, g) => [
    () => {
      if (!is(u, 'reduce_axis')) return g
      switch (u.arg.alu) {
        case 'add': return expand(g, shapeOf(u.src[0]))
        case 'max': return maximumShare(u, g)
        case 'mul': return productOfOthers(u, g)
      }
    },
  ],
  scan_axis: (u, g) => [() => (is(u, 'scan_axis') ? scanGradient(u, g) : g)],
  sort: (u, g) => [() => (is(u, 'sort') ? sortGradient(u, g) : g)],
  argsort: none,
  scatter: (u, g) => [() => (is(u, 'scatter') ? placedGradient(u, g) : g)],
  place: (u, g) => [() => (is(u, 'place') ? placedGradient(u, g) : g)],
  gather: (u, g) => [() => scatterRows(u, g)],
}

/** The gradient of every op. Ops of the kernel and program levels have none: nothing there is differentiated. */
export const gradientRules: Readonly<Partial<Record<Op, GradientRule>>> = { ...movement, ...arithmetic, ...tensorLevel }

/**
 * Gradients of `root` (weighted by `seed`, of root's shape) with respect to each target that it depends on. The walk
 * goes from the root down once; a node's gradient is complete when it is its turn. The results are ordinary uops, so
 * they can be differentiated again.
 */
export function differentiate(root: UOp, seed: UOp, targets: ReadonlySet<UOp>): Map<UOp, UOp> {
  const order = reachable(root, targets)
  const needed = new Set<UOp>()
  for (const u of order) if (targets.has(u) || (u.dtype.kind === 'float' && !stops(u) && u.src.some(s => needed.has(s)))) needed.add(u)
  const gradients = new Map<UOp, UOp>()
  if (needed.has(root)) gradients.set(root, seed)
  for (let i = order.length - 1; i >= 0; i--) {
    const u = order[i]
    const g = gradients.get(u)
    if (g === undefined || stops(u) || !u.src.some(s => needed.has(s))) continue
    const rule = gradientRules[u.op] ?? refuse
    rule(u, g).forEach((contribution, k) => {
      const source = u.src[k]
      if (contribution === undefined || !needed.has(source)) return
      const known = gradients.get(source)
      gradients.set(source, known === undefined ? contribution() : add(known, contribution()))
    })
  }
  for (const u of gradients.keys()) if (!targets.has(u)) gradients.delete(u)
  return gradients
}

const stops = (u: UOp): boolean => gradientRules[u.op] === stop

/** Nodes between the root and the targets, sources first; nothing below a target or a stop is looked at. */
function reachable(root: UOp, targets: ReadonlySet<UOp>): readonly UOp[] {
  return toposort(root, u => !stops(u) && !targets.has(u))
}
