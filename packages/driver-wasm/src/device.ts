import { PetagradError } from '@petagrad/ir/graph'
import type { BufferRef, CommandList, Device, DeviceArtifact, DeviceBuffer, DeviceStatistics, Launch, LoadedProgram, ProgramInfo } from '@petagrad/device'
import type { CommandBlock, Executor } from './executor.js'
import { layout } from './layout.js'
import type { DeviceMemory } from './memory.js'
import { Timeline } from './timeline.js'

/** What a renderer has to know to make modules for this device. */
export interface WasmTarget {
  readonly threads: number
  readonly sharedMemory: boolean
  readonly relaxedSimd: boolean
  /** What differs from the renderer's machine model. */
  readonly machine: { readonly loadsFirst: boolean }
}

export interface WasmDevice extends Device {
  readonly target: WasmTarget
}

interface Block extends DeviceBuffer {
  readonly device: WasmMachine
  readonly address: number
  freed: boolean
}

interface Program extends LoadedProgram {
  readonly device: WasmMachine
  readonly number: number
  /** What a task took the last time; 0: not known. */
  taskNanoseconds: number
  freed: boolean
}

const WORD = 4

/** The device over an executor and a memory. Everything that touches memory goes through one timeline. */
export class WasmMachine implements WasmDevice {
  readonly name = 'wasm'
  readonly description: string
  readonly compilerKey: string
  private readonly timeline: Timeline
  private readonly buffers = new Set<Block>()
  private launches = 0
  private scratchBytes = 0
  private scratchAddress = 0
  private closed = false

  constructor(
    private readonly memory: DeviceMemory,
    private readonly executor: Executor,
    readonly target: WasmTarget,
  ) {
    const simd = target.relaxedSimd ? 'relaxed SIMD' : 'SIMD'
    this.description = target.sharedMemory
      ? `WebAssembly ${simd}, ${target.threads} thread${target.threads === 1 ? '' : 's'} over shared memory`
      : `WebAssembly ${simd}, one thread (this page may not share memory between threads)`
    this.compilerKey = 'wasm-1'
    this.timeline = new Timeline(executor.depth, busy => executor.hold(busy))
  }

  allocate(bytes: number): DeviceBuffer {
    this.checkOpen()
    const address = this.memory.allocate(bytes)
    const block: Block = {
      device: this, address, bytes, freed: false,
      free: () => {
        if (block.freed) return
        block.freed = true
        this.buffers.delete(block)
        this.release(address)
      },
    }
    this.buffers.add(block)
    return block
  }

  /** Memory goes back once nothing that was submitted can use it. */
  private release(address: number): void {
    void this.timeline.host(() => this.memory.free(address))
  }

  upload(to: BufferRef, data: Uint8Array): void {
    const at = this.addressOf(to, data.length, 'upload')
    if (this.timeline.idle) {
      this.memory.bytes.set(data, at)
      return
    }
    const copy = data.slice()
    void this.timeline.host(() => this.memory.bytes.set(copy, at))
  }

  async download(from: BufferRef, bytes: number): Promise<Uint8Array> {
    const at = this.addressOf(from, bytes, 'download')
    return this.timeline.host(() => this.memory.bytes.slice(at, at + bytes))
  }

  async compile(artifact: DeviceArtifact): Promise<Uint8Array> {
    if (artifact.kind !== 'binary' || artifact.format !== 'wasm') {
      throw new PetagradError('COMPILE_FAILED', 'the WebAssembly device takes WebAssembly binaries only')
    }
    return artifact.bytes
  }

  async load(binary: Uint8Array, info: ProgramInfo): Promise<LoadedProgram> {
    this.checkOpen()
    let module: WebAssembly.Module
    try {
      module = await WebAssembly.compile(binary as BufferSource) // binaries are never over shared memory
    } catch (cause) {
      throw new PetagradError('COMPILE_FAILED', `${info.entry} is not a WebAssembly module that this host accepts: ${String(cause)}`, { cause })
    }
    if (!WebAssembly.Module.exports(module).some(e => e.name === info.entry && e.kind === 'function')) {
      throw new PetagradError('COMPILE_FAILED', `the module has no function ${info.entry}`)
    }
    this.checkOpen()
    this.reserveScratch(info.scratchBytes)
    const number = this.executor.add(module, info.entry)
    const program: Program = {
      device: this, info, number, taskNanoseconds: 0, freed: false,
      free: () => {
        if (program.freed) return
        program.freed = true
        void this.timeline.host(() => this.executor.forget(number))
      },
    }
    return program
  }

  /** One area per worker, as large as the neediest program wants. */
  private reserveScratch(bytes: number): void {
    if (bytes <= this.scratchBytes) return
    const stride = Math.ceil(bytes / 4096) * 4096
    const address = this.memory.allocate(stride * this.executor.threads)
    const { words } = this.memory
    for (let worker = 0; worker < this.executor.threads; worker++) Atomics.store(words, layout.scratch + worker, address + worker * stride)
    if (this.scratchAddress !== 0) this.release(this.scratchAddress)
    this.scratchBytes = stride
    this.scratchAddress = address
  }

  async run(launches: readonly Launch[]): Promise<void> {
    const block = this.layOut(launches)
    this.launches += launches.length
    const done = this.timeline.work(() => this.executor.run(block))
    void this.timeline.host(() => {
      this.learn(block, launches)
      this.memory.free(block.address)
    })
    await done
  }

