import { createWasmDevice, detectSimd } from '@petagrad/driver-wasm'
import { createWasmRenderer, disassemble } from '@petagrad/renderer-wasm'
import type { Backend } from '@petagrad/runtime'

/** WebAssembly with SIMD, on all cores where threads may share memory: Node, and pages that are cross-origin isolated. */
export const wasm: Backend = {
  name: 'wasm',
  async probe() {
    const available = typeof WebAssembly === 'object' && detectSimd()
    return { available, reason: available ? 'WebAssembly is part of this host' : 'this host has no WebAssembly with 128-bit SIMD' }
  },
  async open({ threads }) {
    const device = await createWasmDevice({ threads })
    return { device, renderer: createWasmRenderer(device.target), disassemble }
  },
}
