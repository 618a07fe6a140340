import type { BackendLoader } from 'petagrad'

/** The targets that the command offers, fastest first. Naming one loads nothing. */
export const backends: readonly BackendLoader[] = [
  { name: 'cpu', load: async () => (await import('petagrad/cpu')).cpu },
  { name: 'wasm', load: async () => (await import('petagrad/wasm')).wasm },
]
