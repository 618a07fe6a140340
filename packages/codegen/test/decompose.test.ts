import { address, decodeValues, dtypes, encodeValues, fromBits, interpretKernel, load, param, range, roundTo, store, unary, uop, type DType, type UnaryOp, type UOp } from '@petagrad/ir'
import { createCRenderer } from '@petagrad/renderer-c'
import { Random, seedFrom, ulpsBetween } from '@petagrad/testing'
import { describe, expect, test } from 'vitest'
import { decompose } from '../src/decompose/index.js'

const seed = seedFrom(process.env, 7)
const { capabilities } = createCRenderer({ compiler: 'clang', isa: 'x86-64-v3', cores: 1 })
const COUNT = 6000

function computed(op: UnaryOp, dtype: DType, xs: readonly number[]): readonly number[] {
  const i = range(xs.length, 0, 'loop')
  const kernel = uop('kernel', dtypes.void, [store(address(param(0, dtype, xs.length), i), unary(op, load(address(param(1, dtype, xs.length), i))))], { name: 'k' })
  const plain: UOp<'kernel'> = decompose(kernel, capabilities)
  const args = [new Uint8Array((xs.length * dtype.bits) / 8), encodeValues(dtype, xs)]
  interpretKernel(plain, args)
  return decodeValues(dtype, args[0]).map(Number)
}

/** Any float, and as many of everyday size. */
function samples(dtype: DType, positive: boolean): number[] {
  const random = new Random(seed)
  const word = (): bigint => BigInt(Math.floor(random.next() * 2 ** 32))
  return Array.from({ length: COUNT }, (_, i) => {
    const x = i % 2 === 0 ? Number(fromBits(dtype, (word() << 32n) | word())) : Number(fromBits(dtypes.f32, encodeBits((random.next() - 0.5) * 100)))
    return positive ? Math.abs(x) : x
  })
}
const encodeBits = (x: number): bigint => BigInt(new Uint32Array(new Float32Array([x]).buffer)[0])

describe(`functions that no target has (seed ${seed})`, () => {
  const truth: readonly (readonly [UnaryOp, (x: number) => number, boolean])[] = [['sin', Math.sin, false], ['exp2', x => 2 ** x, false], ['log2', Math.log2, true]]
  for (const [op, exact, positive] of truth) {
    // JavaScript's functions are themselves an ulp off in double.
    for (const [dtype, ulps] of [[dtypes.f32, 2], [dtypes.f64, 3]] as const) {
      test(`${op} on ${dtype.name} is within ${ulps} ulps, for every size of argument`, () => {
        const xs = samples(dtype, positive)
        const worst = computed(op, dtype, xs).reduce((most, y, i) => Math.max(most, Math.min(1e9, ulpsBetween(dtype, roundTo(dtype, exact(xs[i])), y))), 0)
        console.log(`${op} ${dtype.name}: at most ${worst.toFixed(2)} ulps`)
        expect(worst).toBeLessThanOrEqual(ulps)
      })
    }
  }

  test.each([[2 ** 60 * Math.PI], [1e22], [5319372648326541 * 2 ** 202], [Number.MAX_VALUE], [Math.PI], [1e-300], [-0.5]])('sin(%d) in f64 is the true value', x => {
    expect(Math.abs(computed('sin', dtypes.f64, [x])[0] - Math.sin(x))).toBeLessThan(1e-15 * Math.max(Math.abs(Math.sin(x)), 1e-3))
  })
})
