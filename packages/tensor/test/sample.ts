/** A seeded stream of numbers for test data; the seed comes from PETAGRAD_SEED or is fixed, and failing tests print it in their names. */
export const seed = Number(process.env.PETAGRAD_SEED ?? 20240607)

export interface Sample {
  /** Uniform in [low, high). */
  number(low?: number, high?: number): number
  integer(low: number, high: number): number
  list(n: number, low?: number, high?: number): number[]
  shape(rank: number, largest?: number): number[]
}

/** Numbers by a 32-bit xorshift: nothing of the library under test. */
export function sample(stream: number): Sample {
  let x = (seed ^ Math.imul(stream + 1, 0x9e3779b1)) >>> 0 || 1
  const next = (): number => {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    return (x >>> 0) / 2 ** 32
  }
  for (let i = 0; i < 8; i++) next()
  const self: Sample = {
    number: (low = -2, high = 2) => low + (high - low) * next(),
    integer: (low, high) => low + Math.floor((high - low) * next()),
    list: (n, low = -2, high = 2) => Array.from({ length: n }, () => self.number(low, high)),
    shape: (rank, largest = 4) => Array.from({ length: rank }, () => self.integer(1, largest + 1)),
  }
  return self
}

export const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

/** All coordinates of a shape in row-major order. */
export function coordinates(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>((all, d) => all.flatMap(c => Array.from({ length: d }, (_, i) => [...c, i])), [[]])
}

export const offset = (index: readonly number[], shape: readonly number[]): number => index.reduce((at, i, k) => at * shape[k] + i, 0)
