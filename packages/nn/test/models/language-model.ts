import type { Tensor } from '@petagrad/tensor'
import { Embedding, LayerNorm, Linear, prefixed, TransformerBlock } from '@petagrad/nn'

export interface LanguageModelShape {
  readonly layers: number
  readonly width: number
  readonly heads: number
  readonly vocabulary: number
  readonly positions: number
}

/** A causal transformer (the shape of GPT-2): tokens [n, positions] to scores [n, positions, vocabulary]. */
export class LanguageModel {
  private readonly tokens: Embedding
  private readonly positions: Embedding
  private readonly blocks: readonly TransformerBlock[]
  private readonly norm: LayerNorm
  private readonly head: Linear

  constructor(shape: LanguageModelShape) {
    this.tokens = new Embedding(shape.vocabulary, shape.width)
    this.positions = new Embedding(shape.positions, shape.width)
    this.blocks = Array.from({ length: shape.layers }, () => new TransformerBlock(shape.width, shape.heads, { causal: true }))
    this.norm = new LayerNorm(shape.width)
    this.head = new Linear(shape.width, shape.vocabulary, { bias: false })
  }

  forward(tokens: Tensor): Tensor {
    const embedded = this.tokens.forward(tokens).add(this.positions.weight)
    return this.head.forward(this.norm.forward(this.blocks.reduce((x, block) => block.forward(x), embedded)))
  }

  /** Mean cross entropy of the scores against the tokens that follow. */
  loss(tokens: Tensor, next: Tensor): Tensor {
    const scores = this.forward(tokens)
    return scores.reshape([next.size, -1]).crossEntropy(next.reshape([next.size]))
  }

  parameters(): Map<string, Tensor> {
    return prefixed({
      tokens: this.tokens.parameters(), positions: this.positions.parameters(),
      ...Object.fromEntries(this.blocks.map((b, i) => [`block${i}`, b.parameters()])),
      norm: this.norm.parameters(), head: this.head.parameters(),
    })
  }
}
