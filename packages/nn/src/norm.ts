import { Tensor } from '@petagrad/tensor'
import type { Layer } from './module.js'

/** Layer normalisation over the last dimensions, which have `shape`. */
export class LayerNorm implements Layer {
  readonly weight: Tensor
  readonly bias: Tensor

  constructor(shape: number | readonly number[], private readonly options: { readonly epsilon?: number } = {}) {
    const dimensions = [shape].flat()
    this.weight = Tensor.ones(dimensions).requireGrad()
    this.bias = Tensor.zeros(dimensions).requireGrad()
  }

  forward(x: Tensor): Tensor {
    return x.layerNorm(this.weight, this.bias, this.options.epsilon)
  }

  parameters(): Map<string, Tensor> {
    return new Map([['weight', this.weight], ['bias', this.bias]])
  }
}

/**
 * Batch normalisation of [batch, channels, height, width]. While training it normalises by the batch and moves the running
 * statistics (the sample variance, as PyTorch); otherwise by the running statistics.
 */
export class BatchNorm2d implements Layer {
  readonly weight: Tensor
  readonly bias: Tensor
  readonly runningMean: Tensor
  readonly runningVariance: Tensor
  training = true

  constructor(readonly channels: number, private readonly options: { readonly epsilon?: number; readonly momentum?: number } = {}) {
    this.weight = Tensor.ones([channels]).requireGrad()
    this.bias = Tensor.zeros([channels]).requireGrad()
    this.runningMean = Tensor.zeros([channels]).store()
    this.runningVariance = Tensor.ones([channels]).store()
  }

  forward(x: Tensor): Tensor {
    const { epsilon = 1e-5, momentum = 0.1 } = this.options
    if (!this.training) return x.batchNorm(this.runningMean, this.runningVariance, this.weight, this.bias, epsilon)
    const axes = [0, 2, 3]
    const mean = x.mean(axes)
    const variance = x.sub(mean.reshape([1, this.channels, 1, 1])).square().mean(axes)
    const count = x.size / this.channels
    const move = (running: Tensor, now: Tensor): Tensor => running.assign(running.mul(1 - momentum).add(now.detach().mul(momentum)))
    move(this.runningMean, mean)
    move(this.runningVariance, variance.mul(count / Math.max(1, count - 1)))
    return x.batchNorm(mean, variance, this.weight, this.bias, epsilon)
  }

  parameters(): Map<string, Tensor> {
    return new Map([['weight', this.weight], ['bias', this.bias]])
  }

  buffers(): Map<string, Tensor> {
    return new Map([['running_mean', this.runningMean], ['running_var', this.runningVariance]])
  }
}
