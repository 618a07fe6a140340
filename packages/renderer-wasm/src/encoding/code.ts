import { ByteWriter } from './bytes.js'
import { codeBytes, type Instruction } from './instructions.js'

export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128'
export const valueTypeCodes: Readonly<Record<ValueType, number>> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b }
/** The block type of no result. */
export const VOID_BLOCK = 0x40

const heads = new Map<Instruction, readonly number[]>()
function head(name: Instruction): readonly number[] {
  let known = heads.get(name)
  if (known === undefined) heads.set(name, (known = codeBytes(name)))
  return known
}

/** One function under construction. Locals are numbered after the parameters and handed out again once released. */
export class Code {
  private readonly body = new ByteWriter()
  private readonly types: ValueType[] = []
  private readonly free: Record<ValueType, number[]> = { i32: [], i64: [], f32: [], f64: [], v128: [] }

  constructor(readonly parameters: readonly ValueType[]) {}

  private start(name: Instruction): void {
    for (const byte of head(name)) this.body.u8(byte)
  }

  /** An instruction without immediates. */
  op(name: Instruction): this {
    this.start(name)
    return this
  }

  /** A local variable, label or function by number. */
  indexed(name: Instruction, index: number): this {
    this.start(name)
    this.body.u32(index)
    return this
  }
  get = (local: number): this => this.indexed('local.get', local)
  set = (local: number): this => this.indexed('local.set', local)
  tee = (local: number): this => this.indexed('local.tee', local)

  /** `align` is the power of two that the address is hinted to be a multiple of, `offset` bytes are added to the address. */
  memory(name: Instruction, align: number, offset: number, lane?: number): this {
    this.start(name)
    this.body.u32(align).u32(offset)
    if (lane !== undefined) this.body.u8(lane)
    return this
  }

  lane(name: Instruction, lane: number): this {
    this.start(name)
    this.body.u8(lane)
    return this
  }

  shuffle(bytes: readonly number[]): this {
    this.start('i8x16.shuffle')
    this.body.raw(bytes)
    return this
  }

  block(name: 'block' | 'loop' | 'if', result?: ValueType): this {
    this.start(name)
    this.body.u8(result === undefined ? VOID_BLOCK : valueTypeCodes[result])
    return this
  }

  i32(value: number): this {
    this.start('i32.const')
    this.body.s32(value)
    return this
  }
  i64(value: bigint): this {
    this.start('i64.const')
    this.body.s64(value)
    return this
  }
  f32(value: number): this {
    this.start('f32.const')
    this.body.f32(value)
    return this
  }
  f64(value: number): this {
    this.start('f64.const')
    this.body.f64(value)
    return this
  }
  v128(bytes: Uint8Array): this {
    this.start('v128.const')
    this.body.raw(bytes)
    return this
  }

  local(type: ValueType): number {
    const again = this.free[type].pop()
    if (again !== undefined) return again
    this.types.push(type)
    return this.parameters.length + this.types.length - 1
  }

  release(type: ValueType, local: number): void {
    this.free[type].push(local)
  }

  /** The body as the code section wants it: the declarations of the locals, the instructions, `end`. */
  finish(): Uint8Array {
    const runs: { type: ValueType; count: number }[] = []
    for (const type of this.types) {
      const last = runs.at(-1)
      if (last?.type === type) last.count++
      else runs.push({ type, count: 1 })
    }
    const out = new ByteWriter().u32(runs.length)
    for (const { type, count } of runs) out.u32(count).u8(valueTypeCodes[type])
    return out.raw(this.body.bytes()).raw(codeBytes('end')).bytes()
  }
}
