import type { Tensor } from '@petagrad/tensor'
import { BatchNorm2d, Conv2d, Linear, Sequential, type Layer } from '@petagrad/nn'

/** Convolution without a bias and batch normalisation with running statistics: how a trained network is applied. */
function convolution(inputs: number, outputs: number, kernel: number, stride: number): Sequential {
  const norm = new BatchNorm2d(outputs)
  norm.training = false
  return new Sequential(new Conv2d(inputs, outputs, kernel, { stride, padding: kernel >> 1, bias: false }), norm)
}

const relu = (x: Tensor): Tensor => x.relu()

/** 1×1, 3×3 and 1×1 convolutions around a shortcut; the stride is on the 3×3 one, as in torchvision. */
function bottleneck(inputs: number, width: number, stride: number): Layer {
  const outputs = 4 * width
  const path = new Sequential(
    convolution(inputs, width, 1, 1), relu, convolution(width, width, 3, stride), relu, convolution(width, outputs, 1, 1),
  )
  const shortcut = stride === 1 && inputs === outputs ? undefined : convolution(inputs, outputs, 1, stride)
  return {
    forward: x => path.forward(x).add(shortcut?.forward(x) ?? x).relu(),
    parameters: () => new Map([...path.parameters(), ...(shortcut?.parameters() ?? [])].map(([n, t], i) => [`${i}.${n}`, t])),
  }
}

/** ResNet-50 (He et al. 2015) for inference: [n, 3, 224, 224] to scores [n, 1000]. */
export function resnet50(): Sequential {
  const blocks: Layer[] = []
  let inputs = 64
  for (const [stage, count] of [3, 4, 6, 3].entries()) {
    for (let i = 0; i < count; i++) {
      const width = 64 * 2 ** stage
      blocks.push(bottleneck(inputs, width, i === 0 && stage > 0 ? 2 : 1))
      inputs = 4 * width
    }
  }
  return new Sequential(
    convolution(3, 64, 7, 2), relu, x => x.maxPool2d(3, { stride: 2, padding: 1 }), ...blocks,
    x => x.mean([2, 3]), new Linear(inputs, 1000),
  )
}
