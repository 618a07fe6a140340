import { Tensor as LazyTensor } from '@petagrad/tensor'
import type { BackendLoader } from '@petagrad/runtime'
import { wasmLoader, withBackends } from './default-runtime.js'

export * from './api.js'

const cpuLoader: BackendLoader = { name: 'cpu', load: async () => (await import('./cpu.js')).cpu }

/**
 * The lazy tensor, on the first device that is available: `cpu` where a C compiler is found, because it is the faster
 * one, else `wasm`, which is always there. PETAGRAD_DEVICE, `configure({ device })` or another default runtime
 * choose otherwise.
 */
export const Tensor = /* @__PURE__ */ withBackends(LazyTensor, [cpuLoader, wasmLoader])
export type Tensor = LazyTensor
