import { ByteWriter } from './bytes.js'
import { valueTypeCodes, type ValueType } from './code.js'

export interface WasmFunction {
  readonly name: string
  readonly parameters: readonly ValueType[]
  readonly results: readonly ValueType[]
  /** As `Code.finish` gives it. */
  readonly body: Uint8Array
}

export interface ImportedMemory {
  readonly shared: boolean
  /** In pages of 64 KiB: what the memory given must have at least, and may grow to at most. */
  readonly minimum: number
  readonly maximum: number
}

const SECTION = { custom: 0, type: 1, import: 2, function: 3, export: 7, code: 10 } as const
const FUNCTION_TYPE = 0x60
const MEMORY = 2

/** A module that imports `env.memory`, defines the functions and exports the first. */
export function encodeModule(functions: readonly WasmFunction[], memory: ImportedMemory): Uint8Array {
  const out = new ByteWriter().raw([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0])
  const section = (id: number, fill: (w: ByteWriter) => void): void => {
    const content = new ByteWriter()
    fill(content)
    out.u8(id).sized(content.bytes())
  }
  const types = (w: ByteWriter, list: readonly ValueType[]): ByteWriter => w.u32(list.length).raw(list.map(t => valueTypeCodes[t]))
  section(SECTION.type, w => {
    w.u32(functions.length)
    for (const f of functions) types(types(w.u8(FUNCTION_TYPE), f.parameters), f.results)
  })
  section(SECTION.import, w =>
    // Limits: bit 0 says that there is a maximum, bit 1 that the memory is shared.
    w.u32(1).name('env').name('memory').u8(MEMORY).u8(memory.shared ? 0b11 : 0b01).u32(memory.minimum).u32(memory.maximum))
  section(SECTION.function, w => w.u32(functions.length).raw(functions.map((_, i) => i)))
  section(SECTION.export, w => w.u32(1).name(functions[0].name).u8(0).u32(0))
  section(SECTION.code, w => {
    w.u32(functions.length)
    for (const f of functions) w.sized(f.body)
  })
  section(SECTION.custom, w => {
    // Profilers and traces show these.
    const names = new ByteWriter().u32(functions.length)
    functions.forEach((f, i) => names.u32(i).name(f.name))
    w.name('name').u8(1).sized(names.bytes())
  })
  return out.bytes()
}
