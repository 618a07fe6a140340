import type { ConvolutionOptions, Pair, Tensor } from '@petagrad/tensor'
import { fanInUniform } from './initializers.js'
import type { Layer } from './module.js'

/** Convolution of [batch, channels, height, width]. `weight` is [outputs, inputs / groups, height, width]. */
export class Conv2d implements Layer {
  readonly weight: Tensor
  readonly bias: Tensor | undefined

  constructor(
    readonly inputs: number,
    readonly outputs: number,
    readonly kernel: Pair,
    private readonly options: ConvolutionOptions & { readonly bias?: boolean } = {},
  ) {
    const [height, width] = typeof kernel === 'number' ? [kernel, kernel] : kernel
    const perGroup = inputs / (options.groups ?? 1)
    this.weight = fanInUniform([outputs, perGroup, height, width]).requireGrad()
    this.bias = options.bias ?? true ? fanInUniform([outputs], perGroup * height * width).requireGrad() : undefined
  }

  forward(x: Tensor): Tensor {
    return x.conv2d(this.weight, this.bias, this.options)
  }

  parameters(): Map<string, Tensor> {
    return new Map([['weight', this.weight], ...(this.bias === undefined ? [] : [['bias', this.bias] as const])])
  }
}
