import {
  boolAnd, dimUOp, indexAdd, indexConst, indexFloorDiv, indexFloorMod, indexGe, indexLt, indexMul, indexSub, is, shapeOf,
  type Dim, type Shape, type UOp,
} from '@petagrad/ir'

/** Where an element of a movement op's result comes from. */
export interface Origin {
  readonly index: readonly UOp[]
  /** Set when the element may lie outside the source: it is zero where this is false. */
  readonly gate: UOp | undefined
}

const ZERO = indexConst(0)
const TRUE_GATE = undefined

/** The element of `u.src[0]` that element `index` of the movement op `u` is. */
export function originOf(u: UOp, index: readonly UOp[]): Origin {
  if (is(u, 'reshape')) return { index: reshapeIndex(shapeOf(u.src[0]), u.arg, index), gate: TRUE_GATE }
  if (is(u, 'permute')) {
    const source: UOp[] = []
    u.arg.forEach((from, to) => { source[from] = index[to] })
    return { index: source, gate: TRUE_GATE }
  }
  if (is(u, 'expand')) {
    const inner = shapeOf(u.src[0])
    return { index: index.map((x, i) => (inner[i] === u.arg[i] ? x : ZERO)), gate: TRUE_GATE }
  }
  if (is(u, 'flip')) {
    const shape = shapeOf(u)
    return { index: index.map((x, i) => (u.arg.includes(i) ? indexSub(indexSub(shape[i], 1), x) : x)), gate: TRUE_GATE }
  }
  if (is(u, 'shrink')) return { index: index.map((x, i) => indexAdd(x, u.arg[i][0])), gate: TRUE_GATE }
  if (is(u, 'pad')) {
    const inner = shapeOf(u.src[0])
    let gate: UOp | undefined
    const source = index.map((x, i) => {
      const [before, after] = u.arg[i]
      if (before === 0 && after === 0) return x
      const at = indexSub(x, before)
      gate = andGate(gate, inside(at, inner[i]))
      return at
    })
    return { index: source, gate }
  }
  if (is(u, 'shear')) {
    const { axis, by, factor, offset } = u.arg
    const at = indexAdd(indexAdd(index[axis], indexMul(index[by], factor)), offset)
    return { index: index.map((x, i) => (i === axis ? at : x)), gate: andGate(undefined, inside(at, shapeOf(u.src[0])[axis])) }
  }
  throw new TypeError(`${u.op} is not a movement op`)
}

/** Conjunction of optional gates; `undefined` is always true. */
export function andGate(a: UOp | undefined, b: UOp | undefined): UOp | undefined {
  if (a === undefined || isTrue(a)) return b === undefined || isTrue(b) ? undefined : b
  if (b === undefined || isTrue(b)) return a
  const both = boolAnd(a, b)
  return isTrue(both) ? undefined : both
}

const isTrue = (u: UOp): boolean => is(u, 'const') && u.arg === true
export const inside = (at: UOp, extent: Dim): UOp => boolAnd(indexGe(at, 0), indexLt(at, extent))

/** Row-major offset of `index` in `shape`. */
export function flatten(shape: Shape, index: readonly UOp[]): UOp {
  let offset: UOp = ZERO
  let stride: Dim = 1
  for (let i = shape.length - 1; i >= 0; i--) {
    offset = indexAdd(offset, indexMul(index[i], stride))
    stride = i === 0 ? stride : mulDims(stride, shape[i])
  }
  return offset
}

/** The index in `shape` of row-major offset `offset`. */
export function unflatten(shape: Shape, offset: UOp): UOp[] {
  const index: UOp[] = []
  let rest = offset
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] === 1) index[i] = ZERO
    else if (i === 0) index[i] = rest
    else {
      index[i] = indexFloorMod(rest, shape[i])
      rest = indexFloorDiv(rest, shape[i])
    }
  }
  return index
}

/*
 * A reshape is cut where the products of leading dimensions agree, so that only the dimensions that really mix are
 * flattened and split again.
 */
function reshapeIndex(from: Shape, to: Shape, index: readonly UOp[]): UOp[] {
  const source: UOp[] = []
  let i = 0
  let j = 0
  while (i < from.length || j < to.length) {
    const i0 = i
    const j0 = j
    let a: Dim = i < from.length ? from[i++] : 1
    let b: Dim = j < to.length ? to[j++] : 1
    while (a !== b) {
      const growFrom = typeof a === 'number' && typeof b === 'number' ? a < b : i - i0 <= j - j0
      if (growFrom && i < from.length) a = mulDims(a, from[i++])
      else if (j < to.length) b = mulDims(b, to[j++])
      else if (i < from.length) a = mulDims(a, from[i++])
      else break
    }
    const cut = from.slice(i0, i)
    if (cut.length === 1 && j - j0 === 1) source.push(from[i0] === 1 ? ZERO : index[j0])
    else source.push(...unflatten(cut, flatten(to.slice(j0, j), index.slice(j0, j))))
  }
  return source
}

function mulDims(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a * b
  const product = indexMul(dimUOp(a), dimUOp(b))
  return is(product, 'const') ? Number(product.arg) : product
}
