import { is, toposort, type UOp } from '@petagrad/ir'
import { replaceAxes } from './nest.js'

type Link = readonly UOp[]

/**
 * Lets a nest of a chain store over what it reads: where each element depends on the same element of an array that nobody
 * reads afterwards, the two arrays are one. Scores, their exponentials and the weights then take one row, not three.
 */
export function storeInPlace(links: readonly Link[]): readonly Link[] {
  let current = links
  for (let i = 0; i < current.length - 1; i++) {
    const [stored, ...others] = current[i]
    const target = stored.src[0].src[0]
    if (others.length > 0 || !is(target, 'scratch')) continue
    const source = elementsReadBy(stored).find(a => a !== target && a.arg.size === target.arg.size && a.dtype === target.dtype
      && !current.slice(i + 1).some(later => loadsOf(later, a).length > 0)
      && loadsOf(current[i], a).every(load => load.src[0].src[1] === stored.src[0].src[1]))
    if (source === undefined) continue
    const map = new Map<UOp, UOp>([[target, source]])
    current = current.map((link, j) => (j < i ? link : replaceAxes(link, map)))
  }
  return current
}

const elementsReadBy = (stored: UOp): UOp<'scratch'>[] =>
  [...new Set(toposort(stored.src[1]).flatMap(u => (u.op === 'load' ? [u.src[0].src[0]] : [])))].filter((a): a is UOp<'scratch'> => is(a, 'scratch'))

const loadsOf = (link: Link, array: UOp): UOp[] => toposort(link).filter(u => u.op === 'load' && u.src[0].src[0] === array)
