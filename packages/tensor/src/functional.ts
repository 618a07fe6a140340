import { PetagradError, shapeOf, substitute, type UOp } from '@petagrad/ir/graph'
import { requireScalar } from './autograd.js'
import { reshape, splat } from './build.js'
import { differentiate } from './gradients.js'
import { newBuffer } from './storage.js'
import { Tensor } from './tensor.js'

/** A function of tensors whose value is a scalar. */
export type ScalarFunction<A extends readonly Tensor[]> = (...inputs: A) => Tensor

export interface ValueAndGradients {
  readonly value: Tensor
  /** One for each input, of its shape. */
  readonly gradients: readonly Tensor[]
}

/**
 * The function that gives `fn`'s value together with its gradient by each input. Gradients are tensors like any other:
 * differentiating them again gives second derivatives. An input that the value does not depend on has gradient zero.
 */
export function valueAndGrad<A extends readonly Tensor[]>(fn: ScalarFunction<A>): (...inputs: A) => ValueAndGradients {
  return (...inputs) => {
    for (const t of inputs) {
      if (t.dtype.kind !== 'float') throw new PetagradError('NOT_DIFFERENTIABLE', 'only floating-point tensors have gradients', { op: 'grad', dtypes: [t.dtype.name] })
    }
    // Inputs may be any expression, even the same one twice: buffers of their own stand for them while differentiating.
    const stand = inputs.map(t => newBuffer(t.dtype, t.size))
    const leaves: readonly Tensor[] = inputs.map((t, i) => new Tensor(reshape(stand[i], t.shape)))
    const value = fn(...(leaves as A)) // one for each input, in order
    requireScalar('grad', value)
    const found = differentiate(value.uop, splat(1, value.dtype, shapeOf(value.uop)), new Set<UOp>(stand))
    const back = new Map<UOp, UOp>(stand.map((s, i) => [s, reshape(inputs[i].uop, [inputs[i].size])]))
    const memo = new Map<UOp, UOp>()
    const gradients = inputs.map((t, i) => {
      const gradient = found.get(stand[i])
      return new Tensor(gradient === undefined ? splat(0, t.dtype, t.shape) : reshape(substitute(gradient, back, memo), t.shape))
    })
    return { value: new Tensor(substitute(value.uop, back, memo)), gradients }
  }
}

/** The function that gives the gradient of `fn` by its first input. */
export function grad<A extends readonly [Tensor, ...Tensor[]]>(fn: ScalarFunction<A>): (...inputs: A) => Tensor {
  const both = valueAndGrad(fn)
  return (...inputs) => both(...inputs).gradients[0]
}
