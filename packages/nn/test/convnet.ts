import type { Tensor } from '@petagrad/tensor'
import { Conv2d, Linear, Sequential } from '@petagrad/nn'

/** The network that recognises 28×28 digits: two 5×5 convolutions, pool, two 3×3 convolutions, pool, linear. */
export function convnet(): Sequential {
  const relu = (x: Tensor): Tensor => x.relu()
  const pool = (x: Tensor): Tensor => x.maxPool2d(2)
  return new Sequential(
    new Conv2d(1, 32, 5), relu, new Conv2d(32, 32, 5), relu, pool,
    new Conv2d(32, 64, 3), relu, new Conv2d(64, 64, 3), relu, pool,
    (x: Tensor) => x.flatten(1), new Linear(64 * 3 * 3, 10),
  )
}
