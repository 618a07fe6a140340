import { Worker } from 'node:worker_threads'
import type { Bandwidth, Roof } from './roof.js'
import { assembleRoofKernels, FMA_OPERATIONS, kernelNames, STRIDE, type KernelName } from './wasm-kernels.js'
import { Control, type ThreadData } from './wasm-thread.js'

const PAGE = 65536
const sizes = [256 * 1024, 1024 ** 2, 4 * 1024 ** 2, 16 * 1024 ** 2, 64 * 1024 ** 2, 256 * 1024 ** 2]
const MEASURE_MS = 20
const REPEATS = 5
/** Operands that share the bytes of a working set. */
const operandsOf = { fma: 1, read: 1, copy: 2, triad: 3 } as const

/** Measures what WebAssembly in this Node can do at most, with relaxed SIMD where it is on. */
export async function wasmRoof(threads: number): Promise<Roof> {
  const pages = sizes[sizes.length - 1] / PAGE
  const relaxed = WebAssembly.validate(assembleRoofKernels({ pages, relaxed: true }))
  const module = new WebAssembly.Module(assembleRoofKernels({ pages, relaxed }))
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  const control = new SharedArrayBuffer(4 * Control.WORDS)
  const workers = Array.from({ length: threads }, (_, thread) => {
    const workerData: ThreadData = { module, memory, control, thread }
    return new Worker(new URL('./roof-thread.js', import.meta.url), { workerData })
  })
  await Promise.all(workers.map(worker => new Promise((resolve, reject) => worker.once('online', resolve).once('error', reject))))
  const rounds = new Rounds(new Int32Array(control), threads)
  try {
    return {
      threads,
      flops: (FMA_OPERATIONS * threads) / rounds.secondsOf('fma', STRIDE),
      bandwidths: sizes.map(bytes => bandwidthsOf(rounds, bytes, threads)),
    }
  } finally {
    await Promise.all(workers.map(worker => worker.terminate()))
  }
}

function bandwidthsOf(rounds: Rounds, bytes: number, threads: number): Bandwidth {
  const rate = (kernel: Exclude<KernelName, 'fma'>): number => {
    const operands = operandsOf[kernel]
    const part = Math.floor(bytes / operands / threads / STRIDE) * STRIDE
    return (part * operands * threads) / rounds.secondsOf(kernel, part)
  }
  return { bytes, read: rate('read'), copy: rate('copy'), triad: rate('triad') }
}

/** Runs rounds on all threads. This one only waits, which Node's main thread may. */
class Rounds {
  constructor(private readonly words: Int32Array, private readonly threads: number) {}

  /** Seconds of one pass of all threads, the best of a few. */
  secondsOf(kernel: KernelName, part: number): number {
    let passes = 1
    while (this.run(kernel, part, passes) < MEASURE_MS) passes *= 2
    const milliseconds = Array.from({ length: REPEATS }, () => this.run(kernel, part, passes))
    return Math.min(...milliseconds) / passes / 1e3
  }

  private run(kernel: KernelName, part: number, passes: number): number {
    const { words } = this
    words[Control.KERNEL] = kernelNames.indexOf(kernel)
    words[Control.OPERANDS] = operandsOf[kernel]
    words[Control.PART] = part
    words[Control.PASSES] = passes
    words[Control.DONE] = 0
    const start = performance.now()
    Atomics.add(words, Control.ROUND, 1)
    Atomics.notify(words, Control.ROUND)
    for (let done = 0; done < this.threads; done = Atomics.load(words, Control.DONE)) Atomics.wait(words, Control.DONE, done)
    return performance.now() - start
  }
}
