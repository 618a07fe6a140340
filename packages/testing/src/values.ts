import { constantOf, dtypes, epsilon, fromBits, integerRange, largestFinite, smallestPositive, type ConstValue, type DType } from '@petagrad/ir'
import type { Random } from './random.js'

/** The values of a dtype at which implementations differ: its limits, their neighbours, zeros, NaN, powers of two, halves. */
export function edgeValues(dtype: DType): readonly ConstValue[] {
  switch (dtype.kind) {
    case 'bool': return [false, true]
    case 'float': {
      const [most, least, eps] = [largestFinite(dtype), smallestPositive(dtype), epsilon(dtype)]
      const special = dtype === dtypes.f8e4m3 ? [NaN] : [NaN, Infinity, -Infinity]
      const normal = least / eps
      return [0, -0, 1, -1, 0.5, -0.5, 1.5, -2.5, 3, -7, 1 + eps, most, -most, least, -least, normal, -normal, ...special].map(x => constantOf(x, dtype))
    }
    default: {
      const [low, high] = integerRange(dtype)
      const width = BigInt(dtype.bits)
      const values = [BigInt(low), BigInt(low) + 1n, BigInt(high), BigInt(high) - 1n, 0n, 1n, 2n, 3n, 5n, 7n, width - 1n, width, ...(dtype.kind === 'int' ? [-1n, -2n, -3n, -7n] : [])]
      return values.map(x => constantOf(x, dtype))
    }
  }
}

/** Any value of a dtype: half of them any bit pattern, half of them small. NaN only where the dtype's patterns give it. */
export function randomValue(random: Random, dtype: DType): ConstValue {
  if (dtype.kind === 'bool') return random.chance(0.5)
  if (random.chance(0.5)) return constantOf(dtype.kind === 'float' ? (random.next() - 0.5) * 16 : random.between(dtype.kind === 'int' ? -16 : 0, 16), dtype)
  const high = BigInt(Math.floor(random.next() * 2 ** 32)), low = BigInt(Math.floor(random.next() * 2 ** 32))
  return fromBits(dtype, BigInt.asUintN(dtype.bits, (high << 32n) | low))
}

/** An integer of at most this magnitude: in floats too, so that sums and products are exact. */
export function smallInteger(random: Random, dtype: DType, magnitude: number): ConstValue {
  if (dtype.kind === 'bool') return random.chance(0.5)
  return constantOf(random.between(dtype.kind === 'uint' ? 0 : -magnitude, magnitude), dtype)
}

/** Every pair of edge values, then random pairs up to `count`, as two lists. */
export function operandPairs(random: Random, dtype: DType, count: number): readonly [readonly ConstValue[], readonly ConstValue[]] {
  const edges = edgeValues(dtype)
  const pairs = edges.flatMap(a => edges.map(b => [a, b] as const))
  while (pairs.length < count) pairs.push([randomValue(random, dtype), randomValue(random, dtype)])
  return [pairs.map(([a]) => a), pairs.map(([, b]) => b)]
}
