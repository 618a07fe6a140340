import { PetagradError } from '@petagrad/ir/graph'
import type { CommandBlock, Executor } from './executor.js'
import { layout } from './layout.js'
import type { DeviceMemory } from './memory.js'

type Kernel = (args: number, task: number, scratch: number) => void

/** A page stays responsive when its thread is given back this often. */
const LONGEST_TURN = 12

/** Where memory cannot be shared: kernels run on the calling thread, one task after another. */
export class InThreadExecutor implements Executor {
  readonly threads = 1
  readonly depth = 1
  private readonly kernels = new Map<number, Kernel>()
  private next = 0

  constructor(private readonly memory: DeviceMemory) {}

  add(module: WebAssembly.Module, entry: string): number {
    const instance = new WebAssembly.Instance(module, { env: { memory: this.memory.memory } })
    this.kernels.set(this.next, instance.exports[entry] as Kernel) // the kernel ABI
    return this.next++
  }

  forget(program: number): void {
    this.kernels.delete(program)
  }

  async run({ address, count, times }: CommandBlock): Promise<void> {
    const scratch = this.memory.words[layout.scratch]
    let turn = performance.now()
    for (let i = 0; i < count; i++) {
      const at = address / 4 + i * layout.launchWords
      const [program, args, tasks] = this.memory.words.subarray(at, at + 3)
      const kernel = this.kernels.get(program)
      if (kernel === undefined) throw new PetagradError('USE_AFTER_FREE', 'a launch names a program that was freed')
      const before = performance.now()
      try {
        for (let task = 0; task < tasks; task++) kernel(args, task, scratch)
      } catch (cause) {
        throw new PetagradError('DEVICE_FAILED', `a kernel failed: ${String(cause)}`, { cause })
      }
      const now = performance.now()
      if (times !== 0) new Float64Array(this.memory.memory.buffer)[times / 8 + i] = (now - before) * 1e6
      if (now - turn > LONGEST_TURN) {
        await new Promise(resolve => setTimeout(resolve, 0))
        turn = performance.now()
      }
    }
  }

  hold(): void {}

  async close(): Promise<void> {
    this.kernels.clear()
  }
}
