import { dtypes } from '../dtype.js'
import type { Dim } from '../op.js'
import { dimUOp, is, uop, type UOp } from '../uop.js'

const both = (op: 'add' | 'sub' | 'mul', a: Dim, b: Dim, f: (x: number, y: number) => number): UOp => {
  const x = dimUOp(a), y = dimUOp(b)
  if (is(x, 'const') && is(y, 'const')) return dimUOp(f(Number(x.arg), Number(y.arg)))
  return uop(op, dtypes.index, [x, y])
}
export const indexAdd = (a: Dim, b: Dim): UOp => both('add', a, b, (x, y) => x + y)
export const indexSub = (a: Dim, b: Dim): UOp => both('sub', a, b, (x, y) => x - y)
export const indexMul = (a: Dim, b: Dim): UOp => both('mul', a, b, (x, y) => x * y)
