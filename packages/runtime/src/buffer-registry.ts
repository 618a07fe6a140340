import { isData, itemSize, PetagradError, uop, type DType, type UOp } from '@petagrad/ir/graph'
import type { Device, DeviceBuffer } from '@petagrad/device'
import type { MemoryPool } from './memory-pool.js'

/** The name that stands for the runtime's default device, before and after it is chosen. */
export const DEFAULT_DEVICE = 'default'

/** Where the memory of an opened device comes from. */
export interface MemorySource {
  readonly device: Device
  readonly pool: MemoryPool
}

/**
 * What stands behind one `buffer` uop. It never refers to the uop, so that the uop can be collected. Content is in
 * `memory` once that exists, else in `host`, else it is zeros.
 */
export interface Allocation {
  readonly label: string
  readonly bytes: number
  host: Uint8Array | undefined
  memory: DeviceBuffer | undefined
  source: MemorySource | undefined
  /** Holders counted by `retain` and `release`. */
  count: number
  /** Operations under way and captured steps that use it. */
  pins: number
  /** No holder is left: memory goes when the last pin does. */
  abandoned: boolean
}

let nextBufferId = 0
const zeros = new Uint8Array(1 << 16)

/** Every buffer of a runtime and the memory behind it, allocated and filled when first needed. */
export class BufferRegistry {
  private readonly allocations = new WeakMap<UOp, Allocation>()
  private readonly collected = new FinalizationRegistry<Allocation>(allocation => abandon(allocation))

  create(dtype: DType, size: number, device: string, data?: Uint8Array): UOp<'buffer'> {
    if (!isData(dtype) || dtype.lanes !== 1) throw new PetagradError('DTYPE_MISMATCH', `a buffer cannot hold ${dtype.name}`)
    if (!Number.isSafeInteger(size) || size < 0) throw new PetagradError('INVALID_ARGUMENT', `a buffer of ${size} elements`)
    const bytes = size * itemSize(dtype)
    if (data !== undefined) checkLength(data, bytes)
    const buffer = uop('buffer', dtype, [], { id: nextBufferId++, size, device })
    const allocation: Allocation = {
      label: `${dtype.name}[${size}] on ${device}`,
      bytes, host: data, memory: undefined, source: undefined, count: 0, pins: 0, abandoned: false,
    }
    this.allocations.set(buffer, allocation)
    this.collected.register(buffer, allocation)
    return buffer
  }

  /** What stands behind a buffer. Throws USE_AFTER_FREE, or INVALID_ARGUMENT for a buffer of another runtime. */
  get(buffer: UOp): Allocation {
    const allocation = this.allocations.get(buffer)
    if (allocation === undefined) throw new PetagradError('INVALID_ARGUMENT', 'this buffer was made by another runtime')
    if (allocation.abandoned) {
      throw new PetagradError('USE_AFTER_FREE', `the buffer ${allocation.label} has been freed`, {
        hint: 'It left its `using` scope or was disposed before this use.',
      })
    }
    return allocation
  }

  retain(buffer: UOp): void {
    this.get(buffer).count++
  }

  /** Releasing a buffer that is gone already is harmless. */
  release(buffer: UOp): void {
    const allocation = this.allocations.get(buffer)
    if (allocation === undefined || allocation.abandoned) return
    if (--allocation.count <= 0) abandon(allocation)
  }
}

export function pin(allocation: Allocation): void {
  allocation.pins++
}

export function unpin(allocation: Allocation): void {
  if (--allocation.pins === 0 && allocation.abandoned) giveBack(allocation)
}

/** Memory for `allocation` on this device, holding its content. Where the content is about to be overwritten, `fill` is false. */
export function materialise(allocation: Allocation, source: MemorySource, fill = true): DeviceBuffer {
  if (allocation.memory !== undefined) return allocation.memory
  const memory = source.pool.allocate(allocation.bytes)
  if (allocation.host !== undefined) source.device.upload({ buffer: memory, offset: 0 }, allocation.host)
  else if (fill) {
    for (let offset = 0; offset < allocation.bytes; offset += zeros.length) {
      source.device.upload({ buffer: memory, offset }, zeros.subarray(0, Math.min(zeros.length, allocation.bytes - offset)))
    }
  }
  allocation.host = undefined
  allocation.memory = memory
  allocation.source = source
  return memory
}

/** Content of `bytes` bytes is expected: anything else is the caller's mistake. */
export function checkLength(data: Uint8Array, bytes: number): void {
  if (data.length !== bytes) throw new PetagradError('INVALID_DATA', `${data.length} bytes were given for a buffer of ${bytes} bytes`)
}

function abandon(allocation: Allocation): void {
  allocation.abandoned = true
  if (allocation.pins === 0) giveBack(allocation)
}

function giveBack(allocation: Allocation): void {
  const { memory, source } = allocation
  allocation.memory = allocation.host = allocation.source = undefined
  if (memory !== undefined) source?.pool.release(memory)
}
