import { dtypes, is, uop, type DType, type UOp } from '@petagrad/ir'
import type { Executor } from '@petagrad/runtime'
import type { ConformanceTarget } from '../src/index.js'

let nextId = 5_000_000

/** What tensors need, on a target of the conformance suite. Buffers live as long as the executor; steps are not captured. */
export function targetExecutor(target: ConformanceTarget): Executor {
  const memory = new Map<UOp, Uint8Array>()
  const bytesOf = (buffer: UOp): Uint8Array => {
    const bytes = memory.get(buffer)
    if (bytes === undefined) throw new Error('the buffer has no memory')
    return bytes
  }
  const createBuffer = (dtype: DType, size: number, data?: Uint8Array): UOp<'buffer'> => {
    const buffer = uop('buffer', dtype, [], { id: nextId++, size, device: target.name })
    memory.set(buffer, data ?? new Uint8Array((size * dtype.bits) / 8))
    return buffer
  }
  return {
    createBuffer: (dtype, size, options) => createBuffer(dtype, size, options?.data?.slice()),
    realize: async roots => {
      const results = await target.execute(uop('sink', dtypes.void, roots), memory)
      return roots.map((root, i) => (root.op === 'assign' ? assigned(root) : createBuffer(root.dtype, (results[i].length * 8) / root.dtype.bits, results[i])))
    },
    read: async buffer => bytesOf(buffer).slice(),
    write: async (buffer, data) => bytesOf(buffer).set(data),
    retain: () => undefined,
    release: () => undefined,
    capture: () => Promise.reject(new Error('a conformance target captures nothing')),
    statistics: () => ({
      schedules: 0, scheduleCacheHits: 0, kernelsCompiled: 0, kernelCacheHits: 0, kernelsRun: 0, replays: 0, allocations: 0,
      scheduleMs: 0, codegenMs: 0, renderMs: 0, compileMs: 0,
    }),
  }
}

function assigned(root: UOp): UOp<'buffer'> {
  let base = root.src[0]
  while (!is(base, 'buffer')) base = base.src[0]
  return base
}
