import { describe, expect, it } from 'vitest'
import {
  evaluateIndex, indexAdd, indexConst, indexFloorDiv, indexFloorMod, indexMul, indexSub, linearForm, range, type UOp,
} from '@petagrad/ir'
import { infix, points } from './infix.js'
import { generator, seedOf } from './random-index.js'

interface Step {
  readonly name: string
  readonly shape: readonly number[]
  /** The index in the shape before of an element of this one. */
  readonly origin: (index: readonly UOp[]) => UOp[]
}

const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

function flatten(shape: readonly number[], index: readonly UOp[]): UOp {
  let offset = indexConst(0)
  shape.forEach((d, i) => { offset = indexAdd(indexMul(offset, d), index[i]) })
  return offset
}

function unflatten(shape: readonly number[], offset: UOp): UOp[] {
  const index: UOp[] = []
  let stride = 1
  for (let i = shape.length - 1; i >= 0; i--) {
    index[i] = indexFloorMod(indexFloorDiv(offset, stride), shape[i])
    stride *= shape[i]
  }
  return index
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
        return { name: `reshape ${to.join('×')}`, shape: to, origin: index => unflatten(shape, flatten(to, index)) }
      }
      case 4: case 5: {
        const order = shape.map((_, i) => i).sort(() => this.random() - 0.5)
        return {
          name: `permute ${order.join()}`,
          shape: order.map(i => shape[i]),
          origin: index => shape.map((_, i) => index[order.indexOf(i)]),
        }
      }
      case 6: return { name: `flip ${axis}`, shape, origin: index => index.map((x, i) => (i === axis ? indexSub(shape[i] - 1, x) : x)) }
      case 7: {
        const from = this.below(shape[axis])
        const size = 1 + this.below(shape[axis] - from)
        return {
          name: `shrink ${axis} ${from}+${size}`,
          shape: shape.map((d, i) => (i === axis ? size : d)),
          origin: index => index.map((x, i) => (i === axis ? indexAdd(x, from) : x)),
        }
      }
      default: {
        const by = 1 + this.below(3)
        return { name: `repeat ${by}`, shape: [by, ...shape], origin: index => index.slice(1) }
      }
    }
  }
}

/** Whether the values at all points are those of constant + Σ slope·leaf. */
function isAffine(u: UOp, leaves: readonly UOp[]): boolean {
  const at = (env: ReadonlyMap<UOp, number>): number => Number(evaluateIndex(u, env))
  const zero = new Map(leaves.map(l => [l, 0]))
  const base = at(zero)
  const slopes = leaves.map(l => at(new Map(zero).set(l, 1)) - base)
  for (const env of points(leaves)) {
    if (at(env) !== leaves.reduce((sum, l, i) => sum + slopes[i] * (env.get(l) ?? 0), base)) return false
  }
  return true
}

const CHAINS = 4000

describe('index maps of movement chains', () => {
  it('are written as affine where they are affine', () => {
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
      let index: UOp[] = leaves.map((l, i) => (shape[i] === 1 ? indexConst(0) : l))
      for (const step of [...steps].reverse()) index = step.origin(index)
      const offset = flatten(source, index)
      const loops = leaves.filter((_, i) => shape[i] > 1)
      if (!isAffine(offset, loops)) continue
      affine++
      if (![...linearForm(offset).terms.keys()].every(t => t.op === 'range')) {
        missed.push(`${source.join('×')}: ${steps.map(s => s.name).join(', ')} is ${infix(offset)}`)
      }
    }
    console.log(`${affine} of ${CHAINS} maps are affine, ${affine - missed.length} are written so`)
    console.log(missed.slice(0, Number(process.env.PETAGRAD_SHOW ?? 3)).join('\n'))
    expect(missed.length / affine).toBeLessThan(0.01)
  })
})
