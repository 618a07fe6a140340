import { is, isAlu, toposort, type UOp } from '@petagrad/ir'
import { accessesOf, gateMoves, moves, strideOf, type Access } from '../access.js'
import { closedAxes, extentOf, isFixed, type Axis, type Nest } from '../nest.js'
import { soleLoad, tileOf, tileSize } from '../stage.js'

/** One load of a contraction's innermost body. */
export interface Operand {
  readonly access: Access
  /** The argument, when this is its only load: then it can be staged. */
  readonly slot: number | undefined
  /** Output and reduction axes that change the address or the gate. */
  readonly moves: ReadonlySet<Axis>
  /** Output axes along which a vector of it can be loaded: consecutive, with one gate for all lanes. */
  readonly consecutive: ReadonlySet<Axis>
  readonly gated: boolean
  /** What reads it needs a packed copy; default false. */
  readonly mustPack?: boolean
  /** A packed copy is made element by element, whatever lies side by side; default false. */
  readonly packsSingly?: boolean
  /** Elements between neighbours along the innermost long reduction axis; undefined when it is not moved linearly. */
  readonly step: number | undefined
  /** Elements that a packed copy of all of it has. */
  readonly elements: number
}

/** A nest whose reductions multiply operands that move along different output axes. */
export interface Contraction {
  readonly operands: readonly Operand[]
  readonly stores: readonly Access[]
  /** Loads of what is done with the sums. */
  readonly epilogue: readonly Access[]
  readonly outputs: readonly Axis[]
  /** Outermost first. */
  readonly reduced: readonly Axis[]
  /** Reductions that share the loops. */
  readonly sums: number
  /** Arithmetic per point besides the accumulation. */
  readonly extra: number
}

/** Reduction loops of at most so many iterations are windows. */
export const SMALL_WINDOW = 8

/** What the nest is as a contraction; undefined if no two operands move along different output axes. */
export function contractionOf(nest: Nest): Contraction | undefined {
  const nodes = toposort(nest.stores)
  const sums = nodes.filter(u => is(u, 'reduce'))
  if (sums.length === 0 || nest.order.some(a => !isFixed(a))) return undefined
  const closed = closedAxes(nest, 'reduce')
  const outputs = nest.order.filter(a => !closed.has(a))
  const reduced = nest.order.filter(a => closed.has(a))
  const long = [...reduced].reverse().find(a => extentOf(a) > SMALL_WINDOW) ?? reduced[reduced.length - 1]
  const inBody = new Set(toposort(sums.map(r => r.src[0])))
  const accesses = accessesOf(nest)
  const operands = accesses.filter(a => !a.isStore && inBody.has(a.node)).map(a => operandOf(nest, a, outputs, long))
  if (operands.length < 2 || !operands.some((a, i) => operands.some((b, j) => i !== j && movesApart(a, b, outputs)))) return undefined
  const fused = new Set(sums.map(r => r.src[0]))
  const extra = [...inBody].filter(u => isAlu(u.op) && u.dtype.kind !== 'index' && u.dtype.kind !== 'bool' && !fused.has(u)).length
  const [stores, epilogue] = [accesses.filter(a => a.isStore), accesses.filter(a => !a.isStore && !inBody.has(a.node))]
  return { operands, stores, epilogue, outputs, reduced, sums: sums.length, extra }
}

function operandOf(nest: Nest, access: Access, outputs: readonly Axis[], long: Axis): Operand {
  const pointer: UOp = access.node.src[0].src[0]
  const slot = is(pointer, 'param') && soleLoad(nest, pointer.arg.slot) === access.node ? pointer.arg.slot : undefined
  return {
    access,
    slot,
    moves: new Set(nest.order.filter(a => moves(access, a))),
    consecutive: new Set(outputs.filter(a => strideOf(access, a) === 1 && !gateMoves(access, a))),
    gated: access.gate !== undefined,
    step: strideOf(access, long),
    elements: tileSize(tileOf(nest, access.node, nest.order) ?? []),
  }
}

function movesApart(a: Operand, b: Operand, outputs: readonly Axis[]): boolean {
  const long = outputs.filter(x => extentOf(x) > 1)
  return long.some(x => a.moves.has(x) && !b.moves.has(x)) && long.some(x => b.moves.has(x) && !a.moves.has(x))
}
