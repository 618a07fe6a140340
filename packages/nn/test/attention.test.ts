import { dtypes, uop } from '@petagrad/ir'
import { createRuntime, setDefaultRuntime, type Runtime } from '@petagrad/runtime'
import { schedule, type Plan } from '@petagrad/schedule'
import { Tensor } from '@petagrad/tensor'
import { cpu } from 'petagrad/cpu'
import { wasm } from 'petagrad/wasm'
import { afterEach, describe, expect, it } from 'vitest'

interface Case {
  readonly batch: number
  readonly heads: number
  readonly queries: number
  readonly keys: number
  readonly depth: number
  readonly width: number
  /** Query heads that share one head of keys and values. */
  readonly shared?: number
  readonly causal?: boolean
  readonly mask?: 'added' | 'shown'
}

const cases: Readonly<Record<string, Case>> = {
  'of even sizes': { batch: 1, heads: 2, queries: 64, keys: 64, depth: 32, width: 32 },
  'of odd sizes': { batch: 2, heads: 3, queries: 67, keys: 129, depth: 33, width: 21 },
  'of a prime number of positions': { batch: 1, heads: 1, queries: 257, keys: 257, depth: 40, width: 40 },
  causal: { batch: 1, heads: 2, queries: 100, keys: 100, depth: 16, width: 16, causal: true },
  'causal, with more keys than queries': { batch: 1, heads: 2, queries: 9, keys: 75, depth: 24, width: 24, causal: true },
  'with a mask that is added': { batch: 2, heads: 2, queries: 50, keys: 61, depth: 20, width: 20, mask: 'added' },
  'with a mask that hides': { batch: 2, heads: 2, queries: 50, keys: 61, depth: 20, width: 20, mask: 'shown' },
  'of one query': { batch: 1, heads: 4, queries: 1, keys: 333, depth: 64, width: 64 },
  'of one query and one key': { batch: 1, heads: 4, queries: 1, keys: 1, depth: 8, width: 8 },
  'of heads that share keys and values': { batch: 1, heads: 6, queries: 40, keys: 40, depth: 16, width: 16, shared: 3 },
  'of 4096 positions': { batch: 1, heads: 1, queries: 4096, keys: 4096, depth: 16, width: 16 },
  'of 5000 causal positions': { batch: 1, heads: 1, queries: 5000, keys: 5000, depth: 8, width: 12, causal: true },
}

/** Values between -1 and 1 that look random. */
const value = (i: number, salt: number): number => Math.fround(Math.sin((i + 1) * 12.9898 + salt * 78.233) * 0.999)
const filled = (shape: readonly number[], salt: number): Tensor =>
  Tensor.from(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => value(i, salt)), { shape })
/** Every query sees its first key. */
const isShown = (q: number, k: number): boolean => k === 0 || value(q * 1000 + k, 7) > -0.2
const added = (q: number, k: number): number => Math.fround(value(q * 1000 + k, 9) * 3)

function attention(c: Case): Tensor {
  const kept = c.heads / (c.shared ?? 1)
  const q = filled([c.batch, c.heads, c.queries, c.depth], 1)
  const spread = (x: Tensor, last: number): Tensor =>
    x.reshape([c.batch, kept, 1, c.keys, last]).expand([c.batch, kept, c.heads / kept, c.keys, last]).reshape([c.batch, c.heads, c.keys, last])
  const k = spread(filled([c.batch, kept, c.keys, c.depth], 2), c.depth)
  const v = spread(filled([c.batch, kept, c.keys, c.width], 3), c.width)
  const list = <T>(f: (q: number, k: number) => T): T[] => Array.from({ length: c.queries * c.keys }, (_, i) => f(Math.floor(i / c.keys), i % c.keys))
  const shape = [c.queries, c.keys]
  const mask = c.mask === undefined ? undefined
    : c.mask === 'added' ? Tensor.from(Float32Array.from(list(added)), { shape }) : Tensor.from(list(isShown), { shape, dtype: dtypes.bool })
  return q.scaledDotProductAttention(k, v, { causal: c.causal, mask })
}

/** One row of the result, in f64. */
function expected(c: Case, b: number, h: number, q: number): number[] {
  const kept = c.heads / (c.shared ?? 1)
  const head = b * kept + Math.floor(h / (c.shared ?? 1))
  const scores = Array.from({ length: c.keys }, (_, k) => {
    if (c.causal === true && k > q + c.keys - c.queries) return -Infinity
    if (c.mask === 'shown' && !isShown(q, k)) return -Infinity
    let sum = 0
    for (let d = 0; d < c.depth; d++) sum += value(((b * c.heads + h) * c.queries + q) * c.depth + d, 1) * value((head * c.keys + k) * c.depth + d, 2)
    return sum / Math.sqrt(c.depth) + (c.mask === 'added' ? added(q, k) : 0)
  })
  const largest = Math.max(...scores)
  const weights = scores.map(s => Math.exp(s - largest))
  const total = weights.reduce((x, y) => x + y, 0)
  return Array.from({ length: c.width }, (_, d) => weights.reduce((sum, w, k) => sum + (w / total) * value((head * c.keys + k) * c.width + d, 3), 0))
}

const planOf = (t: Tensor): Plan => schedule(uop('sink', dtypes.void, [t.uop])).plan

let opened: Runtime | undefined
afterEach(async () => {
  await opened?.close()
  opened = undefined
})

for (const backend of [wasm, cpu]) {
  const { available, reason } = await backend.probe()
  describe.skipIf(!available)(`attention on ${backend.name}${available ? '' : `: ${reason}`}`, () => {
    for (const [name, c] of Object.entries(cases)) {
      it(`${name} is one kernel, and what mathematics says`, async () => {
        opened = createRuntime({ backends: [backend], cacheDirectory: 'off', threads: 2 })
        const runtime = opened
        setDefaultRuntime(() => runtime)
        const result = attention(c)
        const plan = planOf(result)
        expect(plan.calls).toHaveLength(1)
        expect(plan.arenaBytes).toBe(0)
        const found = await result.data()
        const rows = [0, 1, 63, 64, c.queries - 1].filter((q, i, all) => q < c.queries && all.indexOf(q) === i)
        for (let b = 0; b < c.batch; b++) {
          for (let h = 0; h < c.heads; h++) {
            for (const q of rows) {
              const at = ((b * c.heads + h) * c.queries + q) * c.width
              expected(c, b, h, q).forEach((x, d) => expect(Math.abs(Number(found[at + d]) - x), `row ${q}, element ${d}`).toBeLessThan(5e-6))
            }
          }
        }
      })
    }
  })
}
