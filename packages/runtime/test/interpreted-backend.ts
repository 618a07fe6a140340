import type { BufferRef, CommandList, Device, DeviceArtifact, DeviceBuffer, Launch, LoadedProgram } from '@petagrad/device'
import {
  argKey, evalAlu, fromBits, is, isAlu, isPointer, itemSize, openRanges, parseDType, PetagradError, reduceIdentity, toBits, toposort,
  type ArgTypes, type ConstValue, type DType, type Op, type UOp,
} from '@petagrad/ir'
import type { Artifact, LinearProgram, Renderer } from '@petagrad/renderer'
import type { Backend } from '../src/index.js'

/*
 * A device that interprets: kernels travel as JSON of their nodes, so that nothing but text crosses from renderer to
 * driver, as on a real target. Slow and simple; tests count what it is asked to do.
 */

type Node = readonly [op: Op, dtype: string, src: readonly number[], arg: unknown]
interface Kernel { readonly nodes: readonly Node[]; readonly openRanges: readonly (readonly number[])[] }

/** Stands in for codegen: the kernel itself, wrapped as a program. */
export function lowerToItself(kernel: UOp<'kernel'>): LinearProgram {
  const params = toposort(kernel).filter(u => is(u, 'param')).sort((a, b) => a.arg.slot - b.arg.slot)
  return {
    name: kernel.arg.name, uops: toposort(kernel), variables: [], grid: [1], block: [], scratchBytes: 0, schedule: 'as it is', work: { ops: 1, bytes: 1 },
    params: params.map(p => ({ slot: p.arg.slot, dtype: p.dtype, size: p.arg.size, access: 'readwrite' })),
  }
}

export const interpretedRenderer: Renderer = {
  name: 'json',
  capabilities: {
    dtypes: {}, fma: false, maskedVectors: false, grid: { dimensions: 1, maxExtent: 1 }, maxThreads: 1, scratch: { private: 0, shared: 0 },
    barriers: false,
    machine: { cores: 1, vectorRegisters: 1, vectorBytes: 8, fmaPerCycle: 1, cacheLine: 64, l1: 1, l2: 1, l3: 1, forkNanoseconds: 1 },
  },
  render({ name, uops }): Artifact {
    const number = new Map(uops.map((u, i) => [u, i]))
    const indexOf = (u: UOp): number => number.get(u) ?? -1
    const nodes = uops.map(u => [u.op, u.dtype.name, u.src.map(indexOf), u.op === 'const' ? argKey(u.arg) : u.arg])
    return { kind: 'source', language: 'json', entry: name, text: JSON.stringify({ nodes, openRanges: uops.map(u => [...openRanges(u)].map(indexOf)) }) }
  },
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
    const kernel = JSON.parse(new TextDecoder().decode(binary)) as Kernel // rendered above
    return new Program(info, kernel, () => this.calls.freedPrograms++)
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
    for (const { program, buffers } of launches) {
      await later()
      this.launches++
      if (!(program instanceof Program)) throw new Error('a program of another device')
      interpret(program.kernel, buffers.map(contentOf))
    }
  }
}

/** A backend over one device that lives as long as the test. */
export function interpretedBackend(device: Device = new InterpretedDevice(), name = 'interpreted'): Backend {
  return { name, probe: async () => ({ available: true, reason: 'always here' }), open: async () => ({ renderer: interpretedRenderer, device }) }
}

const later = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

class Program implements LoadedProgram {
  constructor(readonly info: LoadedProgram['info'], readonly kernel: Kernel, readonly free: () => void) {}
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

function interpret({ nodes, openRanges }: Kernel, memory: readonly Uint8Array[]): void {
  const types = nodes.map(n => parseDType(n[1]) ?? fail(`dtype ${n[1]}`))
  const counters = new Map<number, number>()
  const loop = (ranges: readonly number[], body: () => void): void => {
    if (ranges.length === 0) return body()
    const [first, ...rest] = ranges
    const extent = Number(value(nodes[first][2][0]))
    for (let i = 0; i < extent; i++) {
      counters.set(first, i)
      loop(rest, body)
    }
    counters.delete(first)
  }
  const value = (n: number): ConstValue => {
    const [op, , src, arg] = nodes[n]
    if (op === 'const') return constantOf(types[n], arg)
    if (op === 'range') return counters.get(n) ?? fail('a range outside its loop')
    if (op === 'where') return value(src[0]) ? value(src[1]) : value(src[2])
    if (op === 'load') return src.length === 3 && !value(src[2]) ? value(src[1]) : element(src[0])
    if (op === 'reduce') {
      const alu = arg as ArgTypes['reduce'] // as op.ts defines it
      let total = reduceIdentity(alu, types[n])
      loop(src.slice(1), () => { total = evalAlu(alu, types[n], [total, value(src[0])], [types[n], types[n]]) })
      return total
    }
    if (isAlu(op)) return evalAlu(op, types[n], src.map(value), src.map(s => types[s]))
    return fail(`op ${op}`)
  }
  const place = (n: number): readonly [DataView, number, DType] => {
    const [pointer, offset] = nodes[n][2]
    if (!isPointer(types[n])) return fail('an address that is none')
    const { slot } = nodes[pointer][3] as ArgTypes['param'] // the double knows no scratch
    const bytes = memory[slot]
    return [new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), Number(value(offset)) * itemSize(types[n].scalar), types[n].scalar]
  }
  const element = (n: number): ConstValue => {
    const [view, at, dtype] = place(n)
    return fromBits(dtype, readBits(view, at, dtype.bits))
  }
  for (const [n, [op, , src]] of nodes.entries()) {
    if (op !== 'store') continue
    loop(openRanges[n], () => {
      if (src.length === 3 && !value(src[2])) return
      const [view, at, dtype] = place(src[0])
      writeBits(view, at, dtype.bits, toBits(dtype, value(src[1])))
    })
  }
}

function constantOf(dtype: DType, arg: unknown): ConstValue {
  const text = String(arg)
  if (dtype.kind === 'bool') return text === 't'
  return text.endsWith('n') ? BigInt(text.slice(0, -1)) : Number(text)
}

function readBits(view: DataView, at: number, bits: number): number | bigint {
  return bits === 64 ? view.getBigUint64(at, true) : bits === 32 ? view.getUint32(at, true) : bits === 16 ? view.getUint16(at, true) : view.getUint8(at)
}

function writeBits(view: DataView, at: number, bits: number, value: number | bigint): void {
  if (bits === 64) view.setBigUint64(at, BigInt(value), true)
  else if (bits === 32) view.setUint32(at, Number(value), true)
  else if (bits === 16) view.setUint16(at, Number(value), true)
  else view.setUint8(at, Number(value))
}

function fail(what: string): never {
  throw new Error(`the interpreting device does not know ${what}`)
}
