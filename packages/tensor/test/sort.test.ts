import { beforeAll, describe, expect, it } from 'vitest'
import { dtypes } from '@petagrad/ir'
import { Tensor, valueAndGrad } from '../src/index.js'
import { useInterpreter } from './interpreted.js'
import { sample, seed } from './sample.js'

beforeAll(() => void useInterpreter())

describe(`sorting (seed ${seed})`, () => {
  it('values are the elements at the indices, in order', async () => {
    const x = Tensor.from(sample(1).list(24), { shape: [2, 3, 4] })
    for (const axis of [0, 1, 2, -1]) {
      const { values, indices } = x.sort(axis)
      expect(await values.tolist()).toEqual(await x.gather(axis, indices).tolist())
      const extent = values.shape.at(axis) ?? 0
      const [front, back] = [values.transpose(axis, 0).slice([0, extent - 1]), values.transpose(axis, 0).slice([1, extent])]
      expect(await front.le(back).all().item()).toBe(1)
    }
  })
  it('equal elements stay in their order, also when descending', async () => {
    const x = Tensor.from([2, 1, 2, 1, 2])
    expect(await x.argsort().tolist()).toEqual([1, 3, 0, 2, 4])
    expect(await x.argsort(0, { descending: true }).tolist()).toEqual([0, 2, 4, 1, 3])
  })
  it('NaN counts as larger than infinity', async () => {
    const x = Tensor.from([NaN, 1, Infinity, -Infinity])
    expect(await x.sort().values.tolist()).toEqual([-Infinity, 1, Infinity, NaN])
    expect(await x.topk(2).values.tolist()).toEqual([NaN, Infinity])
    expect(await x.topk(1, 0, { descending: false }).values.tolist()).toEqual([-Infinity])
  })
  it('what is among the first gets its gradient back', async () => {
    const { gradients: [g] } = valueAndGrad((x: Tensor) => x.topk(2).values.mul(Tensor.from([10, 1])).sum())(Tensor.from([3, 1, 4, 2]))
    expect(await g.tolist()).toEqual([1, 0, 10, 0])
  })
  it('has second derivatives', async () => {
    const first = (x: Tensor): Tensor => valueAndGrad((t: Tensor) => t.sort(0).values.pow(3).mul(Tensor.from([1, 2, 3])).sum())(x).gradients[0].sum()
    const { gradients: [g] } = valueAndGrad(first)(Tensor.from([3, 1, 2]))
    expect(await g.tolist()).toEqual([3 * 6 * 3, 1 * 6 * 1, 2 * 6 * 2])
  })
  it('refuses to take more than there is', () => {
    expect(() => Tensor.zeros([2, 3]).topk(4)).toThrow(/no 4 largest of 3/)
    expect(() => Tensor.zeros([2, 3]).sort(2)).toThrow(/axis 2/)
  })
})

describe('running totals', () => {
  it('are summed in wider integers', async () => {
    const x = Tensor.from([100, 100, 100], { dtype: dtypes.i8 })
    expect([x.cumsum(0).dtype.name, await x.cumsum(0).tolist()]).toEqual(['i32', [100, 200, 300]])
  })
  it('a maximum goes on', async () => expect(await Tensor.from([[1, 3, 2], [5, 4, 6]]).cummax(1).tolist()).toEqual([[1, 3, 3], [5, 5, 6]]))
  it('the gradient of a product knows its zeros', async () => {
    const { gradients: [g] } = valueAndGrad((x: Tensor) => x.cumprod(0).sum())(Tensor.from([2, 0, 3, 0]))
    expect(await g.tolist()).toEqual([1, 8, 0, 0])
  })
  it('the gradient of a maximum goes to the last that holds it', async () => {
    const { gradients: [g] } = valueAndGrad((x: Tensor) => x.cummax(0).sum())(Tensor.from([1, 3, 2, 3, 0, 5]))
    expect(await g.tolist()).toEqual([1, 2, 0, 2, 0, 1])
  })
})
