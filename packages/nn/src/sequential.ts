import type { Tensor } from '@petagrad/tensor'
import { prefixed, type Layer } from './module.js'

/** Layers and functions one after the other; parameters are named by position. */
export class Sequential implements Layer {
  readonly layers: readonly (Layer | ((x: Tensor) => Tensor))[]

  constructor(...layers: readonly (Layer | ((x: Tensor) => Tensor))[]) {
    this.layers = layers
  }

  forward(x: Tensor): Tensor {
    return this.layers.reduce((y, layer) => (typeof layer === 'function' ? layer(y) : layer.forward(y)), x)
  }

  parameters(): Map<string, Tensor> { return this.collect(layer => layer.parameters()) }

  buffers(): Map<string, Tensor> { return this.collect(layer => layer.buffers?.() ?? new Map()) }

  private collect(entries: (layer: Layer) => Map<string, Tensor>): Map<string, Tensor> {
    return prefixed(Object.fromEntries(this.layers.flatMap((layer, i) => (typeof layer === 'function' ? [] : [[i, entries(layer)] as const]))))
  }
}
