import { normal, uniform, type Tensor } from '@petagrad/tensor'

/** Inputs and outputs of one unit of a weight [out, in, ...window]. */
function fans(shape: readonly number[]): { readonly input: number; readonly output: number } {
  const window = shape.slice(2).reduce((a, b) => a * b, 1)
  return { input: (shape[1] ?? 1) * window, output: shape[0] * window }
}

/** He et al. 2015: uniform with the variance that keeps the scale of a signal through rectifiers of negative slope `slope`. */
export function kaimingUniform(shape: readonly number[], slope = 0): Tensor {
  const bound = Math.sqrt(6 / ((1 + slope ** 2) * fans(shape).input))
  return uniform(shape, -bound, bound)
}

/** As `kaimingUniform`, normally distributed. */
export function kaimingNormal(shape: readonly number[], slope = 0): Tensor {
  return normal(shape, 0, Math.sqrt(2 / ((1 + slope ** 2) * fans(shape).input)))
}

/** Glorot and Bengio 2010. */
export function glorotUniform(shape: readonly number[]): Tensor {
  const { input, output } = fans(shape)
  const bound = Math.sqrt(6 / (input + output))
  return uniform(shape, -bound, bound)
}

/** As `glorotUniform`, normally distributed. */
export function glorotNormal(shape: readonly number[]): Tensor {
  const { input, output } = fans(shape)
  return normal(shape, 0, Math.sqrt(2 / (input + output)))
}

/** Uniform within 1/√fan-in: what linear and convolution layers start from. */
export function fanInUniform(shape: readonly number[], fanIn = fans(shape).input): Tensor {
  const bound = 1 / Math.sqrt(fanIn)
  return uniform(shape, -bound, bound)
}
