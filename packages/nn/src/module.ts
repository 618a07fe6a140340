import { PetagradError, type Tensor } from '@petagrad/tensor'

/** What a layer offers: it can be applied, and names its tensors. */
export interface Layer {
  forward(x: Tensor): Tensor
  /** Trainable tensors by name. */
  parameters(): Map<string, Tensor>
  /** Tensors that are part of the state but not trained, by name. */
  buffers?(): Map<string, Tensor>
}

/** What has tensors that can be saved: a layer, a model of any form, an optimiser. */
export type Stateful = Partial<Pick<Layer, 'parameters' | 'buffers'>>

/** Entries of parts, as `part.name`. */
export function prefixed(parts: Readonly<Record<string, ReadonlyMap<string, Tensor>>>): Map<string, Tensor> {
  const all = new Map<string, Tensor>()
  for (const [part, entries] of Object.entries(parts)) for (const [name, tensor] of entries) all.set(`${part}.${name}`, tensor)
  return all
}

/** All tensors that a model must be saved with: parameters, then buffers. */
export const stateDict = (model: Stateful): Map<string, Tensor> => new Map([...(model.parameters?.() ?? []), ...(model.buffers?.() ?? [])])

export interface LoadReport {
  /** In the model, not in the state. */
  readonly missing: readonly string[]
  /** In the state, not in the model. */
  readonly unexpected: readonly string[]
}

export interface LoadOptions {
  /** Default true. */
  readonly strict?: boolean
}

/**
 * Assigns saved tensors to a model's; they take effect with the next realisation. Strict (the default) refuses any
 * difference of names with INVALID_ARGUMENT; shapes and dtypes must always agree. Nothing is assigned if anything is wrong.
 */
export function loadStateDict(model: Stateful, state: ReadonlyMap<string, Tensor>, options: LoadOptions = {}): LoadReport {
  const own = stateDict(model)
  const missing = [...own.keys()].filter(name => !state.has(name))
  const unexpected = [...state.keys()].filter(name => !own.has(name))
  if ((options.strict ?? true) && missing.length + unexpected.length > 0) {
    const parts = [['missing', missing], ['unexpected', unexpected]] as const
    const differences = parts.flatMap(([what, names]) => (names.length > 0 ? [`${what}: ${names.join(', ')}`] : []))
    throw new PetagradError('INVALID_ARGUMENT', `the state does not fit the model (${differences.join('; ')})`, { op: 'loadStateDict' })
  }
  for (const [name, tensor] of own) {
    const saved = state.get(name)
    if (saved === undefined) continue
    if (saved.shape.length !== tensor.shape.length || saved.shape.some((d, i) => d !== tensor.shape[i])) {
      throw new PetagradError('SHAPE_MISMATCH', `${name} has another shape`, { op: 'loadStateDict', shapes: [tensor.shape, saved.shape] })
    }
    if (saved.dtype !== tensor.dtype) {
      throw new PetagradError('DTYPE_MISMATCH', `${name} has another dtype`, { op: 'loadStateDict', dtypes: [tensor.dtype.name, saved.dtype.name] })
    }
  }
  for (const [name, tensor] of own) {
    const saved = state.get(name)
    if (saved !== undefined) tensor.assign(saved)
  }
  return { missing, unexpected }
}
