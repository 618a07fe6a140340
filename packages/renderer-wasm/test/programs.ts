import { constant, dtypes, range, uop, type DType, type UOp } from '@petagrad/ir'
import type { LinearProgram, ProgramParam } from '@petagrad/renderer'
import { createWasmRenderer, type WasmRendererOptions } from '../src/index.js'

/** A loop counter of machine type i32 at program level. */
export const counter = (extent: number | UOp, axis: number): UOp =>
  uop('range', dtypes.i32, [typeof extent === 'number' ? constant(extent, dtypes.i32) : extent], { axis, kind: 'loop' })
export const end = (r: UOp): UOp => uop('end', dtypes.void, [r])
export const i32 = (value: number): UOp => constant(value, dtypes.i32)
export const task = (extent: number): UOp => uop('special', dtypes.i32, [i32(extent)], { name: 'grid0' })
export { range }

export function programOf(
  uops: readonly UOp[], params: readonly DType[], size: number, more: Partial<LinearProgram> = {},
): LinearProgram {
  const list: ProgramParam[] = params.map((dtype, slot) => ({ slot, dtype, size, access: 'readwrite' }))
  return {
    name: 'kernel', uops: inOrder(uops), params: list, variables: [], grid: [1], block: [], scratchBytes: 0, work: { ops: 0, bytes: 0 }, schedule: '', ...more,
  }
}

/** Puts the leaves and values that a hand-written list leaves out before their first user. */
function inOrder(uops: readonly UOp[]): UOp[] {
  const seen = new Set<UOp>()
  const later = new Set(uops)
  const out: UOp[] = []
  const put = (u: UOp): void => {
    if (seen.has(u)) return
    seen.add(u)
    for (const s of u.src) if (!later.has(s)) put(s)
    out.push(u)
  }
  for (const u of uops) put(u)
  return out
}

/** Runs a program's tasks on copies of the arrays and returns what they hold afterwards. */
export async function runProgram(
  program: LinearProgram, args: readonly Uint8Array[], options: WasmRendererOptions & { readonly variables?: readonly number[] } = {},
): Promise<Uint8Array[]> {
  const artifact = createWasmRenderer({ sharedMemory: false, ...options }).render(program)
  if (artifact.kind !== 'binary') throw new Error('not a binary')
  const { module, memory } = { module: await WebAssembly.compile(artifact.bytes as BufferSource), memory: new WebAssembly.Memory({ initial: 64, maximum: 65536 }) }
  const instance = await WebAssembly.instantiate(module, { env: { memory } })
  const kernel = instance.exports[artifact.entry] as (args: number, task: number, scratch: number) => void // the ABI
  const bytes = new Uint8Array(memory.buffer)
  let top = 4096
  const places = args.map(a => {
    const at = top
    bytes.set(a, at)
    top = Math.ceil((top + a.length + 64) / 64) * 64
    return at
  })
  const scratch = Math.ceil(top / 64) * 64
  new Int32Array(memory.buffer, 1024).set([...places, ...(options.variables ?? [])])
  for (let t = 0; t < Number(program.grid[0]); t++) kernel(1024, t, scratch)
  return args.map((a, i) => bytes.slice(places[i], places[i] + a.length))
}
