export { disassemble } from './disassemble.js'
export { createWasmRenderer, type WasmRendererOptions } from './renderer.js'
