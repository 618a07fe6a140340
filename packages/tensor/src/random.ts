import { dtypes, PetagradError, uop, type UOp } from '@petagrad/ir/graph'
import { add, addScalar, apply, cast, combine, expand, mul, mulScalar, reshape, shrink, splat } from './build.js'
import { cos, log } from './elementary.js'
import { newBuffer } from './storage.js'
import { defaultFloat } from './promotion.js'
import { Tensor, type TensorOptions } from './tensor.js'
import { activeTrace, type Trace } from './trace.js'
import { threefry2x32 } from './threefry.js'

/** Where a sequence of random numbers stands. Plain data: save it with a checkpoint. */
export interface RandomState {
  readonly seed: number
  /** Draws made so far. */
  readonly draws: number
  /** Captured steps made so far: each has a sequence of its own. */
  readonly steps: number
}

/** A draw takes its own counters: the second counter word is its number. */
let state: RandomState = { seed: 0, draws: 0, steps: 0 }

/** Starts the sequence of random numbers anew. The same seed and calls give the same numbers on every device. */
export function manualSeed(seed: number): void {
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) throw new PetagradError('INVALID_ARGUMENT', `${seed} is no seed: an integer in [0, 2^32)`, { op: 'manualSeed' })
  state = { seed, draws: 0, steps: 0 }
}

export const randomState = (): RandomState => state
export function setRandomState(next: RandomState): void {
  state = { seed: next.seed, draws: next.draws, steps: next.steps }
}

/**
 * [seed, step, draw] as u32 in memory, not as constants: graphs of the same shapes are then one graph, scheduled and
 * compiled once. In a captured step the draw counts on from a state that the step itself advances.
 */
function drawKey(): { readonly key: UOp; readonly offset: number } {
  const trace = activeTrace()
  if (trace === undefined) {
    const key = keyBuffer(0, state.draws)
    state = { ...state, draws: state.draws + 1 }
    return { key, offset: 0 }
  }
  if (trace.random.key === undefined) {
    state = { ...state, steps: state.steps + 1 }
    trace.random.key = keyBuffer(state.steps, 0)
  }
  return { key: trace.random.key, offset: trace.random.draws++ }
}

const keyBuffer = (step: number, draws: number): UOp =>
  newBuffer(dtypes.u32, 3, { bytes: new Uint8Array(Uint32Array.of(state.seed, step, draws).buffer) })

/** The assignment that moves a captured step's random numbers on, if it draws any. */
export function advanceRandom(trace: Trace): UOp | undefined {
  const { key, draws } = trace.random
  if (key === undefined) return undefined
  const isDraw = combine('eq', uop('iota', dtypes.u32, [], { size: 3 }), splat(2, dtypes.u32, [3]))
  return uop('assign', dtypes.u32, [key, add(key, mul(cast(isDraw, dtypes.u32), splat(draws, dtypes.u32, [3])))])
}

/** Two random u32 words for each element of `shape`. */
function randomWords(shape: readonly number[]): readonly [UOp, UOp] {
  const size = shape.reduce((a, b) => a * b, 1)
  const { key, offset } = drawKey()
  const part = (i: number): UOp => expand(shrink(key, [[i, i + 1]]), [size])
  const counter = uop('iota', dtypes.u32, [], { size })
  const draw = add(part(2), splat(offset, dtypes.u32, [size]))
  const [a, b] = threefry2x32([part(0), part(1)], [counter, draw])
  return [reshape(a, shape), reshape(b, shape)]
}

/** Uniform in [0, 1), a multiple of 2^-24 (f32 and narrower) or 2^-53 (f64). */
function unitInterval(shape: readonly number[], wide: boolean): UOp {
  const [a, b] = randomWords(shape)
  const top = (x: UOp, drop: number): UOp => combine('shr', x, splat(drop, dtypes.u32, shape))
  if (!wide) return mulScalar(cast(top(a, 8), dtypes.f32), 2 ** -24)
  const high = mulScalar(cast(top(a, 5), dtypes.f64), 2 ** -27)
  return add(high, mulScalar(cast(top(b, 6), dtypes.f64), 2 ** -53))
}

const finish = (value: UOp, options: TensorOptions): Tensor => {
  const tensor = new Tensor(cast(value, options.dtype ?? defaultFloat))
  return options.requiresGrad ? tensor.requireGrad() : tensor
}

const isWide = (options: TensorOptions): boolean => options.dtype === dtypes.f64

/** Uniform in [low, high). */
export function uniform(shape: readonly number[], low = 0, high = 1, options: TensorOptions = {}): Tensor {
  return finish(addScalar(mulScalar(unitInterval(shape, isWide(options)), high - low), low), options)
}

/** Normally distributed, by the method of Box and Muller. */
export function normal(shape: readonly number[], mean = 0, deviation = 1, options: TensorOptions = {}): Tensor {
  const [a, b] = randomWords(shape)
  const unit = (x: UOp): UOp => cast(combine('shr', x, splat(8, dtypes.u32, shape)), dtypes.f32)
  // (k + 1)/2^24 is never 0, whose logarithm is not finite.
  const radius = apply('sqrt', mulScalar(log(mulScalar(addScalar(unit(a), 1), 2 ** -24)), -2))
  const angle = mulScalar(unit(b), (2 * Math.PI) / 2 ** 24)
  return finish(addScalar(mulScalar(mul(radius, cos(angle)), deviation), mean), options)
}

/** Integers in [low, high), i32 unless asked otherwise. The bias is below (high - low)/2^32. */
export function randint(shape: readonly number[], low: number, high: number, options: TensorOptions = {}): Tensor {
  if (!Number.isInteger(low) || !Number.isInteger(high) || high <= low || high - low > 2 ** 31) {
    throw new PetagradError('INVALID_ARGUMENT', `no integers in [${low}, ${high})`, { op: 'randint' })
  }
  const [word] = randomWords(shape)
  const below = combine('floormod', word, splat(high - low, dtypes.u32, shape))
  const dtype = options.dtype ?? dtypes.i32
  return finish(add(cast(below, dtype), splat(low, dtype, shape)), { ...options, dtype })
}

/** True with the given probability. */
export function bernoulli(shape: readonly number[], probability: number): Tensor {
  if (!(probability >= 0 && probability <= 1)) throw new PetagradError('INVALID_ARGUMENT', `${probability} is no probability`, { op: 'bernoulli' })
  return new Tensor(unitInterval(shape, false)).lt(probability)
}

/** Zeroes elements with the given probability and scales the others so that the mean stays. */
export function dropout(x: Tensor, probability: number): Tensor {
  if (probability === 0) return x
  if (probability === 1) return x.mul(0)
  return x.mul(1 / (1 - probability)).where(bernoulli(x.shape, 1 - probability), 0)
}

/** A random order of 0 … n-1, made on the host. */
export function permutation(n: number): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i)
  const random = hostRandom(state.seed, state.draws)
  state = { ...state, draws: state.draws + 1 }
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const held = order[i]
    order[i] = order[j]
    order[j] = held
  }
  return order
}

/** Weyl sequence through the finaliser of MurmurHash3: enough for shuffling. */
function hostRandom(seed: number, draw: number): () => number {
  let counter = (seed ^ Math.imul(draw + 1, 0x9e3779b1)) >>> 0
  return () => {
    counter = (counter + 0x6d2b79f5) >>> 0
    let x = counter
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
    return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32
  }
}
