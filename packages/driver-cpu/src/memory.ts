import { provider, type Pointer, type Provider } from '@petagrad/ffi'
import { PetagradError } from '@petagrad/ir/graph'
import type { DeviceBuffer, DeviceStatistics } from '@petagrad/device'
import type { NativePool } from './native-pool.js'
import type { WorkQueue } from './work-queue.js'

/** Native memory, aligned to 64 bytes, outside of JavaScript's heap. */
export class CpuBuffer implements DeviceBuffer {
  private view: Uint8Array | undefined
  private freed = false

  constructor(readonly bytes: number, readonly pointer: Pointer, private readonly memory: Memory) {}

  /** The buffer's memory itself, without a copy. */
  contents(): Uint8Array {
    this.alive()
    return (this.view ??= new Uint8Array(this.memory.view(this.pointer, this.bytes)))
  }

  address(offset: number): Pointer {
    this.alive()
    return this.pointer + BigInt(offset)
  }

  free(): void {
    if (this.freed) return
    this.freed = true
    this.view = undefined
    this.memory.release(this)
  }

  private alive(): void {
    if (this.freed) throw new PetagradError('USE_AFTER_FREE', `a buffer of ${this.bytes} bytes was freed and used again`)
  }
}

/** Gives and takes back native memory; what running work may still use is given back after it. */
export class Memory {
  private allocatedBytes = 0
  private readonly live = new Set<CpuBuffer>()

  private constructor(private readonly pool: NativePool, private readonly queue: WorkQueue, private readonly native: Provider) {}

  static async open(pool: NativePool, queue: WorkQueue): Promise<Memory> {
    return new Memory(pool, queue, await provider())
  }

  view(pointer: Pointer, bytes: number): ArrayBuffer {
    return this.native.view(pointer, bytes)
  }

  /** Throws INVALID_ARGUMENT, OUT_OF_MEMORY. */
  allocate(bytes: number): CpuBuffer {
    if (!Number.isSafeInteger(bytes) || bytes < 0) throw new PetagradError('INVALID_ARGUMENT', `a buffer cannot have ${bytes} bytes`)
    const pointer = this.pool.call.petagrad_allocate(Math.max(bytes, 64))
    if (pointer === 0n) {
      throw new PetagradError('OUT_OF_MEMORY', `no memory for ${bytes} bytes on the cpu device, which holds ${this.allocatedBytes} bytes`)
    }
    const buffer = new CpuBuffer(bytes, pointer, this)
    this.live.add(buffer)
    this.allocatedBytes += bytes
    return buffer
  }

  release(buffer: CpuBuffer): void {
    this.live.delete(buffer)
    this.allocatedBytes -= buffer.bytes
    this.queue.submitNow(() => this.pool.call.petagrad_free(buffer.pointer))
  }

  releaseAll(): void {
    for (const buffer of this.live) buffer.free()
  }

  statistics(): Pick<DeviceStatistics, 'allocatedBytes' | 'allocations'> {
    return { allocatedBytes: this.allocatedBytes, allocations: this.live.size }
  }
}
