import { constant, dot, is, isInteger, isPointer, vector, type DType, type UOp } from '@petagrad/ir'
import { extentOf, nodesOf, type Axis, type Nest } from './nest.js'

/** An integer of a machine that another one holds all values of. */
export const widensTo = (from: DType, to: DType): boolean =>
  isInteger(from) && isInteger(to) && from.kind !== 'index' && to.kind !== 'index' && !isPointer(from) &&
  from.bits < to.bits && (to.kind === 'int' || from.kind === 'uint')

/** The narrow integers whose products a reduction sums, each converted before: what a dot product unit takes. */
export function factorsOf(u: UOp<'reduce'>): readonly [UOp, UOp] | undefined {
  const [product] = u.src
  if (u.arg !== 'add' || product.op !== 'mul' || !isInteger(u.dtype) || u.dtype.kind === 'index') return undefined
  const [x, y] = product.src.map(f => (f.op === 'cast' && widensTo(f.src[0].dtype, u.dtype) ? f.src[0] : undefined))
  return x === undefined || y === undefined ? undefined : [x, y]
}

/** Sums of products by themselves; `isDotTerm` finds them where they can be added to something. */
export const dotTerm = ([a, b]: readonly UOp[], dtype: DType, lanes: number): UOp => dot(a, b, constant(0, vector(dtype, lanes)))

export const isDotTerm = (u: UOp): boolean => u.op === 'dot' && is(u.src[2], 'const') && Number(u.src[2].arg) === 0

/** Whether what each dot axis sums is what a unit sums. */
export const keepsDots = (nest: Nest): boolean => !nest.order.some(a => a.arg.kind === 'dot') || nodesOf(nest).every(u =>
  !is(u, 'reduce') || factorsOf(u) !== undefined || !u.src.some(r => is(r, 'range') && r.arg.kind === 'dot'))

/** Whether all that closes the axis are sums of products of integers, with no other axis that a unit sums. */
export const mayBeDot = (nest: Nest, axis: Axis): boolean => extentOf(axis) > 1 && nodesOf(nest).every(u => !u.src.includes(axis) || u.op !== 'reduce' || (
  is(u, 'reduce') && factorsOf(u) !== undefined && u.src.slice(1).every(r => !is(r, 'range') || r.arg.kind !== 'dot')))
