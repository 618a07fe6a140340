/** What repeated timings say. Times are in the unit of the samples. */
export interface Summary {
  readonly median: number
  readonly min: number
  /** Distance between the quartiles over the median: how far to trust a second digit. */
  readonly spread: number
  readonly n: number
}

/** The value below which a share `q` of the samples lies, interpolated between neighbours. */
export function quantile(samples: readonly number[], q: number): number {
  if (samples.length === 0) throw new RangeError('no samples')
  const sorted = [...samples].sort((a, b) => a - b)
  const at = q * (sorted.length - 1)
  const below = Math.floor(at)
  const above = Math.min(below + 1, sorted.length - 1)
  return sorted[below] + (sorted[above] - sorted[below]) * (at - below)
}

export const median = (samples: readonly number[]): number => quantile(samples, 0.5)

export function summarise(samples: readonly number[]): Summary {
  const middle = median(samples)
  const spread = (quantile(samples, 0.75) - quantile(samples, 0.25)) / middle
  return { median: middle, min: Math.min(...samples), spread, n: samples.length }
}

/** The mean for ratios: of a and 1/a it is 1. */
export function geometricMean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('no values')
  return Math.exp(values.reduce((sum, v) => sum + Math.log(v), 0) / values.length)
}
