import { PetagradError } from '@petagrad/ir/graph'
import { Allocator } from './allocator.js'
import { FIRST_FREE } from './layout.js'

const PAGE = 65536
const GIB = 2 ** 30
const LEAST_GROWTH = 16 * 2 ** 20

/** The one linear memory of a device, and who has which part of it. */
export class DeviceMemory {
  readonly memory: WebAssembly.Memory
  private readonly allocator = new Allocator(FIRST_FREE)
  private view: Uint8Array
  private wordView: Int32Array

  private constructor(memory: WebAssembly.Memory, private readonly maximumPages: number) {
    this.memory = memory
    this.view = new Uint8Array(memory.buffer)
    this.wordView = new Int32Array(memory.buffer)
    this.allocator.extend(memory.buffer.byteLength)
  }

  /**
   * A memory that may grow to `most` bytes, or as far as the host lets it: a host that is short of address space refuses
   * large maxima.
   *
   * Errors: OUT_OF_MEMORY where not even 64 MiB can be had.
   */
  static create(shared: boolean, most = 4 * GIB): DeviceMemory {
    const wanted = Math.min(Math.max(Math.ceil(most / PAGE), 1), 65536)
    const initial = Math.min(LEAST_GROWTH / PAGE, wanted)
    let cause: unknown
    for (let maximum = wanted; maximum >= Math.min(wanted, 1024); maximum = Math.floor(maximum / 2)) {
      try {
        return new DeviceMemory(new WebAssembly.Memory({ initial, maximum, shared }), maximum)
      } catch (error) {
        cause = error
      }
    }
    throw new PetagradError('OUT_OF_MEMORY', `the host gives WebAssembly no memory of up to ${wanted * PAGE} bytes`, { cause })
  }

  /** All of memory as it is now. To be asked for again after any allocation. */
  get bytes(): Uint8Array {
    if (this.view.byteLength !== this.memory.buffer.byteLength) this.view = new Uint8Array(this.memory.buffer)
    return this.view
  }

  get words(): Int32Array {
    if (this.wordView.byteLength !== this.memory.buffer.byteLength) this.wordView = new Int32Array(this.memory.buffer)
    return this.wordView
  }

  get allocatedBytes(): number {
    return this.allocator.allocatedBytes
  }

  get allocations(): number {
    return this.allocator.allocations
  }

  /**
   * The address of `bytes` bytes, a multiple of 64. What they hold is not defined.
   *
   * Errors: OUT_OF_MEMORY.
   */
  allocate(bytes: number): number {
    let at = this.allocator.allocate(bytes)
    if (at === undefined) {
      this.growFor(bytes)
      at = this.allocator.allocate(bytes)
    }
    if (at === undefined) throw this.outOfMemory(bytes)
    return at
  }

  free(address: number): void {
    this.allocator.free(address)
  }

  /** Grows by a quarter at least, so that many allocations grow few times. */
  private growFor(bytes: number): void {
    const now = this.memory.buffer.byteLength / PAGE
    const needed = Math.ceil(this.allocator.endWith(bytes) / PAGE)
    if (needed > this.maximumPages) throw this.outOfMemory(bytes)
    const generous = Math.min(Math.max(needed, Math.ceil(now * 1.25), now + LEAST_GROWTH / PAGE), this.maximumPages)
    for (const target of [generous, needed]) {
      try {
        this.memory.grow(target - now)
        this.allocator.extend(this.memory.buffer.byteLength)
        return
      } catch {
        continue // the host refuses this much; exactly what is needed may still do
      }
    }
    throw this.outOfMemory(bytes)
  }

  private outOfMemory(bytes: number): PetagradError {
    return new PetagradError(
      'OUT_OF_MEMORY',
      `${bytes} bytes do not fit: ${this.allocatedBytes} bytes are in use and WebAssembly's memory ends at ${this.maximumPages * PAGE}`,
      { hint: 'Free tensors that are no longer needed, or use smaller batches.' },
    )
  }
}
