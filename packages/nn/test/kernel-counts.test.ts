import { dtypes, uop, type UOp } from '@petagrad/ir'
import { schedule } from '@petagrad/schedule'
import { realizeAll, Tensor, valueAndGrad } from '@petagrad/tensor'
import { beforeAll, describe, expect, it } from 'vitest'
import { useIdle } from '../../tensor/test/interpreted.js'
import { Adam, Linear } from '../src/index.js'
import { convnet } from './convnet.js'
import { LanguageModel } from './models/language-model.js'
import { resnet50 } from './models/resnet.js'

beforeAll(useIdle)

/** Kernels that compute these tensors together. */
function kernels(...tensors: readonly Tensor[]): readonly string[] {
  const roots = tensors.map(t => {
    let u: UOp = t.uop
    while (u.op === 'reshape') u = u.src[0]
    return u.op === 'assign' ? u : t.uop
  })
  return schedule(uop('sink', dtypes.void, roots)).plan.calls.map(c => c.kernel.arg.name)
}

const zeros = (...shape: number[]): Tensor => Tensor.from(new Float32Array(shape.reduce((a, b) => a * b, 1)), { shape })

describe('kernels of', () => {
  const x = (): Tensor => zeros(256, 512)

  it('softmax: one, and one backward', () => {
    expect(kernels(x().softmax())).toHaveLength(1)
    expect(kernels(x().logSoftmax())).toHaveLength(1)
    const weight = zeros(256, 512)
    expect(kernels(...valueAndGrad((t: Tensor) => t.softmax().mul(weight).sum())(x()).gradients)).toHaveLength(1)
  })

  it('layer normalisation: one, and two backward', () => {
    const [w, b, g] = [zeros(512), zeros(512), zeros(256, 512)]
    expect(kernels(x().layerNorm(w, b))).toHaveLength(1)
    const { gradients } = valueAndGrad((t: Tensor, u: Tensor, v: Tensor) => t.layerNorm(u, v).mul(g).sum())(x(), w, b)
    expect(kernels(...gradients).length).toBeLessThanOrEqual(2)
  })

  it('linear with bias and relu: one', async () => {
    const layer = new Linear(512, 64)
    await realizeAll()
    expect(kernels(layer.forward(x()).relu())).toHaveLength(1)
  })

  it('an Adam update of all parameters: at most two', async () => {
    const parameters = convnet().parameters()
    for (const p of parameters.values()) p.grad = zeros(...p.shape)
    const optimizer = new Adam(parameters)
    await realizeAll()
    optimizer.step()
    expect(kernels(...parameters.values(), ...optimizer.buffers().values()).length).toBeLessThanOrEqual(2)
  })

  it('the digit network: at most 35 for a training step', async () => {
    const model = convnet()
    const optimizer = new Adam(model.parameters())
    await realizeAll()
    const loss = model.forward(zeros(64, 1, 28, 28)).crossEntropy(Tensor.from(new Int32Array(64)))
    loss.backward()
    optimizer.step()
    const names = kernels(loss, ...model.parameters().values(), ...optimizer.buffers().values())
    console.log(`${names.length} kernels`)
    expect(names.length).toBeLessThanOrEqual(35)
  })
})

describe('a deep network', () => {
  const kernelsOf = (...tensors: readonly Tensor[]): readonly UOp[] =>
    schedule(uop('sink', dtypes.void, tensors.map(t => t.uop))).plan.calls.map(c => c.kernel)

  it('of more layers has no more kernels to compile', async () => {
    const distinct = async (layers: number): Promise<number> => {
      const model = new LanguageModel({ layers, width: 64, heads: 4, vocabulary: 100, positions: 32 })
      await realizeAll()
      const tokens = (): Tensor => Tensor.from(new Int32Array(2 * 32), { shape: [2, 32] })
      model.loss(tokens(), tokens()).backward()
      return new Set(kernelsOf(...[...model.parameters().values()].flatMap(p => p.grad ?? []))).size
    }
    expect(await distinct(6)).toBe(await distinct(3))
  })

  it('ResNet-50: a kernel for a convolution, and one for those of one shape', async () => {
    const model = resnet50()
    await realizeAll()
    const kernels = kernelsOf(model.forward(zeros(1, 3, 224, 224)))
    expect(kernels.length).toBeLessThanOrEqual(58)
    expect(new Set(kernels).size).toBeLessThanOrEqual(33)
  })
})
