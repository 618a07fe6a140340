import { epsilon, isFloat, largestFinite, smallestPositive, type ConstValue, type DType } from '@petagrad/ir'

/** How far a result may be from the oracle's. */
export type Tolerance =
  /** The same bits; any NaN is any other; with `zeros`, 0 is -0 too. */
  | { readonly kind: 'exact'; readonly zeros?: boolean }
  /** At most so many representable values apart. */
  | { readonly kind: 'ulps'; readonly ulps: number }
  /** At most `terms` · ε · `magnitude`, as a sum of `terms` terms may be, whose absolute values add up to `magnitude`. */
  | { readonly kind: 'sum'; readonly terms: number; readonly magnitude: readonly number[] }

export const exact: Tolerance = { kind: 'exact' }
export const exactButForZeros: Tolerance = { kind: 'exact', zeros: true }

/** What differs, in words, or nothing. */
export function difference(dtype: DType, expected: readonly ConstValue[], actual: readonly ConstValue[], tolerance: Tolerance): string | undefined {
  if (expected.length !== actual.length) return `${expected.length} values are expected and ${actual.length} came`
  const wrong: number[] = []
  expected.forEach((e, i) => {
    if (!agrees(dtype, e, actual[i], tolerance, i)) wrong.push(i)
  })
  if (wrong.length === 0) return undefined
  const shown = wrong.slice(0, 5).map(i => `at ${i} ${shownValue(expected[i])} is expected and ${shownValue(actual[i])} came`)
  return `${wrong.length} of ${expected.length} ${dtype.name} values differ: ${shown.join('; ')}`
}

const shownValue = (v: ConstValue): string => (Object.is(v, -0) ? '-0' : String(v))

function agrees(dtype: DType, e: ConstValue, a: ConstValue, tolerance: Tolerance, at: number): boolean {
  if (Object.is(e, a)) return true
  if (!isFloat(dtype)) return false
  const [x, y] = [Number(e), Number(a)]
  switch (tolerance.kind) {
    case 'exact': return tolerance.zeros === true && x === y
    case 'ulps': return ulpsBetween(dtype, x, y) <= tolerance.ulps
    case 'sum': return Math.abs(x - y) <= tolerance.terms * epsilon(dtype) * (tolerance.magnitude[at] ?? 0)
  }
}

/** The distance of two values in steps of the dtype's spacing at the larger of them; infinite across NaN. */
export function ulpsBetween(dtype: DType, x: number, y: number): number {
  if (Object.is(x, y) || x === y) return 0
  if (Number.isNaN(x) || Number.isNaN(y)) return Infinity
  // One step beyond the largest finite value is infinity.
  const limit = largestFinite(dtype)
  const clamp = (v: number): number => (Number.isFinite(v) ? v : Math.sign(v) * limit)
  const [a, b] = [clamp(x), clamp(y)]
  const overflow = Number.isFinite(x) === Number.isFinite(y) ? 0 : 1
  const magnitude = Math.max(Math.abs(a), Math.abs(b))
  const spacing = Math.max(2 ** Math.floor(Math.log2(magnitude)) * epsilon(dtype), smallestPositive(dtype))
  return Math.abs(a - b) / spacing + overflow
}
