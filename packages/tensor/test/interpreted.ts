import { encodeValues, interpretAll, is, isMovement, shapeOf, toposort, uop, type DType, type TensorValue, type UOp } from '@petagrad/ir'
import { setDefaultRuntime, type CapturedStep, type Executor, type RuntimeStatistics } from '@petagrad/runtime'

/** Unique over all executors: equal buffers are one node. */
let nextId = 1_000_000

/** An executor that gives every graph to the reference interpreter: what tensors mean, with no compiler in between. */
export class InterpretedExecutor implements Executor {
  private readonly memory = new WeakMap<UOp, Uint8Array>()
  private readonly freed = new WeakSet<UOp>()
  private readonly counts = new WeakMap<UOp, number>()
  realizations = 0
  replays = 0

  createBuffer(dtype: DType, size: number, options: { readonly data?: Uint8Array } = {}): UOp<'buffer'> {
    const buffer = uop('buffer', dtype, [], { id: nextId++, size, device: 'interpreter' })
    this.memory.set(buffer, options.data?.slice() ?? new Uint8Array((size * dtype.bits) / 8))
    return buffer
  }

  async realize(roots: readonly UOp[]): Promise<readonly UOp<'buffer'>[]> {
    this.realizations++
    return this.run(roots)
  }

  async read(buffer: UOp<'buffer'>): Promise<Uint8Array> {
    return this.bytesOf(buffer).slice()
  }

  async write(buffer: UOp<'buffer'>, data: Uint8Array): Promise<void> {
    this.bytesOf(buffer).set(data)
  }

  retain(buffer: UOp<'buffer'>): void {
    this.counts.set(buffer, (this.counts.get(buffer) ?? 0) + 1)
  }

  release(buffer: UOp<'buffer'>): void {
    const count = (this.counts.get(buffer) ?? 1) - 1
    this.counts.set(buffer, count)
    if (count === 0) this.freed.add(buffer)
  }

  async capture(roots: readonly UOp[]): Promise<CapturedStep> {
    const results = roots.map(root => (root.op === 'assign' ? target(root) : this.createBuffer(root.dtype, size(root))))
    return {
      results,
      kernels: [],
      replay: async () => {
        this.replays++
        const values = this.run(roots)
        results.forEach((r, i) => { if (r !== values[i]) this.bytesOf(r).set(this.bytesOf(values[i])) })
      },
      profile: async () => [],
      tune: async () => ({ kernels: [], untouched: 0, defaultNanoseconds: 0, nanoseconds: 0 }),
      free: () => undefined,
    }
  }

  statistics(): RuntimeStatistics {
    return {
      schedules: 0, scheduleCacheHits: 0, kernelsCompiled: 0, kernelCacheHits: 0, kernelsRun: 0, replays: this.replays, allocations: 0,
      scheduleMs: 0, codegenMs: 0, renderMs: 0, compileMs: 0,
    }
  }

  private run(roots: readonly UOp[]): readonly UOp<'buffer'>[] {
    const buffers = new Map<UOp, Uint8Array>()
    for (const u of toposort(roots)) if (u.op === 'buffer') buffers.set(u, this.bytesOf(u))
    const values = this.evaluate(roots, buffers)
    return roots.map((root, i) => {
      if (root.op === 'assign') return target(root)
      return this.createBuffer(root.dtype, values[i].values.length, { data: encodeValues(root.dtype, values[i].values) })
    })
  }

  protected evaluate(roots: readonly UOp[], buffers: ReadonlyMap<UOp, Uint8Array>): readonly Pick<TensorValue, 'values'>[] {
    return interpretAll(roots, { buffers })
  }

  private bytesOf(buffer: UOp): Uint8Array {
    const bytes = this.memory.get(buffer)
    if (bytes === undefined || this.freed.has(buffer)) throw new Error('the buffer has no memory')
    return bytes
  }
}

const size = (root: UOp): number => shapeOf(root).map(Number).reduce((a, b) => a * b, 1)

function target(assign: UOp): UOp<'buffer'> {
  let u = assign
  while (u.op === 'assign' || isMovement(u.op)) u = u.src[0]
  if (!is(u, 'buffer')) throw new Error(`${u.op} holds no memory`)
  return u
}

/** Computes nothing: for tests that only look at graphs. All values are zero. */
class IdleExecutor extends InterpretedExecutor {
  protected override evaluate(roots: readonly UOp[]): readonly Pick<TensorValue, 'values'>[] {
    return roots.map(root => ({ values: root.op === 'assign' ? [] : Array<number>(size(root)).fill(0) }))
  }
}

/** Makes an executor that computes nothing the default one. */
export function useIdle(): void {
  const executor = new IdleExecutor()
  setDefaultRuntime(() => executor)
}

/** Makes a fresh interpreting executor the default one. */
export function useInterpreter(): InterpretedExecutor {
  const executor = new InterpretedExecutor()
  setDefaultRuntime(() => executor)
  return executor
}
