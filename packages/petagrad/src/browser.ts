import { Tensor as LazyTensor } from '@petagrad/tensor'
import { wasmLoader, withBackends } from './default-runtime.js'

export * from './api.js'

/** The lazy tensor, on WebAssembly. What a bundler for browsers takes in place of `index.ts`, so that no Node module is looked for. */
export const Tensor = /* @__PURE__ */ withBackends(LazyTensor, [wasmLoader])
export type Tensor = LazyTensor
