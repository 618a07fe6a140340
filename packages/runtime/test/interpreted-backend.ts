import type { BufferRef, CommandList, Device, DeviceArtifact, DeviceBuffer, Launch, LoadedProgram } from '@petagrad/device'
import { aluOps, dataTypes, interpretProgram, parseProgram, PetagradError, printProgram, type ScalarName, type UOp } from '@petagrad/ir'
import type { Artifact, DTypeSupport, Renderer } from '@petagrad/renderer'
import type { Backend } from '../src/index.js'

/*
 * A device that interprets: programs travel as the IR's text, so that nothing but text crosses from renderer to
 * driver, as on a real target. Slow and simple; tests count what it is asked to do.
 */

const scalarNames = dataTypes.map(d => d.name as ScalarName) // data types are scalars
const everything: DTypeSupport = { storage: true, ops: aluOps, castsTo: scalarNames, lanes: [] }

export const interpretedRenderer: Renderer = {
  name: 'text',
  capabilities: {
    dtypes: Object.fromEntries(scalarNames.map(name => [name, everything])), fma: false, maskedVectors: false,
    grid: { dimensions: 1, maxExtent: 2 ** 31 - 1 }, maxThreads: 1, scratch: { private: 1 << 20, shared: 0 }, barriers: false,
    machine: { cores: 1, vectorRegisters: 8, vectorBytes: 8, fmaPerCycle: 1, cacheLine: 64, l1: 1 << 15, l2: 1 << 20, l3: 1 << 23, forkNanoseconds: 1e4 },
  },
  render: ({ name, uops }): Artifact => ({ kind: 'source', language: 'petagrad-program', entry: name, text: printProgram(uops) }),
}

/** What the device has been asked to do. */
export interface Calls { compile: number; load: number; run: number; record: number; replay: number; timed: number; freedPrograms: number; live: number }

export class InterpretedDevice implements Device {
  readonly name = 'interpreted'
  readonly description = 'an interpreter of kernels'
  readonly compilerKey = 'interpreter 1'
  readonly calls: Calls = { compile: 0, load: 0, run: 0, record: 0, replay: 0, timed: 0, freedPrograms: 0, live: 0 }
  closed = false
  allocatedBytes = 0
  private allocations = 0
  private launches = 0

  constructor(private readonly capacity = Infinity) {}

  allocate(bytes: number): DeviceBuffer {
    if (this.allocatedBytes + bytes > this.capacity) throw new PetagradError('OUT_OF_MEMORY', `${bytes} bytes do not fit`)
    this.allocations++
    this.allocatedBytes += bytes
    this.calls.live++
    return new Memory(bytes, () => {
      this.allocatedBytes -= bytes
      this.calls.live--
    })
  }

  upload(to: BufferRef, data: Uint8Array): void {
    contentOf(to).set(data)
  }

  async download(from: BufferRef, bytes: number): Promise<Uint8Array> {
    await later()
    return contentOf(from).slice(0, bytes)
  }

  async compile(artifact: DeviceArtifact): Promise<Uint8Array> {
    this.calls.compile++
    await later()
    if (artifact.kind !== 'source') throw new PetagradError('COMPILE_FAILED', 'source was expected')
    return new TextEncoder().encode(artifact.text)
  }

  async load(binary: Uint8Array, info: LoadedProgram['info']): Promise<LoadedProgram> {
    this.calls.load++
    await later()
    return new Program(info, parseProgram(new TextDecoder().decode(binary)), () => this.calls.freedPrograms++)
  }

  async run(launches: readonly Launch[]): Promise<void> {
    this.calls.run++
    await this.execute(launches)
  }

  record(launches: readonly Launch[]): CommandList {
    this.calls.record++
    const list = launches.map(l => ({ ...l, buffers: [...l.buffers] }))
    return {
      replay: async () => {
        this.calls.replay++
        await this.execute(list)
      },
      replayTimed: async () => {
        this.calls.timed++
        await this.execute(list)
        return new Float64Array(list.length).fill(1000)
      },
      rebind: (launch, slot, ref) => void (list[launch].buffers[slot] = ref),
      free: () => undefined,
    }
  }

  statistics(): ReturnType<Device['statistics']> {
    return { allocatedBytes: this.allocatedBytes, allocations: this.allocations, launches: this.launches }
  }

  async close(): Promise<void> {
    this.closed = true
  }

  private async execute(launches: readonly Launch[]): Promise<void> {
    for (const { program, buffers, grid } of launches) {
      await later()
      this.launches++
      if (!(program instanceof Program)) throw new Error('a program of another device')
      interpretProgram({ uops: program.uops, grid, block: [] }, buffers.map(contentOf))
    }
  }
}

/** A backend over one device that lives as long as the test. */
export function interpretedBackend(device: Device = new InterpretedDevice(), name = 'interpreted'): Backend {
  return { name, probe: async () => ({ available: true, reason: 'always here' }), open: async () => ({ renderer: interpretedRenderer, device }) }
}

const later = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

class Program implements LoadedProgram {
  constructor(readonly info: LoadedProgram['info'], readonly uops: readonly UOp[], readonly free: () => void) {}
}

class Memory implements DeviceBuffer {
  content: Uint8Array | undefined
  constructor(readonly bytes: number, private readonly onFree: () => void) {
    this.content = new Uint8Array(bytes).fill(0xa5) // memory comes with any content
  }

  free(): void {
    if (this.content !== undefined) this.onFree()
    this.content = undefined
  }
}

function contentOf({ buffer, offset }: BufferRef): Uint8Array {
  if (!(buffer instanceof Memory) || buffer.content === undefined) throw new PetagradError('USE_AFTER_FREE', 'freed device memory is used')
  return buffer.content.subarray(offset)
}
