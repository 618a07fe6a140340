import { binary, constant, constantOf, is, openRanges, reduce, remake, toposort, type UOp } from '@petagrad/ir'

/** Above this, f32 does not count exactly. */
const COUNTED = 2 ** 24

/**
 * Takes loops out of reductions whose value they do not change: the sum of n equal terms is n times the term, their
 * maximum the term. Without this a schedule would give lanes to an axis that nothing moves along.
 */
export function withoutSteadyRanges(root: UOp): UOp {
  const done = new Map<UOp, UOp>()
  for (const u of toposort(root)) {
    const src = u.src.map(s => done.get(s) ?? s)
    done.set(u, is(u, 'reduce') ? withoutSteady(u, src) : u.src.length === 0 ? u : remake(u, u.dtype, src))
  }
  return done.get(root) ?? root
}

function withoutSteady(u: UOp<'reduce'>, [value, ...ranges]: readonly UOp[]): UOp {
  const open = openRanges(value)
  const counts = new Map(ranges.filter(r => !open.has(r)).map(r => [r, countOf(r)]))
  const steady = ranges.filter(r => (counts.get(r) ?? 0) > 0)
  const times = steady.reduce((n, r) => n * (counts.get(r) ?? 1), 1)
  if (steady.length === 0 || u.arg === 'mul' || times > COUNTED) return remake(u, u.dtype, [value, ...ranges])
  const rest = reduce(u.arg, value, ranges.filter(r => !steady.includes(r)))
  return u.arg === 'max' ? rest : binary('mul', rest, constant(constantOf(times, u.dtype), u.dtype))
}

/** How often a loop runs, where that is known; 0 else. */
const countOf = (range: UOp): number => (is(range.src[0], 'const') ? Number(range.src[0].arg) : 0)
