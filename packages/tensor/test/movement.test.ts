import { dtypes } from '@petagrad/ir'
import { beforeAll, describe, expect, it } from 'vitest'
import { Tensor, type SlicePart } from '../src/index.js'
import { useInterpreter } from './interpreted.js'
import { coordinates, count, offset, sample, seed } from './sample.js'

beforeAll(() => void useInterpreter())

/** Values that are their own row-major offsets, so that a result says where its elements came from. */
const numbered = (shape: readonly number[]): Tensor => Tensor.from(Int32Array.from({ length: count(shape) }, (_, i) => i), { shape })

/** Checks a movement against the source coordinate of every result coordinate; null is zero. */
async function expectMoved(out: Tensor, shape: readonly number[], from: readonly number[], source: (at: readonly number[]) => readonly number[] | null): Promise<void> {
  expect(out.shape).toEqual(shape)
  const wanted = coordinates(shape).map(at => {
    const origin = source(at)
    return origin === null ? 0 : offset(origin, from)
  })
  expect(Array.from(await out.data(), Number)).toEqual(wanted)
}

describe('movement', () => {
  it.each([0, 1, 2, 3, 4, 5])(`random shapes, case %i (seed ${seed})`, async stream => {
    const s = sample(stream)
    const shape = s.shape(s.integer(1, 5))
    const x = numbered(shape)
    const axis = s.integer(0, shape.length)
    const order = shape.map((_, i) => i).sort(() => s.number(-1, 1))
    await expectMoved(x.permute(order), order.map(i => shape[i]), shape, at => shape.map((_, i) => at[order.indexOf(i)]))
    await expectMoved(x.flip(axis), shape, shape, at => at.map((v, i) => (i === axis ? shape[i] - 1 - v : v)))
    const amounts = shape.map((): [number, number] => [s.integer(0, 3), s.integer(0, 3)])
    const padded = shape.map((d, i) => d + amounts[i][0] + amounts[i][1])
    await expectMoved(x.pad(amounts), padded, shape, at => {
      const origin = at.map((v, i) => v - amounts[i][0])
      return origin.every((v, i) => v >= 0 && v < shape[i]) ? origin : null
    })
    const bounds = shape.map((d): [number, number] => {
      const from = s.integer(0, d)
      return [from, s.integer(from, d) + 1]
    })
    await expectMoved(x.shrink(bounds), bounds.map(([a, b]) => b - a), shape, at => at.map((v, i) => v + bounds[i][0]))
    await expectMoved(x.reshape([-1]), [count(shape)], shape, ([at]) => coordinates(shape)[at])
    await expectMoved(x.unsqueeze(axis).expand([...shape.slice(0, axis), 3, ...shape.slice(axis)]), [...shape.slice(0, axis), 3, ...shape.slice(axis)], shape,
      at => at.filter((_, i) => i !== axis))
    const repeats = shape.map(() => s.integer(1, 3))
    await expectMoved(x.repeat(repeats), shape.map((d, i) => d * repeats[i]), shape, at => at.map((v, i) => v % shape[i]))
    const back = x.split(2, axis).length
    expect(back).toBe(Math.ceil(shape[axis] / 2))
    await expectMoved(Tensor.concat(x.split(2, axis), axis), shape, shape, at => at)
  })

  const pythonSlices: readonly (readonly [readonly SlicePart[], readonly number[], readonly number[]])[] = [
    // numpy: np.arange(12).reshape(3, 4)[...]
    [[1], [4], [4, 5, 6, 7]],
    [[-1, [1, 3]], [2], [9, 10]],
    [[[0, 2], -1], [2], [3, 7]],
    [[null, [null, null, 2]], [3, 2], [0, 2, 4, 6, 8, 10]],
    [[[null, null, -1], 0], [3], [8, 4, 0]],
    [[0, [3, 0, -2]], [2], [3, 1]],
    [[0, [null, 1, -1]], [2], [3, 2]],
    [[[1, 9], [-3, -1]], [2, 2], [5, 6, 9, 10]],
    [[[2, 1]], [0, 4], []],
    [[0, [1, null, 3]], [1], [1]],
    [[0, [0, 4, 3]], [2], [0, 3]],
  ]
  it.each(pythonSlices)('slice %j as Python does', async (parts, shape, wanted) => {
    const out = numbered([3, 4]).slice(...parts)
    expect(out.shape).toEqual(shape)
    expect(Array.from(await out.data(), Number)).toEqual(wanted)
  })

  it('pads with any value, transposes, flattens, squeezes, stacks', async () => {
    expect(await numbered([2]).pad([[1, 1]], 7).tolist()).toEqual([7, 0, 1, 7])
    expect(await numbered([2, 3]).T.tolist()).toEqual([[0, 3], [1, 4], [2, 5]])
    expect(numbered([2, 3, 4]).transpose(0, 2).shape).toEqual([4, 3, 2])
    expect(numbered([2, 3, 4]).flatten(1).shape).toEqual([2, 12])
    expect(numbered([1, 3, 1]).squeeze().shape).toEqual([3])
    expect(numbered([1, 3, 1]).squeeze(-1).shape).toEqual([1, 3])
    expect(await Tensor.stack([numbered([2]), numbered([2]).add(5)], 1).tolist()).toEqual([[0, 5], [1, 6]])
    expect(numbered([5]).chunk(2).map(t => t.shape)).toEqual([[3], [2]])
  })

  it('concatenation keeps the sign of zero and the wider dtype', async () => {
    const out = Tensor.concat([Tensor.from([-0]), Tensor.from([1], { dtype: dtypes.f64 })])
    expect(out.dtype).toBe(dtypes.f64)
    expect(Object.is((await out.data())[0], -0)).toBe(true)
  })
})

describe('creation', () => {
  it('ranges and constants', async () => {
    expect(await Tensor.arange(4).tolist()).toEqual([0, 1, 2, 3])
    expect(await Tensor.arange(2, 9, 3).tolist()).toEqual([2, 5, 8])
    expect(await Tensor.arange(3, 0, -1).tolist()).toEqual([3, 2, 1])
    expect(await Tensor.arange(0, 1, 0.25).tolist()).toEqual([0, 0.25, 0.5, 0.75])
    expect(await Tensor.linspace(0, 1, 5).tolist()).toEqual([0, 0.25, 0.5, 0.75, 1])
    expect(await Tensor.eye(2, 3).tolist()).toEqual([[1, 0, 0], [0, 1, 0]])
    expect(await Tensor.full([2], true).tolist()).toEqual([true, true])
    expect(await Tensor.zeros([0, 3]).data()).toHaveLength(0)
    expect(await Tensor.from(3).item()).toBe(3)
    expect(await Tensor.from([[1n, 2n]]).tolist()).toEqual([[1n, 2n]])
  })

  it('copies a typed array, and takes its dtype', async () => {
    const data = Float64Array.of(1, 2)
    const x = Tensor.from(data)
    data[0] = 9
    expect(x.dtype).toBe(dtypes.f64)
    expect(await x.tolist()).toEqual([1, 2])
    expect(Tensor.from([Int32Array.of(1), Int32Array.of(2)]).shape).toEqual([2, 1])
  })
})
