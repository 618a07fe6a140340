import { dtypes } from '@petagrad/ir'
import { beforeAll, describe, expect, it } from 'vitest'
import { Tensor } from '../src/index.js'
import { useInterpreter } from './interpreted.js'

beforeAll(() => void useInterpreter())

const ints = (data: readonly number[] | readonly (readonly number[])[]): Tensor => Tensor.from(data, { dtype: dtypes.i32 })

describe('indexing', () => {
  const x = (): Tensor => ints([[0, 1, 2], [3, 4, 5]])

  it('take looks up along an axis', async () => {
    expect(await x().take(ints([1, 0, 1])).tolist()).toEqual([[3, 4, 5], [0, 1, 2], [3, 4, 5]])
    expect(await x().take(ints([2, 0]), 1).tolist()).toEqual([[2, 0], [5, 3]])
    expect(await x().take(ints([[2, 0]]), 1).tolist()).toEqual([[[2, 0]], [[5, 3]]])
  })

  it('gather looks up element by element', async () => {
    expect(await x().gather(1, ints([[2], [0]])).tolist()).toEqual([[2], [3]])
    expect(await x().gather(0, ints([[1, 0, 1]])).tolist()).toEqual([[3, 1, 5]])
  })

  it('indices that only the device knows give zero outside', async () => {
    expect(await x().take(ints([0, 1]).mul(7)).tolist()).toEqual([[0, 1, 2], [0, 0, 0]])
    expect(await x().gather(1, ints([[1], [1]]).mul(3)).tolist()).toEqual([[0], [0]])
    expect(await x().gather(1, ints([[1], [1]]).mul(-1)).tolist()).toEqual([[0], [0]])
  })

  it('oneHot', async () => {
    expect(await ints([2, 0]).oneHot(3).tolist()).toEqual([[false, false, true], [true, false, false]])
  })

  it.each([
    ['above', () => x().take(ints([0, 2])), 'INDEX_OUT_OF_RANGE', /index 2 at position 1/],
    ['below', () => x().take(ints([-1])), 'INDEX_OUT_OF_RANGE', /index -1 at position 0/],
    ['no integer', () => x().take(Tensor.from([0.5])), 'INVALID_DATA', /0\.5 at position 0/],
    ['float', () => x().take(Tensor.from([0]).add(0.25)), 'DTYPE_MISMATCH', /integers/],
    ['label too large', () => Tensor.zeros([2, 3]).crossEntropy(ints([0, 3])), 'INDEX_OUT_OF_RANGE', /index 3 at position 1/],
    ['NaN label', () => Tensor.zeros([2, 3]).crossEntropy(Tensor.from([0, NaN])), 'INVALID_DATA', /NaN at position 1/],
  ] as const)('refuses an index %s', (_, f, code, message) => {
    expect(f).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }))
  })
})
