import { dropout, PetagradError, type Tensor } from '@petagrad/tensor'
import type { Layer } from './module.js'

/** While training, zeroes elements with a probability and scales the others up. */
export class Dropout implements Layer {
  training = true

  constructor(readonly probability = 0.5) {
    if (!(probability >= 0 && probability <= 1)) throw new PetagradError('INVALID_ARGUMENT', `${probability} is no probability`, { op: 'Dropout' })
  }

  forward(x: Tensor): Tensor {
    return this.training ? dropout(x, this.probability) : x
  }

  parameters(): Map<string, Tensor> {
    return new Map()
  }
}
