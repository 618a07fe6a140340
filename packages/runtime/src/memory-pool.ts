import { PetagradError } from '@petagrad/ir/graph'
import type { Device, DeviceBuffer } from '@petagrad/device'
import type { Counters } from './counters.js'

const MiB = 1 << 20

/**
 * Recycles device memory by size. Sizes are rounded up, to 256 bytes below 64 KiB and to 4 KiB above, so that nearly
 * equal buffers share. At most `limitBytes` lie idle; the oldest go first.
 */
export class MemoryPool {
  /** Idle buffers by size, in order of release across all sizes. */
  private readonly idle = new Map<DeviceBuffer, number>()
  private readonly bySize = new Map<number, DeviceBuffer[]>()
  private idleBytes = 0

  constructor(
    private readonly device: Device,
    private readonly counters: Counters,
    private readonly limitBytes = 256 * MiB,
  ) {}

  /** At least `bytes` bytes, with any content. Where the device is full, idle memory is given back and it is asked again. */
  allocate(bytes: number): DeviceBuffer {
    this.counters.allocations++
    const size = roundUp(bytes)
    const recycled = this.bySize.get(size)?.pop()
    if (recycled !== undefined) {
      this.idle.delete(recycled)
      this.idleBytes -= size
      return recycled
    }
    try {
      return this.device.allocate(size)
    } catch (error) {
      if (!(error instanceof PetagradError) || error.code !== 'OUT_OF_MEMORY' || this.idleBytes === 0) throw error
      this.drain()
      return this.device.allocate(size)
    }
  }

  release(buffer: DeviceBuffer): void {
    this.idle.set(buffer, buffer.bytes)
    const same = this.bySize.get(buffer.bytes)
    if (same === undefined) this.bySize.set(buffer.bytes, [buffer])
    else same.push(buffer)
    this.idleBytes += buffer.bytes
    for (const oldest of this.idle.keys()) {
      if (this.idleBytes <= this.limitBytes) break
      this.discard(oldest)
    }
  }

  /** Gives all idle memory back to the device. */
  drain(): void {
    for (const buffer of [...this.idle.keys()]) this.discard(buffer)
  }

  private discard(buffer: DeviceBuffer): void {
    this.idle.delete(buffer)
    const same = this.bySize.get(buffer.bytes) ?? []
    same.splice(same.indexOf(buffer), 1)
    this.idleBytes -= buffer.bytes
    buffer.free()
  }
}

function roundUp(bytes: number): number {
  const step = bytes < 64 * 1024 ? 256 : 4096
  return Math.max(step, Math.ceil(bytes / step) * step)
}
