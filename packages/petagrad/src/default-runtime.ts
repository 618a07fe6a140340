import { createRuntime, setDefaultRuntime, type BackendLoader } from '@petagrad/runtime'

export const wasmLoader: BackendLoader = { name: 'wasm', load: async () => (await import('./wasm.js')).wasm }

/**
 * `value`, with the default runtime choosing among these backends when it first computes. It is marked pure where it
 * is called, so that a bundler may drop the call with the name that it defines: all it does is one assignment.
 */
export function withBackends<T>(value: T, backends: readonly BackendLoader[]): T {
  setDefaultRuntime(() => createRuntime({ backends }))
  return value
}
