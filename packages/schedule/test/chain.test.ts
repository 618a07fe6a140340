import { decodeValues, dtypes, encodeValues, interpretAll, interpretKernel, is, parse, print, toposort, verify, type UOp } from '@petagrad/ir'
import { schedule, type Plan } from '@petagrad/schedule'
import { describe, expect, it } from 'vitest'
import { alu, attention, batchedMatmul, buffer, expand, layerNorm, matmul, permute, reshape, sink, softmax, unary } from './graphs.js'

const plan = (...roots: UOp[]): Plan => schedule(sink(...roots)).plan
const heads = (count: number, positions: number, depth: number): UOp => buffer([count, positions, depth])
const scratchSizes = (p: Plan): number[] =>
  toposort(p.calls.map(c => c.kernel)).flatMap(u => (is(u, 'scratch') ? [u.arg.size] : [])).sort((a, b) => b - a)

describe('attention is one kernel without an intermediate value in memory', () => {
  const cases: Record<string, () => UOp> = {
    plain: () => attention(heads(8, 512, 64), heads(8, 512, 64), heads(8, 512, 64)),
    'with an added mask': () => attention(heads(8, 256, 64), heads(8, 256, 64), heads(8, 256, 64), buffer([1, 256, 256])),
    'of odd sizes': () => attention(heads(3, 129, 33), heads(3, 77, 33), heads(3, 77, 21)),
    'of few positions': () => attention(heads(8, 16, 64), heads(8, 16, 64), heads(8, 16, 64)),
    'of many positions': () => attention(heads(2, 4096, 64), heads(2, 4096, 64), heads(2, 4096, 64)),
    'of one query, as when a text is continued': () => attention(heads(8, 1, 64), heads(8, 300, 64), heads(8, 300, 64)),
    'of heads of a few elements': () => attention(heads(4, 64, 8), heads(4, 64, 8), heads(4, 64, 6)),
    'of query heads that share keys and values': () => {
      const shared = (x: UOp) => reshape(expand(reshape(x, [2, 1, 64, 32]), [2, 4, 64, 32]), [8, 64, 32])
      return attention(heads(8, 64, 32), shared(heads(2, 64, 32)), shared(heads(2, 64, 32)))
    },
    'of scaled queries': () => {
      const q = alu('mul', heads(4, 128, 32), 0.2)
      return batchedMatmul(softmax(batchedMatmul(q, permute(heads(4, 128, 32), [0, 2, 1]))), heads(4, 128, 32))
    },
  }
  for (const [name, make] of Object.entries(cases)) {
    it(name, () => {
      const p = plan(make())
      expect(p.calls.map(c => c.kernel.arg.name)).toHaveLength(1)
      expect(p.arenaBytes).toBe(0)
    })
  }

  it('its scratch holds one row of scores and one of exponentials per query', () => {
    expect(scratchSizes(plan(cases.plain()))).toEqual([512, 512, 512, 1, 1])
  })
})

describe('what stays apart', () => {
  it('two products with element-wise work between them', () => {
    expect(plan(matmul(unary('exp2', matmul(buffer([256, 256]), buffer([256, 256]))), buffer([256, 256]))).calls).toHaveLength(2)
  })
  it('a normalised input of a large matrix product', () => {
    expect(plan(matmul(layerNorm(buffer([512, 768])).out, buffer([768, 3072]))).calls.length).toBeGreaterThan(1)
  })
  it('weights that somebody else reads', () => {
    const [q, k, v] = [heads(2, 32, 8), heads(2, 32, 8), heads(2, 32, 8)]
    const p = softmax(batchedMatmul(q, permute(k, [0, 2, 1])))
    expect(plan(batchedMatmul(p, v), p).calls.length).toBeGreaterThan(1)
  })
})

describe('a chain of nests', () => {
  const [q, k, v, mask] = [heads(2, 7, 24), heads(2, 18, 24), heads(2, 18, 5), buffer([1, 7, 18])]
  const out = attention(q, k, v, mask)
  const { plan: chained, externals } = schedule(sink(out))
  const [{ kernel, args }] = chained.calls

  it('is well formed, and survives its text', () => {
    expect(() => verify(kernel, 'kernel')).not.toThrow()
    expect(parse(print(kernel))).toBe(kernel)
  })

  it('computes what the graph says', () => {
    const bytes = new Map(externals.map((b, n) => [b as UOp, encodeValues(dtypes.f32, Array.from({ length: b.arg.size }, (_, i) => Math.sin(i * 7 + n)))]))
    const [{ values }] = interpretAll([out], { buffers: bytes })
    const result = new Uint8Array(2 * 7 * 5 * 4)
    interpretKernel(kernel, args.map(a => (a.kind === 'external' ? (bytes.get(externals[a.index]) ?? result) : result)))
    decodeValues(dtypes.f32, result).forEach((x, i) => expect(Number(x)).toBeCloseTo(Number(values[i]), 5))
  })

  it('reduces a row once: its maximum and its sum are values of their own', () => {
    const sums = toposort(kernel).filter(u => u.op === 'reduce')
    expect(sums.map(u => u.arg)).toEqual(['add', 'max', 'add', 'add'])
  })
})
