import { constantOf, evalAlu, is, isAlu, toposort, type ConstValue, type UOp } from '../../../../packages/ir/src/index.js'

/** A value per lane. */
export type Lanes = readonly ConstValue[]

/** What the opaque nodes of a sample (loads) hold. */
export type Environment = ReadonlyMap<UOp, Lanes>

/** Raised where the definition leaves the result open: the bits of a NaN. */
export class OpenResult extends Error {}

/** The nodes that an environment gives values to. */
export const opaqueNodes = (roots: readonly UOp[]): UOp[] => toposort(roots).filter(u => u.op === 'load' && u.src.length === 1)

/**
 * The value of an expression of scalars and vectors, lane by lane; of a store, what it stores.
 *
 * @throws OpenResult where a NaN's bits are asked for.
 */
export function evaluate(root: UOp, environment: Environment): Lanes {
  const known = new Map<UOp, Lanes>(environment)
  const lanesOf = (u: UOp): Lanes => {
    const lanes = known.get(u)
    if (lanes === undefined) throw new Error(`no value for ${u.op}`)
    return lanes
  }
  for (const u of toposort(root, n => !environment.has(n))) if (!known.has(u)) known.set(u, lanesFor(u, lanesOf, environment))
  return lanesOf(root)
}

function lanesFor(u: UOp, lanesOf: (u: UOp) => Lanes, environment: Environment): Lanes {
  const each = Array.from({ length: u.dtype.lanes }, (_, i) => i)
  if (is(u, 'const')) return each.map(() => constantOf(u.arg, u.dtype))
  if (u.op === 'register') return []
  if (u.op === 'vectorize') return u.src.map(s => lanesOf(s)[0])
  if (is(u, 'extract')) return u.arg.map(lane => lanesOf(u.src[0])[lane])
  if (u.op === 'after') return lanesOf(u.src[0])
  if (u.op === 'store') return u.src.length < 3 || lanesOf(u.src[2])[0] === true ? lanesOf(u.src[1]) : []
  if (u.op === 'load') return lanesOf(u.src[2])[0] === true ? ungated(u, environment) : lanesOf(u.src[1])
  const { op } = u
  if (!isAlu(op)) throw new Error(`cannot evaluate ${op}`)
  return each.map(lane => {
    const operands = u.src.map(s => lanesOf(s)[lane])
    if (op === 'bitcast' && operands.some(Number.isNaN)) throw new OpenResult()
    return evalAlu(op, u.dtype.scalar, operands, u.src.map(s => s.dtype.scalar))
  })
}

/** What a gated load reads where its gate is open: the same place's value. */
function ungated(u: UOp, environment: Environment): Lanes {
  for (const [node, lanes] of environment) if (node.src[0] === u.src[0] && node.dtype === u.dtype) return lanes
  throw new Error('no value for a gated load')
}
