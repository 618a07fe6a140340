import {
  constantOf, dtypes, integerRange, largestFinite, smallestPositive, wrap,
  type ConstValue, type DType,
} from '../../../../packages/ir/src/index.js'
import type { Random } from './random.js'

const edgesByType = new Map<DType, readonly ConstValue[]>()

/** The values at which laws break: ends of ranges, neighbours of zero, signs of zero, what is not a number. */
function edges(dtype: DType): readonly ConstValue[] {
  let known = edgesByType.get(dtype)
  if (known === undefined) edgesByType.set(dtype, (known = edgesOf(dtype)))
  return known
}

function edgesOf(dtype: DType): ConstValue[] {
  if (dtype.kind === 'bool') return [false, true]
  if (dtype.kind === 'float') {
    const high = largestFinite(dtype), low = smallestPositive(dtype)
    const infinite = dtype === dtypes.f8e4m3 ? [] : [Infinity, -Infinity]
    return [0, -0, 1, -1, 2, -2, 0.5, -0.5, 3, 1.5, 4, 0.125, high, -high, low, -low, low * 3, NaN, ...infinite]
  }
  const [low, high] = integerRange(dtype)
  const near = [0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 31, 64, ...(dtype.kind === 'int' ? [-1, -2, -3, -8] : [])]
  const ends = [BigInt(low), BigInt(low) + 1n, BigInt(high), BigInt(high) - 1n]
  return [...near, ...ends].map(x => wrap(dtype, x))
}

/** A value of a scalar dtype: an edge or anything. */
export function randomValue(random: Random, dtype: DType): ConstValue {
  if (random.chance(0.5)) return random.pick(edges(dtype))
  if (dtype.kind === 'bool') return random.chance(0.5)
  if (dtype.kind === 'float') return constantOf((random.next() - 0.5) * 2 ** random.pick([1, 3, 8, 20]), dtype)
  const bits = random.below(dtype.bits) + 1
  const value = BigInt(Math.floor(random.next() * 2 ** 32)) * 2n ** 32n + BigInt(Math.floor(random.next() * 2 ** 32))
  return constantOf(BigInt.asIntN(bits, value), dtype)
}

/** Bit for bit, with two freedoms: NaN has no payload, and `looseZeros` takes the sign of zero as open. */
export function sameValue(a: ConstValue, b: ConstValue, looseZeros: boolean): boolean {
  return Object.is(a, b) || (looseZeros && a === 0 && b === 0)
}
