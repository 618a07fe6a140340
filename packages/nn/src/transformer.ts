import { PetagradError, type Tensor } from '@petagrad/tensor'
import { Dropout } from './dropout.js'
import { Linear } from './linear.js'
import { prefixed, type Layer } from './module.js'
import { LayerNorm } from './norm.js'

export interface AttentionLayerOptions {
  /** A position sees itself and those before it only. */
  readonly causal?: boolean
  readonly bias?: boolean
}

/** Self-attention of [batch, positions, width] with several heads (Vaswani et al. 2017). */
export class MultiheadAttention implements Layer {
  /** Queries, keys and values in one matrix. */
  readonly projection: Linear
  readonly output: Linear

  constructor(readonly width: number, readonly heads: number, private readonly options: AttentionLayerOptions = {}) {
    if (width % heads !== 0) throw new PetagradError('INVALID_ARGUMENT', `${heads} heads do not divide a width of ${width}`, { op: 'MultiheadAttention' })
    this.projection = new Linear(width, 3 * width, { bias: options.bias })
    this.output = new Linear(width, width, { bias: options.bias })
  }

  forward(x: Tensor): Tensor {
    const [batch, positions] = x.shape
    // [batch, positions, 3·width] to three of [batch, heads, positions, depth]
    const parts = this.projection.forward(x).reshape([batch, positions, 3, this.heads, this.width / this.heads])
    const [queries, keys, values] = [0, 1, 2].map(i => parts.slice(null, null, i).transpose(1, 2))
    const seen = queries.scaledDotProductAttention(keys, values, { causal: this.options.causal })
    return this.output.forward(seen.transpose(1, 2).reshape([batch, positions, this.width]))
  }

  parameters(): Map<string, Tensor> {
    return prefixed({ projection: this.projection.parameters(), output: this.output.parameters() })
  }
}

export interface TransformerBlockOptions extends AttentionLayerOptions {
  /** Width inside of the feed-forward part; default four times the outer one. */
  readonly hidden?: number
  readonly dropout?: number
}

/** Attention and a feed-forward network, each normalised before and added to its input. */
export class TransformerBlock implements Layer {
  readonly attention: MultiheadAttention
  readonly attentionNorm: LayerNorm
  readonly feedForwardNorm: LayerNorm
  readonly up: Linear
  readonly down: Linear
  readonly dropout: Dropout

  constructor(width: number, heads: number, options: TransformerBlockOptions = {}) {
    const hidden = options.hidden ?? 4 * width
    this.attention = new MultiheadAttention(width, heads, options)
    this.attentionNorm = new LayerNorm(width)
    this.feedForwardNorm = new LayerNorm(width)
    this.up = new Linear(width, hidden, { bias: options.bias })
    this.down = new Linear(hidden, width, { bias: options.bias })
    this.dropout = new Dropout(options.dropout ?? 0)
  }

  forward(x: Tensor): Tensor {
    const attended = x.add(this.dropout.forward(this.attention.forward(this.attentionNorm.forward(x))))
    const hidden = this.up.forward(this.feedForwardNorm.forward(attended)).gelu('tanh')
    return attended.add(this.dropout.forward(this.down.forward(hidden)))
  }

  parameters(): Map<string, Tensor> {
    return prefixed({
      attention: this.attention.parameters(),
      attention_norm: this.attentionNorm.parameters(),
      feed_forward_norm: this.feedForwardNorm.parameters(),
      up: this.up.parameters(), down: this.down.parameters(),
    })
  }
}
