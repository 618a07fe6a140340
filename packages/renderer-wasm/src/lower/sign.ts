import { is, type UOp } from '@petagrad/ir'

const known = new WeakMap<UOp, boolean>()

/**
 * Whether the offset of an address is known never to be negative. Its sums and products do not wrap: codegen gives an
 * index a type that holds it.
 */
export function isNonNegative(u: UOp | undefined): boolean {
  if (u === undefined) return false
  const cached = known.get(u)
  if (cached !== undefined) return cached
  const answer = find(u)
  known.set(u, answer)
  return answer
}

function find(u: UOp): boolean {
  if (is(u, 'const')) return Number(u.arg) >= 0
  if (is(u, 'variable')) return u.arg.min >= 0
  switch (u.op) {
    case 'range': case 'special': return true
    case 'load': return u.dtype.kind === 'uint' && u.dtype.bits < 32
    case 'add': case 'mul': case 'div': case 'floordiv': return isNonNegative(u.src[0]) && isNonNegative(u.src[1])
    case 'mod': case 'shr': case 'after': return isNonNegative(u.src[0])
    case 'floormod': return isNonNegative(u.src[1])
    case 'max': case 'and': return isNonNegative(u.src[0]) || isNonNegative(u.src[1])
    case 'where': return isNonNegative(u.src[1]) && isNonNegative(u.src[2])
    case 'cast': return u.src[0].dtype.kind === 'bool' || (isNonNegative(u.src[0]) && u.src[0].dtype.bits <= u.dtype.bits && u.src[0].dtype.kind !== 'float')
    default: return false
  }
}
