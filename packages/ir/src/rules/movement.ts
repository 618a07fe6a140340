import type { Dim } from '../op.js'
import { p, rule } from '../rewrite/pattern.js'
import { sameShape, shapeOf } from '../shape.js'
import { indexAdd } from '../symbolic/index.js'
import { uop, uopDim, type UOp } from '../uop.js'

const sum = (a: Dim, b: Dim): Dim => uopDim(indexAdd(a, b))

const keepsShape = ({ x, u }: { readonly x: UOp; readonly u: UOp }): boolean => sameShape(shapeOf(x), shapeOf(u))
const isInOrder = ({ u }: { readonly u: UOp<'permute'> }): boolean => u.arg.every((axis, i) => axis === i)
const padsNothing = ({ u }: { readonly u: UOp<'pad'> }): boolean => u.arg.every(([before, after]) => before === 0 && after === 0)
const keepsAll = ({ x, u }: { readonly x: UOp; readonly u: UOp<'shrink'> }): boolean =>
  u.arg.every(([start, end], i) => start === 0 && end === shapeOf(x)[i])
const shearsNothing = ({ x, u }: { readonly x: UOp; readonly u: UOp<'shear'> }): boolean =>
  u.arg.factor === 0 && u.arg.offset === 0 && u.arg.size === shapeOf(x)[u.arg.axis]
const reducesNothing = ({ u }: { readonly u: UOp<'reduce_axis'> }): boolean => u.arg.axes.length === 0
/** The shrink takes back exactly what the pad put around. */
const undoesPad = ({ x, v, u }: { readonly x: UOp; readonly v: UOp<'pad'>; readonly u: UOp<'shrink'> }): boolean =>
  u.arg.every(([start, end], i) => start === v.arg[i][0] && end === sum(start, shapeOf(x)[i]))

const flipOf = (x: UOp, axes: readonly number[]): UOp => (axes.length === 0 ? x : uop('flip', x.dtype, [x], axes))
const union = (a: readonly number[], b: readonly number[]): number[] => ascending([...new Set([...a, ...b])])
const ascending = (axes: readonly number[]): number[] => [...axes].sort((a, b) => a - b)

/** Views of views are one view, and a view that changes nothing is none. */
export const movement = [
  rule('reshape-same', p.reshape(p.any('x')).as('u').where(keepsShape), ({ x }) => x), // x.reshape(x.shape) -> x
  rule('reshape-reshape', p.reshape(p.reshape(p.any('x'))).as('u'),
    ({ x, u }) => uop('reshape', u.dtype, [x], u.arg)), // x.reshape(s).reshape(t) -> x.reshape(t)
  rule('permute-same', p.permute(p.any('x')).as('u').where(isInOrder), ({ x }) => x), // x.permute(0, 1, 2) -> x
  rule('permute-permute', p.permute(p.permute(p.any('x')).as('v')).as('u'),
    ({ x, v, u }) => uop('permute', u.dtype, [x], u.arg.map(axis => v.arg[axis]))), // x.permute(a).permute(b) -> x.permute(a after b)
  rule('expand-same', p.expand(p.any('x')).as('u').where(keepsShape), ({ x }) => x), // x.expand(x.shape) -> x
  rule('expand-expand', p.expand(p.expand(p.any('x'))).as('u'),
    ({ x, u }) => uop('expand', u.dtype, [x], u.arg)), // x.expand(s).expand(t) -> x.expand(t)
  rule('pad-nothing', p.pad(p.any('x')).as('u').where(padsNothing), ({ x }) => x), // x.pad(0, 0) -> x
  rule('pad-pad', p.pad(p.pad(p.any('x')).as('v')).as('u'), ({ x, v, u }) =>
    uop('pad', u.dtype, [x], u.arg.map(([before, after], i) => [sum(before, v.arg[i][0]), sum(after, v.arg[i][1])] as const)),
  ), // x.pad(a, b).pad(c, d) -> x.pad(a + c, b + d)
  rule('shrink-all', p.shrink(p.any('x')).as('u').where(keepsAll), ({ x }) => x), // x.shrink(0, n) -> x
  rule('shrink-shrink', p.shrink(p.shrink(p.any('x')).as('v')).as('u'), ({ x, v, u }) =>
    uop('shrink', u.dtype, [x], u.arg.map(([start, end], i) => [sum(start, v.arg[i][0]), sum(end, v.arg[i][0])] as const)),
  ), // x.shrink(a, b).shrink(c, d) -> x.shrink(a + c, a + d)
  rule('shrink-pad', p.shrink(p.pad(p.any('x')).as('v')).as('u').where(undoesPad), ({ x }) => x), // x.pad(a, b).shrink(a, a + n) -> x
  rule('flip-single', p.flip(p.any('x')).as('u'), ({ x, u }) => {
    const shape = shapeOf(x)
    const axes = u.arg.filter(axis => shape[axis] !== 1)
    return axes.length < u.arg.length ? flipOf(x, axes) : undefined
  }), // x.flip(axis) -> x where the axis has one element
  rule('flip-nothing', p.flip(p.any('x')).as('u'), ({ x, u }) => (u.arg.length === 0 ? x : undefined)), // x.flip() -> x
  rule('flip-flip', p.flip(p.flip(p.any('x')).as('v')).as('u'), ({ x, v, u }) => {
    const once = [...u.arg.filter(axis => !v.arg.includes(axis)), ...v.arg.filter(axis => !u.arg.includes(axis))]
    return flipOf(x, ascending(once))
  }), // x.flip(a).flip(b) -> x.flip(a xor b)
  rule('shear-nothing', p.shear(p.any('x')).as('u').where(shearsNothing), ({ x }) => x), // x[i + 0 * j + 0] -> x
  rule('reduce-no-axis', p.reduceAxis(p.any('x')).as('u').where(reducesNothing), ({ x }) => x), // x.sum() over no axis -> x
  rule('reduce-reduce', p.reduceAxis(p.reduceAxis(p.any('x')).as('v')).of('bool', 'int', 'uint').as('u'), ({ x, v, u }) =>
    u.arg.alu === v.arg.alu ? uop('reduce_axis', u.dtype, [x], { alu: u.arg.alu, axes: union(v.arg.axes, u.arg.axes) }) : undefined,
  ), // x.sum(a).sum(b) -> x.sum(a, b) of integers
  rule('contiguous-contiguous', p.contiguous(p.op('contiguous', 'buffer').as('x')), ({ x }) => x), // x in memory, in memory -> x in memory
  rule('detach-detach', p.detach(p.op('detach', 'const', 'iota').as('x')),
    ({ x }) => x), // x without gradient, without gradient -> x without gradient
]
