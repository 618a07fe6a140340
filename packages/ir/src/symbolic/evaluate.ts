import { PetagradError } from '../errors.js'
import { is, type UOp } from '../uop.js'

/**
 * The value of an index or bool expression, computed by definition: the reference that the constructors are tested
 * against. `env` gives values to leaves, and to anything else that is not index arithmetic.
 */
export function evaluateIndex(u: UOp, env: ReadonlyMap<UOp, number>): number | boolean {
  const given = env.get(u)
  if (given !== undefined) return given
  if (is(u, 'const')) return typeof u.arg === 'boolean' ? u.arg : Number(u.arg)
  const value = (i: number): number => Number(evaluateIndex(u.src[i], env))
  const truth = (i: number): boolean => Boolean(evaluateIndex(u.src[i], env))
  switch (u.op) {
    case 'add': return value(0) + value(1)
    case 'sub': return value(0) - value(1)
    case 'mul': return value(0) * value(1) + 0
    case 'neg': return 0 - value(0)
    case 'mulacc': return value(0) * value(1) + value(2)
    case 'floordiv': return value(1) === 0 ? 0 : Math.floor(value(0) / value(1)) + 0
    case 'floormod': return value(1) === 0 ? 0 : value(0) - value(1) * Math.floor(value(0) / value(1))
    case 'div': return value(1) === 0 ? 0 : Math.trunc(value(0) / value(1)) + 0
    case 'mod': return value(1) === 0 ? 0 : (value(0) % value(1)) + 0
    case 'max': return u.dtype.kind === 'bool' ? truth(0) || truth(1) : Math.max(value(0), value(1))
    case 'where': return evaluateIndex(u.src[truth(0) ? 1 : 2], env)
    case 'lt': return value(0) < value(1)
    case 'eq': return value(0) === value(1)
    case 'ne': return value(0) !== value(1)
    case 'and': return truth(0) && truth(1)
    case 'or': return truth(0) || truth(1)
    case 'xor': return truth(0) !== truth(1)
    case 'cast': return value(0)
  }
  throw new PetagradError('IR_INVALID', `${u.op} has no value given and is not index arithmetic`, { op: u.op })
}
