import type { MovementOp } from '../op.js'
import { is, type UOp } from '../uop.js'

export type Resolve = (dim: number | UOp) => number

/** The index that stands at a row-major position. */
export function unravel(position: number, shape: readonly number[]): number[] {
  const index = new Array<number>(shape.length)
  let rest = position
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index[axis] = rest % shape[axis]
    rest = (rest - index[axis]) / shape[axis]
  }
  return index
}

export const ravel = (index: readonly number[], shape: readonly number[]): number => index.reduce((at, i, axis) => at * shape[axis] + i, 0)
export const countOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

/**
 * Every movement op is out[i] = x[f(i)]. For each element of the output: the position in x that it comes from, or -1
 * where it is the zero that pad and shear fill with.
 */
export function movementSources(u: UOp<MovementOp>, from: readonly number[], to: readonly number[], resolve: Resolve): number[] {
  const sourceIndex = sourceIndexOf(u, from, resolve)
  return Array.from({ length: countOf(to) }, (_, position) => {
    if (sourceIndex === undefined) return position
    const source = sourceIndex(unravel(position, to))
    return source.every((i, axis) => i >= 0 && i < from[axis]) ? ravel(source, from) : -1
  })
}

/** f of out[i] = x[f(i)]; undefined for reshape, which keeps positions. */
function sourceIndexOf(u: UOp, from: readonly number[], resolve: Resolve): ((index: readonly number[]) => number[]) | undefined {
  if (is(u, 'permute')) return index => from.map((_, axis) => index[u.arg.indexOf(axis)])
  if (is(u, 'expand')) return index => index.map((i, axis) => (from[axis] === 1 ? 0 : i))
  if (is(u, 'flip')) return index => index.map((i, axis) => (u.arg.includes(axis) ? from[axis] - 1 - i : i))
  if (is(u, 'pad')) {
    const before = u.arg.map(([b]) => resolve(b))
    return index => index.map((i, axis) => i - before[axis])
  }
  if (is(u, 'shrink')) {
    const start = u.arg.map(([s]) => resolve(s))
    return index => index.map((i, axis) => i + start[axis])
  }
  if (is(u, 'shear')) {
    const { axis, by, factor, offset } = u.arg
    return index => index.map((i, a) => (a === axis ? i + factor * index[by] + offset : i))
  }
  return undefined
}
