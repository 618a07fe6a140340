import { BatchNorm2d, Conv2d, Linear, type Layer, type Tensor } from 'petagrad'

/** Blocks of a stage, and the channels that its 3×3 convolutions have. */
const stages = [[3, 64], [4, 128], [6, 256], [3, 512]] as const
const expansion = 4

/** ResNet-50 (He et al. 2015), for inference: [n, 3, 224, 224] to [n, 1000]. */
export class ResNet50 {
  private readonly stem = new Normalised(3, 64, 7, 2)
  private readonly blocks: readonly Bottleneck[] = stages.flatMap(([count, width], stage) =>
    Array.from({ length: count }, (_, i) => {
      const inputs = i > 0 ? width * expansion : stage === 0 ? 64 : stages[stage - 1][1] * expansion
      return new Bottleneck(inputs, width, i === 0 && stage > 0 ? 2 : 1)
    }))
  private readonly head = new Linear(512 * expansion, 1000)

  forward(images: Tensor): Tensor {
    const pooled = this.stem.forward(images).relu().maxPool2d(3, { stride: 2, padding: 1 })
    return this.head.forward(this.blocks.reduce((x, block) => block.forward(x), pooled).mean([2, 3]))
  }
}

/** A convolution that keeps the size but for its stride, and batch normalisation by running statistics. */
class Normalised implements Pick<Layer, 'forward'> {
  private readonly convolution: Conv2d
  private readonly norm: BatchNorm2d

  constructor(inputs: number, outputs: number, kernel: number, stride: number) {
    this.convolution = new Conv2d(inputs, outputs, kernel, { stride, padding: (kernel - 1) / 2, bias: false })
    this.norm = new BatchNorm2d(outputs)
    this.norm.training = false
  }

  forward(x: Tensor): Tensor {
    return this.norm.forward(this.convolution.forward(x))
  }
}

/** 1×1 to narrow, 3×3, 1×1 to widen, added to the input. */
class Bottleneck {
  private readonly narrow: Normalised
  private readonly spatial: Normalised
  private readonly widen: Normalised
  private readonly shortcut: Normalised | undefined

  constructor(inputs: number, width: number, stride: number) {
    this.narrow = new Normalised(inputs, width, 1, 1)
    this.spatial = new Normalised(width, width, 3, stride)
    this.widen = new Normalised(width, width * expansion, 1, 1)
    this.shortcut = inputs === width * expansion && stride === 1 ? undefined : new Normalised(inputs, width * expansion, 1, stride)
  }

  forward(x: Tensor): Tensor {
    const wide = this.widen.forward(this.spatial.forward(this.narrow.forward(x).relu()).relu())
    return wide.add(this.shortcut === undefined ? x : this.shortcut.forward(x)).relu()
  }
}
