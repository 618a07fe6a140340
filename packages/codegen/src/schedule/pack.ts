import { dtypes, indexConst, indexSub, linearForm, openRanges, type UOp } from '@petagrad/ir'
import type { Capabilities } from '@petagrad/renderer'
import { extentOf, replaceAxes, type Axis } from '../nest.js'
import { soleLoad, stagedBytes, tileOf } from '../stage.js'
import type { NestBuilder } from './builder.js'
import type { Operand } from './contraction-facts.js'
import type { Role, Work } from './contraction-work.js'
import { copyInVectors } from './copies.js'
import { interleaveGroups } from './dot-units.js'
import { laneWidths } from './tile-search.js'

/** Elements of a cache line, read one after another while packing what is consecutive along the sums. */
const LINE = 16

/** Copies an operand, packed, as far out as the copy stays within the budget; inside of the columns' loop at the latest. */
export function pack({ nest, tile, roles, capabilities, dot }: Work, o: Operand, budget: number, lines: number | undefined): void {
  const as = o.slot === undefined ? undefined : dot?.widened.get(o.slot)
  const read = o.slot === undefined ? undefined : soleLoad(nest.current, o.slot)
  if (o.slot === undefined || read === undefined) return
  const { order } = nest.current
  const role = (i: number) => roles.get(order[i].arg.axis)
  const onColumn = o.moves.has(tile.column)
  const around: readonly (Role | undefined)[] = onColumn ? ['task', 'shared', 'block', 'column'] : ['task', 'shared', 'block', 'column', 'row']
  const innermost = order.findLastIndex((_, i) => around.includes(role(i)))
  for (let i = Math.max(0, order.findLastIndex((_, k) => role(k) === 'task')); i <= innermost; i++) {
    const packed = tileOf(nest.current, read, order.slice(i + 1))
    if (packed === undefined) return
    // A loop that the operand moves along makes no copy twice: inside of it the copy is smaller, and used sooner.
    const next = order.slice(i + 1, innermost + 1).find(a => roles.has(a.arg.axis))
    if (dot !== undefined && next !== undefined && order[i].arg.axis !== lines && openRanges(read).has(next)) continue
    if (stagedBytes(packed, read, as && dtypes[as]) > (i === innermost ? capabilities.scratch.private / 2 : budget)) continue
    const offset = read.src[0].src[1]
    const steps = packed.map(d => Math.min(...d.loops.map(a => Math.abs(firstStep(offset, a)))))
    const copies = nest.stage(o.slot, order[i].arg.axis, as)
    if (dot !== undefined && interleaveGroups(nest, copies, read, as, capabilities)) return
    copyInOrder(nest, copies, steps, capabilities)
    return
  }
}

/** Elements from the first iteration of an axis to its second. */
function firstStep(offset: UOp, axis: Axis): number {
  const at = (n: number): UOp => replaceAxes([offset], new Map<UOp, UOp>([[axis, indexConst(n)]]))[0]
  const others = new Map<UOp, UOp>([...openRanges(offset)].filter(r => r !== axis).map(r => [r, indexConst(0)]))
  return linearForm(replaceAxes([indexSub(at(1), at(0))], others)[0]).constant
}

/**
 * Vectors where the innermost dimension of the copy is consecutive in memory, and what is farther apart farther out; else
 * whole cache lines of the dimension that is consecutive, one after another. `steps` are elements between neighbours.
 */
function copyInOrder(nest: NestBuilder, copies: readonly number[], steps: readonly number[], capabilities: Capabilities): void {
  const last = copies.length - 1
  if (last < 0) return
  if (steps[last] === 1) {
    const sorted = copies.slice(0, -1).map((n, i) => ({ n, step: steps[i] })).sort((a, b) => b.step - a.step).map(({ n }) => n)
    const order = nest.current.order.map(a => a.arg.axis)
    const at = order.indexOf(copies[0])
    const wanted = [...order.slice(0, at), ...sorted, ...order.slice(at + sorted.length)]
    if (wanted.some((n, i) => n !== order[i])) nest.apply({ kind: 'reorder', order: wanted })
    copyInVectors(nest, copies[last], laneWidths(nest.current, capabilities))
    return
  }
  const line = steps.lastIndexOf(1)
  if (line < 0) return
  const inner = extentOf(nest.axis(copies[line])) > LINE ? nest.cover(copies[line], LINE) : copies[line]
  const order = nest.current.order.map(a => a.arg.axis)
  const at = order.indexOf(copies[last])
  nest.apply({ kind: 'reorder', order: [...order.slice(0, at + 1).filter(n => n !== inner), inner, ...order.slice(at + 1)] })
}
