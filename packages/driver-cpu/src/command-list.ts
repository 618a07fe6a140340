import { structLayout } from '@petagrad/ffi'
import { PetagradError } from '@petagrad/ir/graph'
import type { BufferRef, CommandList, Launch } from '@petagrad/device'
import { CpuBuffer, type Memory } from './memory.js'
import { CpuProgram } from './programs.js'

/** `struct launch` of pool-source.ts. */
const launchLayout = structLayout({ run: 'pointer', params: 'pointer', variables: 'pointer', tasks: 'i64', scratchBytes: 'i64', nanoseconds: 'i64' })
const WORD = 8

/** Launches laid out in native memory: the structs, then for each its param pointers and its variables. */
export class NativeLaunches {
  readonly buffer: CpuBuffer
  private readonly view: DataView
  private readonly paramsAt: number[] = []
  /** What the last run took; Infinity before the first. */
  lastNanoseconds = Infinity

  constructor(readonly launches: readonly Launch[], memory: Memory) {
    for (const launch of launches) check(launch)
    const words = launches.reduce((sum, l) => sum + l.buffers.length + l.variables.length, 0)
    this.buffer = memory.allocate(launches.length * launchLayout.size + words * WORD)
    const bytes = this.buffer.contents()
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    let at = launches.length * launchLayout.size
    launches.forEach((launch, i) => {
      const { program, buffers, variables } = launch
      const params = at
      this.paramsAt.push(params)
      for (const ref of buffers) at = this.pointerAt(at, ref)
      const variablesAt = at
      for (const value of variables) {
        this.view.setBigInt64(at, BigInt(value), true)
        at += WORD
      }
      launchLayout.write(this.view, {
        run: programOf(program).address,
        params: this.buffer.address(params),
        variables: this.buffer.address(variablesAt),
        tasks: BigInt(launch.grid.reduce((a, b) => a * b, 1)),
        scratchBytes: BigInt(program.info.scratchBytes),
        nanoseconds: 0n,
      }, i * launchLayout.size)
    })
  }

  get count(): number { return this.launches.length }

  rebind(launch: number, slot: number, ref: BufferRef): void {
    this.pointerAt(this.paramsAt[launch] + slot * WORD, ref)
  }

  nanoseconds(): Float64Array {
    return Float64Array.from(this.launches, (_, i) => Number(launchLayout.read(this.view, i * launchLayout.size).nanoseconds))
  }

  free(): void {
    this.buffer.free()
  }

  private pointerAt(at: number, ref: BufferRef): number {
    this.view.setBigUint64(at, bufferOf(ref).address(ref.offset), true)
    return at + WORD
  }
}

/** What a command list needs of its device. */
export interface LaunchRunner {
  runNative(launches: NativeLaunches, timed: boolean): Promise<void>
  whenIdle(action: () => void): void
}

export class CpuCommandList implements CommandList {
  private readonly native: NativeLaunches
  private freed = false

  constructor(launches: readonly Launch[], memory: Memory, private readonly runner: LaunchRunner) {
    this.native = new NativeLaunches(launches, memory)
  }

  replay(): Promise<void> {
    this.alive()
    return this.runner.runNative(this.native, false)
  }

  async replayTimed(): Promise<Float64Array> {
    this.alive()
    await this.runner.runNative(this.native, true)
    return this.native.nanoseconds()
  }

  rebind(launch: number, slot: number, ref: BufferRef): void {
    this.alive()
    const params = this.native.launches[launch]?.buffers.length ?? 0
    if (!(slot >= 0 && slot < params)) {
      throw new PetagradError('INDEX_OUT_OF_RANGE', `launch ${launch} of the command list has ${params} params; there is no slot ${slot}`)
    }
    bufferOf(ref).address(ref.offset)
    this.runner.whenIdle(() => this.native.rebind(launch, slot, ref))
  }

  free(): void {
    if (this.freed) return
    this.freed = true
    this.native.free()
  }

  private alive(): void {
    if (this.freed) throw new PetagradError('USE_AFTER_FREE', 'a command list was freed and used again')
  }
}

function check({ program, buffers, variables }: Launch): void {
  const { entry, params, variables: expected } = program.info
  if (buffers.length !== params || variables.length !== expected) {
    throw new PetagradError('INVALID_ARGUMENT', `${entry} takes ${params} buffers and ${expected} variables, not ${buffers.length} and ${variables.length}`)
  }
}

function programOf(program: Launch['program']): CpuProgram {
  if (program instanceof CpuProgram) return program
  throw new PetagradError('INVALID_ARGUMENT', `${program.info.entry} was not loaded by the cpu device`)
}

export function bufferOf({ buffer, offset }: BufferRef): CpuBuffer {
  if (!(buffer instanceof CpuBuffer)) throw new PetagradError('INVALID_ARGUMENT', 'the buffer was not allocated by the cpu device')
  if (!Number.isInteger(offset) || offset < 0 || offset > buffer.bytes) {
    throw new PetagradError('INDEX_OUT_OF_RANGE', `offset ${offset} lies outside a buffer of ${buffer.bytes} bytes`)
  }
  return buffer
}
