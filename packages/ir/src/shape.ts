import { PetagradError } from './errors.js'
import type { Dim } from './op.js'
import { indexAdd, indexMul, indexSub } from './symbolic/index.js'
import { is, uopDim, type UOp } from './uop.js'

export type Shape = readonly Dim[]

/** Kept in the node: it is asked for again and again. */
type Known = UOp & { shape: Shape | undefined }
const knownOf = (u: UOp): Shape | undefined => (u as Known).shape // every uop is a Node of uop.ts, which has this field
const SCALAR: Shape = Object.freeze([])

/**
 * The shape of a tensor-level uop. Element-wise operands must already have equal shapes: broadcasting is the tensor
 * package's job, by reshape and expand.
 */
export function shapeOf(u: UOp): Shape {
  const shape = knownOf(u)
  if (shape !== undefined) return shape
  // Deep graphs would overflow the stack, so sources that are not known yet are done first, iteratively.
  const stack = [u]
  while (stack.length > 0) {
    const top = stack[stack.length - 1]
    const before = stack.length
    if (knownOf(top) === undefined) {
      const { src } = top
      for (let i = 0; i < src.length; i++) if (knownOf(src[i]) === undefined) stack.push(src[i])
      if (stack.length > before) continue
      const node = top as Known
      node.shape = infer(top)
    }
    stack.pop()
  }
  return knownOf(u) ?? SCALAR
}

const src0 = (u: UOp): Shape => knownOf(u.src[0]) ?? SCALAR

function infer(u: UOp): Shape {
  if (is(u, 'buffer')) return [u.arg.size]
  if (is(u, 'iota')) return [u.arg.size]
  if (is(u, 'reshape') || is(u, 'expand')) return u.arg
  if (is(u, 'permute')) {
    const s = src0(u)
    return u.arg.map(i => s[i])
  }
  if (is(u, 'pad')) return src0(u).map((d, i) => addDims(addDims(d, u.arg[i][0]), u.arg[i][1]))
  if (is(u, 'shrink')) return u.arg.map(([a, b]) => subDims(b, a))
  if (is(u, 'shear')) return src0(u).map((d, i) => (i === u.arg.axis ? u.arg.size : d))
  if (is(u, 'reduce_axis')) return src0(u).map((d, i) => (u.arg.axes.includes(i) ? 1 : d))
  if (is(u, 'sort') || is(u, 'argsort')) return src0(u).map((d, i) => (i === u.arg.axis ? u.arg.count : d))
  if (is(u, 'scatter') || is(u, 'place')) return [...src0(u).slice(0, u.arg.axis), u.arg.size]
  if (is(u, 'scan_axis')) return src0(u)
  if (is(u, 'gather')) return [...(knownOf(u.src[1]) ?? SCALAR), ...src0(u).slice(1)]
  switch (u.op) {
    case 'flip': case 'contiguous': case 'copy': case 'detach': case 'assign':
      return src0(u)
    case 'sink': case 'kernel': case 'store': case 'param': case 'scratch': case 'register': case 'range': case 'variable': case 'const':
      return SCALAR
  }
  const first = src0(u)
  for (const s of u.src) {
    if (!sameShape(first, knownOf(s) ?? SCALAR)) {
      throw new PetagradError('SHAPE_MISMATCH', 'operands differ in shape', { op: u.op, shapes: u.src.map(x => shapeNames(knownOf(x) ?? SCALAR)) })
    }
  }
  return first
}

/** Symbolic dimensions are interned, so equal means identical. */
export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
export const shapeNames = (s: Shape): (number | string)[] => s.map(d => (typeof d === 'number' ? d : `%${d.id}`))

/** Number of elements; a number when every dimension is. */
export function elementCount(shape: Shape): Dim {
  let fixed = 1
  let symbolic: UOp | undefined
  for (const d of shape) {
    if (typeof d === 'number') fixed *= d
    else symbolic = symbolic === undefined ? d : indexMul(symbolic, d)
  }
  return symbolic === undefined ? fixed : uopDim(indexMul(symbolic, fixed))
}

const addDims = (a: Dim, b: Dim): Dim => uopDim(indexAdd(a, b))
const subDims = (a: Dim, b: Dim): Dim => uopDim(indexSub(a, b))
