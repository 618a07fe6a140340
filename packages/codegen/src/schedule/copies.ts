import { is, linearForm, openRanges, toposort, type UOp } from '@petagrad/ir'
import { extentOf, nodesOf, type Axis, type Nest } from '../nest.js'
import type { NestBuilder } from './builder.js'

/**
 * Makes vectors of a staged copy's innermost axis, along which the operand is consecutive. What lies outside the operand at
 * either end, and is filled in, gets loops of its own.
 */
export function copyInVectors(nest: NestBuilder, axis: number, widths: readonly number[]): void {
  const extent = extentOf(nest.axis(axis))
  const { from, to } = insideOf(nest.current, nest.axis(axis))
  if (widestOf(widths, to - from) === undefined) return
  if (to < extent) nest.peel(axis, to)
  const inside = from > 0 ? nest.peel(axis, from) : axis
  const lanes = widestOf(widths, to - from)
  const gate = gateOf(nest.current, nest.axis(inside))
  if (lanes === undefined || (gate !== undefined && openRanges(gate).has(nest.axis(inside)))) return
  nest.apply({ kind: 'as', axis: lanes === to - from ? inside : nest.cover(inside, lanes), how: 'lane' })
}

/** The width that needs the fewest vectors; the narrowest of those. */
export function widestOf(widths: readonly number[], extent: number): number | undefined {
  const fit = widths.filter(w => w <= extent)
  const fewest = Math.min(...fit.map(w => Math.ceil(extent / w)))
  return fit.filter(w => Math.ceil(extent / w) === fewest).sort((a, b) => a - b)[0]
}

function gateOf(nest: Nest, axis: Axis): UOp | undefined {
  const copy = nodesOf(nest).find(u => u.op === 'end' && u.src.includes(axis))
  const loads = copy === undefined ? [] : toposort([copy.src[0].src[1]]).filter(u => is(u, 'load'))
  return loads.length === 1 ? (loads[0].src[2] as UOp | undefined) : undefined
}

/** The iterations of a copy's axis that read what is there, as far as comparisons of this axis alone tell. */
function insideOf(nest: Nest, axis: Axis): { readonly from: number; readonly to: number } {
  let [from, to] = [0, extentOf(axis)]
  const gate = gateOf(nest, axis)
  for (const u of gate === undefined ? [] : conjuncts(gate)) {
    if (u.op !== 'lt') continue
    const [left, right] = u.src.map(linearForm)
    const terms = new Set([...left.terms.keys(), ...right.terms.keys()])
    const step = (left.terms.get(axis) ?? 0) - (right.terms.get(axis) ?? 0)
    if (terms.size !== 1 || step === 0) continue
    const room = right.constant - left.constant // step * axis < room
    if (step > 0) to = Math.min(to, Math.ceil(room / step))
    else from = Math.max(from, Math.floor(room / step) + 1)
  }
  return { from, to: Math.max(from, to) }
}

function conjuncts(gate: UOp): readonly UOp[] {
  return gate.op === 'and' ? gate.src.flatMap(conjuncts) : [gate]
}
