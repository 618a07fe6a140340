import { describe, expect, it } from 'vitest'
import {
  bounds, constantFactor, evaluateIndex, indexConst, is, range, rangesOf, simplifyGiven, simplifyIndex, substituteIndex, toposort, variable,
  withoutImplied, type UOp,
} from '@petagrad/ir'
import { infix } from './infix.js'
import { generator, RandomIndex, seedOf } from './random-index.js'

const place = (env: ReadonlyMap<UOp, number>): string => [...env.values()].join()

const EXPRESSIONS = Number(process.env.PETAGRAD_FUZZ ?? 24_000)
const POINTS = 24

describe('index arithmetic agrees with evaluation by definition', () => {
  const seed = seedOf('symbolic fuzz')

  it('on values, bounds and divisors of random expressions', () => {
    const random = generator(seed)
    let cases = 0
    let before = 0
    let after = 0
    for (let n = 0; n < EXPRESSIONS; n++) {
      const make = new RandomIndex(random, n % 4 === 0)
      const u = random() < 0.3 ? make.condition(2) : make.index(1 + make.below(5))
      const simple = simplifyIndex(u)
      const { min, max } = bounds(u)
      const factor = u.dtype.kind === 'index' ? constantFactor(u) : 1
      before += toposort(u).length
      after += toposort(simple).length
      for (let p = 0; p < POINTS; p++) {
        const env = make.point()
        const truth = evaluateIndex(u, env)
        const value = Number(truth)
        cases++
        const found = evaluateIndex(simple, env)
        if (found !== truth || value < min || value > max || (factor === 0 ? value !== 0 : value % factor !== 0)) {
          expect.fail(`${infix(u)}\n became ${infix(simple)}\n with bounds ${min}..${max} and factor ${factor};\n` +
            ` at ${place(env)} it is ${String(truth)}, found ${String(found)}`)
        }
      }
      expect(simplifyIndex(simple)).toBe(simple)
    }
    console.log(`${cases} cases; nodes ${before} before, ${after} after`)
  })

  it('on what a condition implies', () => {
    const random = generator(seed + 1)
    let cases = 0
    for (let n = 0; n < EXPRESSIONS; n++) {
      const make = new RandomIndex(random, n % 4 === 0)
      const condition = make.condition(2)
      const u = random() < 0.3 ? make.condition(1) : make.index(1 + make.below(4))
      const given = simplifyGiven(u, condition)
      const kept = withoutImplied(condition)
      for (let p = 0; p < POINTS; p++) {
        const env = make.point()
        const holds = evaluateIndex(condition, env)
        cases++
        if (evaluateIndex(kept, env) !== holds) expect.fail(`${infix(condition)}\n is not ${infix(kept)}\n at ${place(env)}`)
        if (holds === true && evaluateIndex(given, env) !== evaluateIndex(u, env)) {
          expect.fail(`${infix(u)}\n is not ${infix(given)}\n given ${infix(condition)}\n at ${place(env)}`)
        }
      }
    }
    console.log(`${cases} cases`)
  })

  it('on substitution', () => {
    const random = generator(seed + 2)
    for (let n = 0; n < EXPRESSIONS / 4; n++) {
      const make = new RandomIndex(random)
      const u = random() < 0.3 ? make.condition(2) : make.index(1 + make.below(4))
      const env = make.point()
      const some = make.leaves.filter(() => random() < 0.6)
      const map = new Map(some.map(l => [l.node, indexConst(env.get(l.node) ?? 0)]))
      const replaced = substituteIndex(u, map)
      for (const l of some) expect(rangesOf(replaced).has(l.node)).toBe(false)
      if (evaluateIndex(replaced, env) === evaluateIndex(u, env)) continue
      expect.fail(`${infix(u)}\n became ${infix(replaced)}\n at ${place(env)}`)
    }
  })

  it('of which a form found once is found again, whatever made it', () => {
    const random = generator(seed + 3)
    const total = EXPRESSIONS / 4
    let same = 0
    for (let n = 0; n < total; n++) {
      const make = new RandomIndex(random)
      const u = simplifyIndex(random() < 0.3 ? make.condition(2) : make.index(1 + make.below(5)))
      const names = make.leaves.map((l, i) => {
        const renamed = is(l.node, 'range') ? range(l.max + 1, i + 10, 'loop') : variable(`w${i}`, l.min, l.max)
        return [l.node, renamed] as const
      })
      const renamed = substituteIndex(u, new Map(names))
      if (substituteIndex(renamed, new Map(names.map(([a, b]) => [b, a]))) === u) same++
    }
    console.log(`${same} of ${total} are the same node after renaming and back`)
    expect(same / total).toBeGreaterThan(0.995)
  })
})