  record(launches: readonly Launch[]): CommandList {
    const block = this.layOut(launches)
    const tables = this.tablesOf(block.address, launches)
    let times = 0
    let freed = false
    const alive = (): void => {
      this.checkOpen()
      if (freed) throw new PetagradError('USE_AFTER_FREE', 'the command list was freed')
    }
    const submit = (withTimes: number): Promise<void> => {
      this.launches += launches.length
      return this.timeline.work(() => this.executor.run({ ...block, times: withTimes }))
    }
    return {
      replay: async () => {
        alive()
        await submit(0)
      },
      replayTimed: async () => {
        alive()
        times ||= this.memory.allocate(launches.length * 8)
        const done = submit(times)
        const read = this.timeline.host(() => new Float64Array(this.memory.bytes.slice(times, times + launches.length * 8).buffer))
        const [, result] = await Promise.all([done, read])
        return result
      },
      rebind: (launch, slot, ref) => {
        alive()
        const table = tables.at(launch)
        if (table === undefined || !(slot >= 0 && slot < launches[launch].program.info.params)) {
          throw new PetagradError('INVALID_ARGUMENT', `there is no launch ${launch} with a param ${slot}`, { op: 'rebind' })
        }
        const address = this.addressOf(ref, 0, 'rebind')
        void this.timeline.host(() => void (this.memory.words[table / WORD + slot] = address))
      },
      free: () => {
        if (freed) return
        freed = true
        this.release(block.address)
        if (times !== 0) this.release(times)
      },
    }
  }

  /** The launches, then their argument tables, in one block of memory. */
  private layOut(launches: readonly Launch[]): CommandBlock {
    this.checkOpen()
    const rows = launches.map(launch => {
      const program = this.programOf(launch)
      const addresses = launch.buffers.map(ref => this.addressOf(ref, 0, 'launch'))
      const tasks = launch.grid.reduce((a, b) => a * b, 1)
      const nanoseconds = Math.min(program.taskNanoseconds * tasks, 2e9)
      return { program: program.number, tasks, nanoseconds, words: [...addresses, ...launch.variables] }
    })
    const bytes = rows.reduce((n, r) => n + r.words.length * WORD, launches.length * layout.launchWords * WORD)
    const address = this.memory.allocate(bytes)
    const { words } = this.memory
    const tables = this.tablesOf(address, launches)
    rows.forEach((row, i) => {
      words.set([row.program, tables[i], row.tasks, row.nanoseconds], address / WORD + i * layout.launchWords)
      words.set(row.words, tables[i] / WORD)
    })
    return { address, count: launches.length, times: 0 }
  }

  /** Takes what launches took for what the next launches of their programs will take. */
  private learn({ address }: CommandBlock, launches: readonly Launch[]): void {
    const { words } = this.memory
    launches.forEach(({ program }, i) => {
      const [, , tasks, nanoseconds] = words.subarray(address / WORD + i * layout.launchWords)
      if (tasks > 0) (program as Program).taskNanoseconds = nanoseconds / tasks // laid out before: it is this device's
    })
  }

  /** The addresses of the argument tables of a block. */
  private tablesOf(address: number, launches: readonly Launch[]): number[] {
    let at = address + launches.length * layout.launchWords * WORD
    return launches.map(launch => {
      const table = at
      at += (launch.buffers.length + launch.variables.length) * WORD
      return table
    })
  }

  private programOf(launch: Launch): Program {
    const program = launch.program as Program // checked in the next line: only this driver's have a device
    if (program.device !== this) throw new PetagradError('INVALID_ARGUMENT', 'the program belongs to another device', { op: 'launch' })
    if (program.freed) throw new PetagradError('USE_AFTER_FREE', `program ${program.info.entry} was freed`, { op: 'launch' })
    const { entry, params, variables } = program.info
    if (launch.buffers.length !== params || launch.variables.length !== variables) {
      throw new PetagradError(
        'INVALID_ARGUMENT',
        `${entry} takes ${params} buffers and ${variables} variables, not ${launch.buffers.length} and ${launch.variables.length}`,
        { op: 'launch' },
      )
    }
    return program
  }

  private addressOf(ref: BufferRef, bytes: number, op: string): number {
    this.checkOpen()
    const block = ref.buffer as Block // checked in the next line: only this driver's have a device
    if (block.device !== this) throw new PetagradError('INVALID_ARGUMENT', 'the buffer belongs to another device', { op })
    if (block.freed) throw new PetagradError('USE_AFTER_FREE', `a buffer of ${block.bytes} bytes was freed`, { op })
    if (!(ref.offset >= 0 && ref.offset + bytes <= block.bytes)) {
      throw new PetagradError('INDEX_OUT_OF_RANGE', `bytes ${ref.offset} to ${ref.offset + bytes} do not lie in a buffer of ${block.bytes}`, { op })
    }
    return block.address + ref.offset
  }

  private checkOpen(): void {
    if (this.closed) throw new PetagradError('USE_AFTER_FREE', 'the device is closed')
  }

  statistics(): DeviceStatistics {
    let allocatedBytes = 0
    for (const block of this.buffers) allocatedBytes += block.bytes
    return { allocatedBytes, allocations: this.buffers.size, launches: this.launches }
  }

  async close(): Promise<void> {
    if (this.closed) return
    this.closed = true
    this.buffers.clear()
    await this.executor.close()
  }
}
