import { is, type UOp } from '@petagrad/ir/graph'

/** Inclusive bounds; infinite where nothing is known. */
interface Interval {
  readonly min: number
  readonly max: number
}

const ANYTHING: Interval = { min: -Infinity, max: Infinity }
const known = new WeakMap<UOp, Interval>()

/** The least value that the offset of an address can have; -Infinity if that is not known. */
export const leastOf = (u: UOp): number => intervalOf(u).min

/**
 * Bounds of an i32 or i64 that counts or addresses. Sums and products do not wrap: codegen gives an index a type that
 * holds it.
 */
function intervalOf(u: UOp): Interval {
  const cached = known.get(u)
  if (cached !== undefined) return cached
  const found = find(u)
  known.set(u, found)
  return found
}

function find(u: UOp): Interval {
  if (is(u, 'const')) return { min: Number(u.arg), max: Number(u.arg) }
  if (is(u, 'variable')) return { min: u.arg.min, max: u.arg.max }
  switch (u.op) {
    case 'range': case 'special': return { min: 0, max: Math.max(intervalOf(u.src[0]).max - 1, 0) }
    case 'after': return intervalOf(u.src[0])
    case 'load': return ofNarrow(u)
    case 'add': return combine(u, (a, b) => a + b)
    case 'mul': return combine(u, (a, b) => (a === 0 || b === 0 ? 0 : a * b))
    case 'neg': {
      const x = intervalOf(u.src[0])
      return { min: -x.max, max: -x.min }
    }
    case 'sub': {
      const [a, b] = u.src.map(intervalOf)
      return { min: a.min - b.max, max: a.max - b.min }
    }
    case 'max': {
      const [a, b] = u.src.map(intervalOf)
      return { min: Math.max(a.min, b.min), max: Math.max(a.max, b.max) }
    }
    case 'where': {
      const [a, b] = u.src.slice(1).map(intervalOf)
      return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) }
    }
    case 'and': {
      const least = u.src.map(intervalOf).filter(x => x.min >= 0)
      return least.length === 0 ? ANYTHING : { min: 0, max: Math.min(...least.map(x => x.max)) }
    }
    case 'div': case 'mod': case 'shr': {
      const x = intervalOf(u.src[0])
      return x.min >= 0 && intervalOf(u.src[1]).min >= 0 ? { min: 0, max: x.max } : ANYTHING
    }
    case 'cast': return u.src[0].dtype.kind === 'bool' ? { min: 0, max: 1 } : u.src[0].dtype.kind === 'float' ? ANYTHING : narrowed(u)
    default: return ANYTHING
  }
}

/** What a dtype of 8 or 16 bits can hold. */
function ofNarrow({ dtype }: UOp): Interval {
  if (dtype.bits > 16) return ANYTHING
  return dtype.kind === 'uint' ? { min: 0, max: 2 ** dtype.bits - 1 } : { min: -(2 ** (dtype.bits - 1)), max: 2 ** (dtype.bits - 1) - 1 }
}

/** A cast between integers keeps a value that its target holds. */
function narrowed(u: UOp): Interval {
  const x = intervalOf(u.src[0])
  return u.dtype.bits === 64 || (x.min >= -(2 ** 31) && x.max < 2 ** 31) ? x : ANYTHING
}

function combine(u: UOp, f: (a: number, b: number) => number): Interval {
  const [a, b] = u.src.map(intervalOf)
  const corners = [f(a.min, b.min), f(a.min, b.max), f(a.max, b.min), f(a.max, b.max)]
  return corners.some(Number.isNaN) ? ANYTHING : { min: Math.min(...corners), max: Math.max(...corners) }
}
