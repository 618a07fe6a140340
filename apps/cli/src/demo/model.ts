import { Conv2d, Linear, prefixed, type Layer, type Tensor } from 'petagrad'

/** Two convolutions of 5×5×32, pooling, two of 3×3×64, pooling, one linear layer: [n, 1, 28, 28] to scores [n, 10]. */
export class DigitNet implements Layer {
  private readonly conv1 = new Conv2d(1, 32, 5)
  private readonly conv2 = new Conv2d(32, 32, 5)
  private readonly conv3 = new Conv2d(32, 64, 3)
  private readonly conv4 = new Conv2d(64, 64, 3)
  private readonly head = new Linear(64 * 3 * 3, 10)

  forward(images: Tensor): Tensor {
    const wide = this.conv2.forward(this.conv1.forward(images).relu()).relu().maxPool2d(2)
    const deep = this.conv4.forward(this.conv3.forward(wide).relu()).relu().maxPool2d(2)
    return this.head.forward(deep.flatten(1))
  }

  parameters(): Map<string, Tensor> {
    const { conv1, conv2, conv3, conv4, head } = this
    return prefixed({
      conv1: conv1.parameters(),
      conv2: conv2.parameters(),
      conv3: conv3.parameters(),
      conv4: conv4.parameters(),
      head: head.parameters(),
    })
  }
}
