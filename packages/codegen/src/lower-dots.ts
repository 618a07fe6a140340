import { binary, cast, extract, is, toposort, withSrc, type DType, type UOp } from '@petagrad/ir'
import type { Capabilities, DotUnit } from '@petagrad/renderer'
import { isDotTerm } from './dot-product.js'

/** The declared unit that computes this `dot`. */
const unitFor = (u: UOp<'dot'>, { dots = [] }: Capabilities): DotUnit | undefined => {
  const [a, b] = u.src.map(s => s.dtype.scalar.name)
  const { scalar, lanes } = u.dtype
  const terms = u.src[0].dtype.lanes / lanes
  const fits = (d: DotUnit) => (d.a === a && d.b === b) || (d.a === b && d.b === a)
  return dots.find(d => d.sum === scalar.name && d.terms === terms && d.lanes.includes(lanes) && fits(d))
}

/** Whether it is the factors of one lane of a dot: read as one, and repeated for all lanes. */
export const isDotGroup = (dtype: DType, { dots = [] }: Capabilities): boolean =>
  dots.some(d => d.terms === dtype.lanes && (d.a === dtype.scalar.name || d.b === dtype.scalar.name))

/** Puts the factors of each `dot` in the order of the unit that computes it; what no unit does becomes products and sums. */
export function lowerDots(stores: readonly UOp[], capabilities: Capabilities): UOp[] {
  const done = new Map<UOp, UOp>()
  for (const u of toposort(stores)) {
    const node = u.src.length === 0 ? u : withSrc(u, u.src.map(s => done.get(s) ?? s))
    done.set(u, is(node, 'dot') ? lowered(node, unitFor(node, capabilities)) : node)
  }
  return stores.map(s => done.get(s) ?? s)
}

function lowered(u: UOp<'dot'>, unit: DotUnit | undefined): UOp {
  const [a, b, sum] = u.src
  if (unit !== undefined) return a.dtype.scalar.name === unit.a ? u : withSrc(u, [b, a, sum])
  const terms = a.dtype.lanes / u.dtype.lanes
  const factor = (x: UOp, term: number): UOp =>
    cast('cast', extract(x, Array.from({ length: u.dtype.lanes }, (_, lane) => lane * terms + term)), u.dtype.scalar)
  const products = Array.from({ length: terms }, (_, term) => binary('mul', factor(a, term), factor(b, term)))
  return (isDotTerm(u) ? products : [sum, ...products]).reduce((total, x) => binary('add', total, x))
}
