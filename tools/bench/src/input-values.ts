/** An input of a case. Its values follow from `seed` and the position alone, so that every process makes the same ones. */
export interface Input {
  readonly shape: readonly number[]
  readonly dtype: 'f32' | 'i32' | 'i8' | 'u8'
  readonly seed: number
  /** f32: evenly spread over [-scale, scale). */
  readonly scale: number
  /** Integers: evenly spread over [low, low + count). */
  readonly low: number
  readonly count: number
  /** A weight: libraries that prepare weights when a model is loaded may. */
  readonly constant: boolean
}

export type InputArray = Float32Array | Int32Array | Int8Array | Uint8Array

const arrays = { f32: Float32Array, i32: Int32Array, i8: Int8Array, u8: Uint8Array } as const

/** The same numbers as `values` of python/worker.py: 32 bits hashed from the position, the upper 24 as a fraction. */
export function valuesOf({ shape, dtype, seed, scale, low, count }: Input): InputArray {
  const size = shape.reduce((a, b) => a * b, 1)
  const out = new arrays[dtype](size)
  const offset = Math.imul(seed, 0x9e3779b9)
  for (let i = 0; i < size; i++) {
    const h = hash(i + offset)
    out[i] = dtype === 'f32' ? Math.fround((h >>> 8) * 2 ** -24 - 0.5) * 2 * scale : low + (h % count)
  }
  return out
}

/** A 32-bit integer mixed well (Wellons 2018, the multipliers called lowbias32). */
function hash(x: number): number {
  let h = x >>> 0
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d)
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b)
  return (h ^ (h >>> 16)) >>> 0
}

/** Every input of a case has another seed. */
export const f32 = (shape: readonly number[], seed: number, options: Partial<Pick<Input, 'scale' | 'constant'>> = {}): Input =>
  ({ shape, dtype: 'f32', seed, scale: 1, low: 0, count: 1, constant: false, ...options })

export const integers = (dtype: Exclude<Input['dtype'], 'f32'>, shape: readonly number[], seed: number, low: number, count: number): Input =>
  ({ shape, dtype, seed, scale: 1, low, count, constant: false })
