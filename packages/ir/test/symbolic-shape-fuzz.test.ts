import { describe, expect, it } from 'vitest'
import {
  evaluateIndex, indexAdd, indexConst, indexFloorDiv, indexFloorMod, indexMul, indexSub, linearForm, range, type UOp,
} from '@petagrad/ir'
import { infix, points } from './infix.js'
import { generator, seedOf } from './random-index.js'

/** Index arithmetic, on nodes or on plain numbers: the maps are written once, and the numbers are the truth. */
interface Arithmetic<T> {
  of(n: number): T
  add(a: T, b: T): T
  sub(a: T, b: T): T
  mul(a: T, by: number): T
  div(a: T, by: number): T
  mod(a: T, by: number): T
}
const nodes: Arithmetic<UOp> = {
  of: indexConst, add: indexAdd, sub: indexSub, mul: indexMul, div: indexFloorDiv, mod: indexFloorMod,
}
const numbers: Arithmetic<number> = {
  of: n => n, add: (a, b) => a + b, sub: (a, b) => a - b, mul: (a, by) => a * by,
  div: (a, by) => Math.floor(a / by), mod: (a, by) => a - by * Math.floor(a / by),
}

interface Step {
  readonly name: string
  readonly shape: readonly number[]
  /** The index in the shape before of an element of this one. */
  readonly origin: <T>(math: Arithmetic<T>, index: readonly T[]) => T[]
}

const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

function flatten<T>(math: Arithmetic<T>, shape: readonly number[], index: readonly T[]): T {
  let offset = math.of(0)
  shape.forEach((d, i) => { offset = math.add(math.mul(offset, d), index[i]) })
  return offset
}

function unflatten<T>(math: Arithmetic<T>, shape: readonly number[], offset: T): T[] {
  const index: T[] = []
  let stride = 1
  for (let i = shape.length - 1; i >= 0; i--) {
    index[i] = math.mod(math.div(offset, stride), shape[i])
    stride *= shape[i]
  }
  return index
}

/** The offset in the source of an element of the last shape. */
function offsetOf<T>(math: Arithmetic<T>, source: readonly number[], steps: readonly Step[], index: readonly T[]): T {
  let at = [...index]
  for (const step of [...steps].reverse()) at = step.origin(math, at)
  return flatten(math, source, at)
}

class Chain {
  constructor(private readonly random: () => number) {}

  below(n: number): number {
    return Math.floor(this.random() * n)
  }

  /** Factors of n in random order and grouping. */
  factored(n: number): number[] {
    const shape: number[] = []
    let rest = n
    while (rest > 1 && shape.length < 4) {
      const divisors = Array.from({ length: rest }, (_, i) => i + 1).filter(d => d > 1 && rest % d === 0)
      const d = shape.length === 3 ? rest : divisors[this.below(divisors.length)]
      shape.splice(this.below(shape.length + 1), 0, d)
      rest /= d
    }
    if (this.below(6) === 0) shape.splice(this.below(shape.length + 1), 0, 1)
    return shape.length === 0 ? [1] : shape
  }

  step(shape: readonly number[]): Step {
    const axis = this.below(shape.length)
    switch (this.below(9)) {
      case 0: case 1: case 2: case 3: {
        const to = this.factored(count(shape))
        return { name: `reshape ${to.join('×')}`, shape: to, origin: (math, index) => unflatten(math, shape, flatten(math, to, index)) }
      }
      case 4: case 5: {
        const order = shape.map((_, i) => i).sort(() => this.random() - 0.5)
        return {
          name: `permute ${order.join()}`,
          shape: order.map(i => shape[i]),
          origin: (_, index) => shape.map((_, i) => index[order.indexOf(i)]),
        }
      }
      case 6: return {
        name: `flip ${axis}`,
        shape,
        origin: (math, index) => index.map((x, i) => (i === axis ? math.sub(math.of(shape[i] - 1), x) : x)),
      }
      case 7: {
        const from = this.below(shape[axis])
        const size = 1 + this.below(shape[axis] - from)
        return {
          name: `shrink ${axis} ${from}+${size}`,
          shape: shape.map((d, i) => (i === axis ? size : d)),
          origin: (math, index) => index.map((x, i) => (i === axis ? math.add(x, math.of(from)) : x)),
        }
      }
      default: {
        const by = 1 + this.below(3)
        return { name: `repeat ${by}`, shape: [by, ...shape], origin: (_, index) => index.slice(1) }
      }
    }
  }
}

/** Whether f is constant + Σ slope·coordinate at all points. */
function isAffine(f: (env: ReadonlyMap<UOp, number>) => number, leaves: readonly UOp[]): boolean {
  const zero = new Map(leaves.map(l => [l, 0]))
  const base = f(zero)
  const slopes = leaves.map(l => f(new Map(zero).set(l, 1)) - base)
  for (const env of points(leaves)) {
    if (f(env) !== leaves.reduce((sum, l, i) => sum + slopes[i] * (env.get(l) ?? 0), base)) return false
  }
  return true
}

const CHAINS = 4000

describe('index maps of movement chains', () => {
  it('are true, and written as affine where they are affine', () => {
    const random = generator(seedOf('shape fuzz'))
    let affine = 0
    const missed: string[] = []
    for (let n = 0; n < CHAINS; n++) {
      const chain = new Chain(random)
      const source = chain.factored([12, 24, 30, 36, 48, 64][chain.below(6)])
      const steps: Step[] = []
      for (let i = 2 + chain.below(5); i > 0; i--) {
        const step = chain.step(steps.at(-1)?.shape ?? source)
        if (count(step.shape) <= 200) steps.push(step)
      }
      const shape = steps.at(-1)?.shape ?? source
      const leaves = shape.map((d, i) => range(d, i, 'loop'))
      const loops = leaves.filter((_, i) => shape[i] > 1)
      const name = `${source.join('×')}: ${steps.map(s => s.name).join(', ')}`
      const offset = offsetOf(nodes, source, steps, leaves)
      const truth = (env: ReadonlyMap<UOp, number>): number => offsetOf(numbers, source, steps, leaves.map(l => env.get(l) ?? 0))
      for (const env of points(loops)) {
        if (evaluateIndex(offset, env) !== truth(env)) expect.fail(`${name} is not ${infix(offset)} at ${[...env.values()].join()}`)
      }
      if (!isAffine(truth, loops)) continue
      affine++
      if (![...linearForm(offset).terms.keys()].every(t => t.op === 'range')) {
        missed.push(`${name} is ${infix(offset)}`)
      }
    }
    console.log(`${affine} of ${CHAINS} maps are affine, ${affine - missed.length} are written so`)
    console.log(missed.slice(0, Number(process.env.PETAGRAD_SHOW ?? 3)).join('\n'))
    expect(missed.length / affine).toBeLessThan(0.01)
  })
})
