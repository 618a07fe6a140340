import { dtypes, Tensor } from 'petagrad'
import type { Case, Tensors } from './case.js'
import { valuesOf } from './input-values.js'

/** The inputs of a case as tensors on the default device. */
export function tensorsOf({ inputs }: Case): Tensors {
  return Object.fromEntries(Object.entries(inputs).map(([name, input]) =>
    [name, Tensor.from(valuesOf(input), { shape: input.shape, dtype: dtypes[input.dtype] })]))
}

/** Methods of `Tensor` that a case needs and this build lacks. */
export const missingMethods = ({ needs = [] }: Case): readonly string[] => needs.filter(method => !(method in Tensor.prototype))
