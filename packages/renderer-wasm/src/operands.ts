import { is, isAlu, type UOp } from '@petagrad/ir/graph'
import { lanePicking } from '@petagrad/renderer'
import { withoutOrder, type Place } from './addresses.js'

/** The scalar that all lanes are, or undefined. */
export const splatSource = (u: UOp): UOp | undefined =>
  u.op === 'vectorize' && u.src.every(s => s === u.src[0]) ? u.src[0] : undefined

/** The count of a vector shift as a scalar, where all lanes have the same. */
export function uniformCount(u: UOp): UOp | undefined {
  if ((u.op !== 'shl' && u.op !== 'shr') || u.dtype.lanes === 1) return undefined
  return is(u.src[1], 'const') ? u.src[1] : splatSource(u.src[1])
}

/** `where(x < y, y, x)` on float vectors is the instruction pmax(x, y), and `where(x < y, x, y)` is pmin(y, x), to the bit. */
export interface Selection {
  readonly instruction: 'pmin' | 'pmax'
  readonly operands: readonly [UOp, UOp]
}

export function selectionOf(u: UOp): Selection | undefined {
  if (u.op !== 'where' || u.dtype.lanes === 1 || u.dtype.kind !== 'float' || u.src[0].op !== 'lt') return undefined
  const [x, y] = u.src[0].src
  if (u.src[1] === y && u.src[2] === x) return { instruction: 'pmax', operands: [x, y] }
  if (u.src[1] === x && u.src[2] === y) return { instruction: 'pmin', operands: [y, x] }
  return undefined
}

export const isMemoryAccess = (u: UOp): boolean => (u.op === 'load' || u.op === 'store') && withoutOrder(u.src[0]).dtype.space !== undefined

/** The register that a `load` or `store` is of. */
export function registerOf(u: UOp): UOp<'register'> | undefined {
  if (u.op !== 'load' && u.op !== 'store') return undefined
  const target = withoutOrder(u.src[0])
  return is(target, 'register') ? target : undefined
}

/** The uops whose values an instruction sequence for `u` takes, each as often as it is pushed. */
export function operandsOf(u: UOp, places: ReadonlyMap<UOp, Place>): readonly UOp[] {
  return plainOperands(u, places).map(withoutOrder)
}

function plainOperands(u: UOp, places: ReadonlyMap<UOp, Place>): readonly UOp[] {
  switch (u.op) {
    case 'load': case 'store':
      return isMemoryAccess(u) ? [places.get(u.src[0])?.base ?? u.src[0], ...u.src.slice(1)] : u.src.slice(1)
    case 'index': case 'extract': case 'if': case 'dot': return u.src
    case 'range': return is(u.src[0], 'const') ? [] : u.src
    case 'vectorize': {
      const same = splatSource(u)
      return same !== undefined ? [same] : lanePicking(u)?.vectors ?? u.src
    }
  }
  if (!isAlu(u.op)) return []
  const count = uniformCount(u)
  return selectionOf(u)?.operands ?? (count === undefined ? u.src : [u.src[0], count])
}
