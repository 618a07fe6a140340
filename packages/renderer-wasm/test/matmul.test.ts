import { address, binary, constant, dtypes, load, param, register, store, uop, vector, vectorize, type UOp } from '@petagrad/ir'
import type { LinearProgram } from '@petagrad/renderer'
import { describe, expect, it } from 'vitest'
import { createWasmRenderer, disassemble } from '../src/index.js'
import { counter, end, i32, programOf, runProgram, task } from './programs.js'

const { f32 } = dtypes
const add = (a: UOp, b: UOp): UOp => binary('add', a, b)
const mul = (a: UOp, b: UOp): UOp => binary('mul', a, b)

const ROWS = 4, VECTORS = 2, COLUMNS = VECTORS * 4

/**
 * C = A·B for n×n matrices with 4×2 vectors of C in registers. A is packed in panels of four rows, B in panels of eight
 * columns: `A[row / 4][k][row % 4]`, `B[column / 8][k][column % 8]`. Task t computes `block` rows.
 */
function matmul(n: number, block: number): LinearProgram {
  const V = vector(f32, 4)
  const t = task(n / block)
  const panel = counter(n / COLUMNS, 0), strip = counter(block / ROWS, 1), k = counter(n, 2)
  const [c, a, b] = [0, 1, 2].map(slot => param(slot, f32, n * n))
  const row = add(mul(t, i32(block)), mul(strip, i32(ROWS)))
  const sums = Array.from({ length: ROWS * VECTORS }, (_, i) => register(i, V))
  const aPanel = address(a, mul(row, i32(n))), bPanel = address(b, mul(panel, i32(n * COLUMNS)))
  const aRow = address(aPanel, mul(k, i32(ROWS))), bRow = address(bPanel, mul(k, i32(COLUMNS)))
  const bs = Array.from({ length: VECTORS }, (_, v) => load(address(bRow, i32(v * 4)), undefined, 4))
  const body = Array.from({ length: ROWS }, (_, r) => {
    const x = load(address(aRow, i32(r)))
    const splat = vectorize([x, x, x, x])
    return bs.map((y, v) => store(sums[r * VECTORS + v], add(load(sums[r * VECTORS + v]), mul(splat, y))))
  }).flat()
  const done = end(k)
  const corner = add(mul(row, i32(n)), mul(panel, i32(COLUMNS)))
  const results = sums.map((s, i) =>
    store(address(address(c, corner), i32(Math.floor(i / VECTORS) * n + (i % VECTORS) * 4)), load(uop('after', V, [s, done]))))
  const zero = constant(0, V)
  return programOf(
    [t, panel, bPanel, strip, row, aPanel, corner, ...sums.flatMap(s => [s, store(s, zero)]), k, ...bs, ...body, done, ...results, end(strip), end(panel)],
    [f32, f32, f32], n * n, { grid: [n / block], name: 'matmul' })
}

const bytesOf = (x: Float32Array): Uint8Array => new Uint8Array(x.buffer)

describe('a matrix product in a 4×2 register tile', () => {
  it('is exact on small integers', async () => {
    const n = 32
    const value = (i: number, j: number, seed: number): number => ((i * 7 + j * 13 + seed) % 9) - 4
    const a = new Float32Array(n * n), b = new Float32Array(n * n), expected = new Float32Array(n * n)
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        a[(i - (i % ROWS)) * n + j * ROWS + (i % ROWS)] = value(i, j, 1)
        b[(j - (j % COLUMNS)) * n + i * COLUMNS + (j % COLUMNS)] = value(i, j, 2)
        for (let k = 0; k < n; k++) expected[i * n + j] += value(i, k, 1) * value(k, j, 2)
      }
    }
    const [c] = await runProgram(matmul(n, 16), [new Uint8Array(n * n * 4), bytesOf(a), bytesOf(b)])
    expect(new Float32Array(c.buffer)).toEqual(expected)
  })

  it('has loads, products and sums in its inner loop, two moved addresses and a counter', () => {
    const artifact = createWasmRenderer().render(matmul(1024, 64))
    const lines = artifact.kind === 'binary' ? disassemble(artifact.bytes).split('\n').map(l => l.trim()) : []
    const body = lines.slice(lines.lastIndexOf('loop') + 1)
    const inner = body.slice(0, body.indexOf('end')).map(l => l.split(' ')[0]).filter(l => !l.startsWith('local.') && l !== 'i32.const')
    const count = (name: string): number => inner.filter(l => l === name).length
    expect(Object.fromEntries([...new Set(inner)].map(name => [name, count(name)]))).toEqual({
      'v128.load': 2, 'v128.load32_splat': 4, 'f32x4.mul': 8, 'f32x4.add': 8, 'i32.add': 3, 'i32.lt_s': 1, br_if: 1,
    })
  })

  it('runs near what the machine can do (printed, not asserted)', () => {
    const n = 1024, block = 64
    const artifact = createWasmRenderer({ sharedMemory: false }).render(matmul(n, block))
    if (artifact.kind !== 'binary') throw new Error('not a binary')
    const memory = new WebAssembly.Memory({ initial: 256, maximum: 65536 })
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(artifact.bytes as BufferSource), { env: { memory } })
    const kernel = exports[artifact.entry] as (args: number, task: number, scratch: number) => void // the ABI
    new Int32Array(memory.buffer, 64, 3).set([65536, 65536 + 4 * n * n, 65536 + 8 * n * n])
    let best = Infinity
    for (let round = 0; round < 12; round++) {
      const before = process.cpuUsage().user
      for (let t = 0; t < n / block / 2; t++) kernel(64, t, 1024)
      best = Math.min(best, (process.cpuUsage().user - before) * 1e3)
    }
    console.log(`matmul ${n}, half of the tasks on one thread: ${((n ** 3) / best).toFixed(1)} GFLOPS`)
  })
})
