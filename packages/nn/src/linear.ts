import type { Tensor } from '@petagrad/tensor'
import { fanInUniform } from './initializers.js'
import type { Layer } from './module.js'

/** x·Wᵀ + b over the last dimension. `weight` is [outputs, inputs]. */
export class Linear implements Layer {
  readonly weight: Tensor
  readonly bias: Tensor | undefined

  constructor(readonly inputs: number, readonly outputs: number, options: { readonly bias?: boolean } = {}) {
    this.weight = fanInUniform([outputs, inputs]).requireGrad()
    this.bias = options.bias ?? true ? fanInUniform([outputs], inputs).requireGrad() : undefined
  }

  forward(x: Tensor): Tensor {
    const y = x.matmul(this.weight.transpose())
    return this.bias === undefined ? y : y.add(this.bias)
  }

  parameters(): Map<string, Tensor> {
    return new Map([['weight', this.weight], ...(this.bias === undefined ? [] : [['bias', this.bias] as const])])
  }
}
