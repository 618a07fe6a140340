import { workerData } from 'node:worker_threads'
import { kernelNames, type KernelName, type RoofKernel } from './wasm-kernels.js'

/** What a thread of the WebAssembly roof is given. */
export interface ThreadData {
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  /** `Control` words. */
  readonly control: SharedArrayBuffer
  readonly thread: number
}

/** Words of the shared control block: a round starts when ROUND changes; each thread adds one to DONE. */
export const Control = { ROUND: 0, DONE: 1, KERNEL: 2, OPERANDS: 3, PART: 4, PASSES: 5, WORDS: 6 } as const

/** Runs a thread's part of each round until the process ends. */
export function runThread({ module, memory, control, thread }: ThreadData): void {
  const kernels = new WebAssembly.Instance(module, { roof: { memory } }).exports as Record<KernelName, RoofKernel> // assembled so
  const words = new Int32Array(control)
  for (let round = 0; ; round++) {
    Atomics.wait(words, Control.ROUND, round)
    const [operands, part] = [words[Control.OPERANDS], words[Control.PART]]
    // Operands of a thread lie one after the other.
    const base = thread * operands * part
    const address = (operand: number): number => base + Math.min(operand, operands - 1) * part
    kernels[kernelNames[words[Control.KERNEL]]](address(2), address(0), address(1), part, words[Control.PASSES])
    Atomics.add(words, Control.DONE, 1)
    Atomics.notify(words, Control.DONE)
  }
}

if (workerData !== null) runThread(workerData as ThreadData) // wasm-roof.ts gives it
