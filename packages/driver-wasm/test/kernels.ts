import type { Device, DeviceBuffer, LoadedProgram } from '@petagrad/device'
import { address, binary, dtypes, load, param, scratch, store, uop, type UOp } from '@petagrad/ir'
import type { LinearProgram } from '@petagrad/renderer'
import { createWasmRenderer } from '@petagrad/renderer-wasm'
import { counter, end, i32, programOf, task } from '../../renderer-wasm/test/programs.js'
import type { WasmDevice } from '../src/index.js'

const { f32, i32: int } = dtypes
const add = (a: UOp, b: UOp): UOp => binary('add', a, b)
const mul = (a: UOp, b: UOp): UOp => binary('mul', a, b)

export async function loadProgram(device: WasmDevice, program: LinearProgram): Promise<LoadedProgram> {
  const artifact = createWasmRenderer(device.target).render(program)
  return device.load(await device.compile(artifact), {
    entry: artifact.entry, params: program.params.length, variables: program.variables.length, scratchBytes: program.scratchBytes, block: [],
  })
}

/** Task t: p0[t·n + i] = p0[t·n + i] · 3 + t for i < n, on i32. */
export function tripleProgram(tasks: number, n: number, name = 'triple'): LinearProgram {
  const r = counter(n, 0)
  const t = task(tasks)
  const place = address(param(0, int, tasks * n), add(mul(t, i32(n)), r))
  const value = add(mul(load(place), i32(3)), t)
  return programOf([r, place, load(place), value, store(place, value), end(r)], [int], tasks * n, { grid: [tasks], name })
}

/** Task t sums p1[0..n) through its scratch area, n times over, and writes the sum plus t to p0[t]: wrong if areas are shared. */
export function scratchProgram(tasks: number, n: number): LinearProgram {
  const memory = scratch(0, int, n)
  const r1 = counter(n, 1), r2 = counter(n, 2)
  const t = task(tasks)
  const acc = uop('register', int, [], { id: 0 })
  const write = address(memory, r1)
  const copied = add(load(address(param(1, int, n), r1)), t)
  const sum = add(load(acc), load(address(memory, r2)))
  const out = address(param(0, int, tasks), t)
  return programOf(
    [acc, store(acc, i32(0)), r1, copied, store(write, copied), end(r1), r2, sum, store(acc, sum), end(r2), out, store(out, load(uop('after', int, [acc, end(r2)])))],
    [int, int], n, { grid: [tasks], scratchBytes: Math.ceil((n * 4) / 64) * 64, name: 'through_scratch' },
  )
}

/** p0[i] = p0[i] + p1[i], four lanes at a time. */
export function addProgram(n: number): LinearProgram {
  const r = counter(n / 4, 0)
  const at = mul(r, i32(4))
  const place = address(param(0, f32, n), at)
  const value = add(load(place, undefined, 4), load(address(param(1, f32, n), at), undefined, 4))
  return programOf([r, place, value, store(place, value), end(r)], [f32, f32], n)
}

/** Writes far behind the end of memory: a trap. */
export function trapProgram(tasks: number): LinearProgram {
  const place = address(param(0, int, 1), add(mul(task(tasks), i32(1 << 20)), i32(2 ** 29)))
  return programOf([place, store(place, i32(1))], [int], 1, { grid: [tasks], name: 'trap' })
}


export async function bufferOf(device: Device, data: Int32Array | Float32Array): Promise<DeviceBuffer> {
  const buffer = device.allocate(data.byteLength)
  device.upload({ buffer, offset: 0 }, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  return buffer
}

export const ints = async (device: Device, buffer: DeviceBuffer): Promise<Int32Array> =>
  new Int32Array((await device.download({ buffer, offset: 0 }, buffer.bytes)).buffer)
