import type { MachineModel, Renderer } from '@petagrad/renderer'
import { capabilitiesOf } from './capabilities.js'
import { encodeModule } from './encoding/module.js'
import { emitKernel } from './kernel.js'

export interface WasmRendererOptions {
  /** Emit relaxed SIMD's multiply-add. Off by default: not every engine has it. */
  readonly relaxedSimd?: boolean
  /** Cores that tasks are spread over; 1 by default. */
  readonly threads?: number
  /** Whether the memory that modules import is shared between threads; true by default. */
  readonly sharedMemory?: boolean
  /** What is known of the machine. */
  readonly machine?: Partial<MachineModel>
}

/**
 * WebAssembly binaries, one module per kernel. A module imports the memory `env.memory` and exports the function
 * `(arguments: i32, task: i32, scratch: i32) -> ()` under the program's name. `arguments` is the address of a table of
 * words: the address of each param by slot, then the symbolic variables; `scratch` that of a private area of the
 * program's `scratchBytes`, aligned to 64.
 *
 * Errors: IR_INVALID and UNSUPPORTED for programs that the capabilities rule out.
 */
export function createWasmRenderer(options: WasmRendererOptions = {}): Renderer {
  const relaxedSimd = options.relaxedSimd ?? false
  // A memory that may grow less far is accepted as well.
  const memory = { shared: options.sharedMemory ?? true, minimum: 1, maximum: 65536 }
  return {
    name: 'wasm',
    capabilities: capabilitiesOf({ relaxedSimd, threads: options.threads ?? 1, machine: options.machine }),
    render: program => ({
      kind: 'binary',
      format: 'wasm',
      bytes: encodeModule(emitKernel(program, relaxedSimd), memory),
      entry: program.name,
    }),
  }
}
