import { PetagradError } from '@petagrad/ir/graph'
import { instructions, immediateOf, codeBytes, type Instruction } from './encoding/instructions.js'
import { valueTypeCodes, VOID_BLOCK } from './encoding/code.js'

const CODE_SECTION = 10, TYPE_SECTION = 1, FUNCTION_SECTION = 3, EXPORT_SECTION = 7
const allNames = Object.keys(instructions) as Instruction[] // the keys of the table
const byCode = new Map<string, Instruction>(allNames.map(name => [codeBytes(name).join(), name]))
const valueTypes = new Map<number, string>(Object.entries(valueTypeCodes).map(([name, code]) => [code, name]))

/**
 * A module as text, one instruction a line, in the manner of the specification's text format. It knows what this
 * renderer emits.
 *
 * Errors: IR_INVALID for bytes that are something else.
 */
export function disassemble(bytes: Uint8Array): string {
  const reader = new Reader(bytes, 8)
  const types: { parameters: string[]; results: string[] }[] = []
  const functionTypes: number[] = []
  let entry = 'function'
  const out: string[] = []
  while (reader.at < bytes.length) {
    const id = reader.u8()
    const end = reader.u32() + reader.at
    if (id === TYPE_SECTION) {
      for (let n = reader.u32(); n > 0; n--) {
        reader.u8()
        types.push({ parameters: reader.types(), results: reader.types() })
      }
    } else if (id === FUNCTION_SECTION) {
      for (let n = reader.u32(); n > 0; n--) functionTypes.push(reader.u32())
    } else if (id === EXPORT_SECTION) {
      reader.u32()
      entry = reader.name()
    } else if (id === CODE_SECTION) {
      const count = reader.u32()
      for (let i = 0; i < count; i++) {
        const { parameters, results } = types[functionTypes[i]]
        const head = [`(func $${i === 0 ? entry : i}`, ...parameters.map(t => `(param ${t})`), ...results.map(t => `(result ${t})`)]
        out.push(head.join(' '), ...functionText(reader, parameters.length), ')')
      }
    }
    reader.at = end
  }
  return out.join('\n') + '\n'
}

function functionText(reader: Reader, parameters: number): string[] {
  const end = reader.u32() + reader.at
  const lines: string[] = []
  let local = parameters
  for (let runs = reader.u32(); runs > 0; runs--) {
    const count = reader.u32()
    const type = reader.type()
    lines.push(`  (local ${type}) ;; ${local}${count > 1 ? ` to ${local + count - 1}` : ''}`)
    local += count
  }
  let depth = 1
  while (reader.at < end - 1) {
    const name = reader.instruction()
    if (name === 'end' || name === 'else') depth--
    lines.push('  '.repeat(depth) + [name, ...reader.immediates(name)].join(' '))
    if (name === 'block' || name === 'loop' || name === 'if' || name === 'else') depth++
  }
  reader.at = end
  return lines
}

class Reader {
  private readonly view: DataView
  constructor(private readonly bytes: Uint8Array, public at: number) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    if (bytes.length < 8 || this.view.getUint32(0, true) !== 0x6d736100) throw new PetagradError('IR_INVALID', 'these bytes are not a WebAssembly module')
  }

  u8(): number {
    if (this.at >= this.bytes.length) throw new PetagradError('IR_INVALID', 'the module ends in the middle of something')
    return this.bytes[this.at++]
  }

  private leb(signed: boolean): bigint {
    let value = 0n
    let shift = 0n
    for (;;) {
      const byte = this.u8()
      value |= BigInt(byte & 0x7f) << shift
      shift += 7n
      if (byte < 0x80) return signed && byte >= 0x40 ? value - (1n << shift) : value
    }
  }

  u32 = (): number => Number(this.leb(false))
  take(count: number): Uint8Array {
    if (this.at + count > this.bytes.length) throw new PetagradError('IR_INVALID', 'the module ends in the middle of something')
    return this.bytes.subarray(this.at, (this.at += count))
  }
  name = (): string => new TextDecoder().decode(this.take(this.u32()).slice())
  type = (): string => valueTypes.get(this.u8()) ?? 'unknown'
  types = (): string[] => Array.from({ length: this.u32() }, () => this.type())

  instruction(): Instruction {
    const first = this.u8()
    const code = [first]
    if (first === 0xfc || first === 0xfd) do code.push(this.u8()); while ((code.at(-1) ?? 0) >= 0x80)
    const name = byCode.get(code.join())
    if (name === undefined) throw new PetagradError('IR_INVALID', `the instruction ${code.map(b => b.toString(16)).join(' ')} is none of this renderer's`)
    return name
  }

  immediates(name: Instruction): string[] {
    switch (immediateOf(name)) {
      case 'none': return []
      case 'block': {
        const type = this.u8()
        return type === VOID_BLOCK ? [] : [`(result ${valueTypes.get(type)})`]
      }
      case 'index': return [String(this.u32())]
      case 'memory': return this.place()
      case 'memory and lane': return [...this.place(), String(this.u8())]
      case 'lane': return [String(this.u8())]
      case 'i32': case 'i64': return [String(this.leb(true))]
      case 'f32': return [floatText(this.view.getFloat32((this.at += 4) - 4, true))]
      case 'f64': return [floatText(this.view.getFloat64((this.at += 8) - 8, true))]
      case 'v128': {
        const start = this.at
        this.take(16)
        return ['i32x4', ...[0, 4, 8, 12].map(o => '0x' + this.view.getUint32(start + o, true).toString(16).padStart(8, '0'))]
      }
      case 'shuffle': return [...this.take(16)].map(String)
    }
  }

  private place(): string[] {
    this.u32() // the alignment changes nothing
    const offset = this.u32()
    return offset === 0 ? [] : [`offset=${offset}`]
  }
}

const floatText = (x: number): string => (Object.is(x, -0) ? '-0' : Number.isNaN(x) ? 'nan' : String(x).replace('Infinity', 'inf'))
