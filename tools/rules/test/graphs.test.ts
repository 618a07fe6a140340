import { afterEach, describe, expect, it } from 'vitest'
import { builtinMatcher, interpretedMatcher, rewrite, setMatcherMode, simplify, toposort, type UOp } from '../../../packages/ir/src/index.js'
import { evaluate, opaqueNodes, type Lanes } from '../src/checks/evaluate.js'
import { randomGraph } from '../src/checks/graph.js'
import { Random, seedOfRun } from '../src/checks/random.js'
import { randomValue } from '../src/checks/values.js'

const seed = seedOfRun()
const graphs = (count: number, size: number): UOp[] => Array.from({ length: count }, (_, i) => randomGraph(new Random(seed * 100_000 + i), size))

afterEach(() => setMatcherMode('compiled'))

describe(`random graphs (PETAGRAD_SEED=${seed})`, () => {
  it('keep their value', () => {
    const random = new Random(seed)
    for (const before of graphs(1500, 25)) {
      const after = simplify(before)
      for (let i = 0; i < 4; i++) {
        const environment = new Map<UOp, Lanes>(opaqueNodes([before]).map(u => [u, [randomValue(random, u.dtype.scalar)]]))
        expect(evaluate(after, environment)).toEqual(evaluate(before, environment))
      }
    }
  })

  it('have one final form, which both matchers reach', () => {
    setMatcherMode('both')
    const interpreted = interpretedMatcher(builtinMatcher.rules)
    for (const before of graphs(300, 60)) {
      const after = simplify(before)
      expect(rewrite(before, interpreted, { name: 'interpreted' })).toBe(after)
      expect(simplify(after)).toBe(after)
    }
  })

  it('reach it within a few replacements per node', () => {
    let nodes = 0
    let hits = 0
    const listener = { finished: (report: { readonly hits: ReadonlyMap<string, number> }) => void report.hits.forEach(n => (hits += n)) }
    for (const before of graphs(200, 100)) {
      nodes += toposort(before).length
      simplify(before, { listener })
    }
    expect(hits / nodes).toBeLessThan(4)
  })
})
