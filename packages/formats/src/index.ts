export { encodeSafetensors, loadSafetensors, openSafetensors, saveSafetensors } from './safetensors.js'
export type { LoadedTensors, Safetensors, SafetensorsOptions } from './safetensors.js'
export type { SafetensorsEntry } from './safetensors-header.js'
