export { createWasmRenderer, type WasmRendererOptions } from './renderer.js'
