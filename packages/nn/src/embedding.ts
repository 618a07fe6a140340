import { normal, type Tensor } from '@petagrad/tensor'
import type { Layer } from './module.js'

/** Rows of a table, looked up by integers: [...] gives [..., width]. */
export class Embedding implements Layer {
  readonly weight: Tensor

  constructor(readonly rows: number, readonly width: number) {
    this.weight = normal([rows, width]).requireGrad()
  }

  forward(indices: Tensor): Tensor {
    return this.weight.take(indices)
  }

  parameters(): Map<string, Tensor> {
    return new Map([['weight', this.weight]])
  }
}
