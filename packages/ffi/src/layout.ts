import type { NativeType, Pointer } from './types.js'

/** Field types of a C struct, in order. */
export type Fields = Readonly<Record<string, Exclude<NativeType, 'void' | 'string'>>>
export type FieldValue<T extends NativeType> = T extends 'bool' ? boolean : T extends 'i64' | 'u64' | 'pointer' ? bigint : number
export type StructValue<F extends Fields> = { [K in keyof F]: FieldValue<F[K]> }

const SIZES: Readonly<Record<Fields[string], number>> = {
  bool: 1, i8: 1, u8: 1, i16: 2, u16: 2, i32: 4, u32: 4, i64: 8, u64: 8, f32: 4, f64: 8, pointer: 8,
}

/** How a C compiler lays out a struct on a 64-bit little-endian machine. Sizes and offsets in bytes. */
export interface StructLayout<F extends Fields> {
  readonly size: number
  readonly alignment: number
  readonly offsets: { readonly [K in keyof F]: number }
  read(memory: DataView, at?: number): StructValue<F>
  /** Writes the fields that are given. */
  write(memory: DataView, value: Partial<StructValue<F>>, at?: number): void
}

export function structLayout<F extends Fields>(fields: F): StructLayout<F> {
  const names: readonly (keyof F & string)[] = Object.keys(fields)
  const offsets: Record<string, number> = {}
  let end = 0
  let alignment = 1
  for (const name of names) {
    const size = SIZES[fields[name]]
    alignment = Math.max(alignment, size)
    offsets[name] = Math.ceil(end / size) * size
    end = offsets[name] + size
  }
  return {
    size: Math.ceil(end / alignment) * alignment,
    alignment,
    offsets: offsets as StructLayout<F>['offsets'], // one for each field, set above
    read: (memory, at = 0) =>
      Object.fromEntries(names.map(n => [n, readField(memory, at + offsets[n], fields[n])])) as StructValue<F>, // the same names
    write(memory, value, at = 0) {
      for (const name of names) {
        const field: boolean | number | Pointer | undefined = value[name]
        if (field !== undefined) writeField(memory, at + offsets[name], fields[name], field)
      }
    },
  }
}

function readField(memory: DataView, at: number, type: Fields[string]): boolean | number | bigint {
  switch (type) {
    case 'bool': return memory.getUint8(at) !== 0
    case 'i8': return memory.getInt8(at)
    case 'u8': return memory.getUint8(at)
    case 'i16': return memory.getInt16(at, true)
    case 'u16': return memory.getUint16(at, true)
    case 'i32': return memory.getInt32(at, true)
    case 'u32': return memory.getUint32(at, true)
    case 'i64': return memory.getBigInt64(at, true)
    case 'u64': case 'pointer': return memory.getBigUint64(at, true)
    case 'f32': return memory.getFloat32(at, true)
    case 'f64': return memory.getFloat64(at, true)
  }
}

function writeField(memory: DataView, at: number, type: Fields[string], value: boolean | number | bigint): void {
  switch (type) {
    case 'bool': return memory.setUint8(at, value ? 1 : 0)
    case 'i8': return memory.setInt8(at, Number(value))
    case 'u8': return memory.setUint8(at, Number(value))
    case 'i16': return memory.setInt16(at, Number(value), true)
    case 'u16': return memory.setUint16(at, Number(value), true)
    case 'i32': return memory.setInt32(at, Number(value), true)
    case 'u32': return memory.setUint32(at, Number(value), true)
    case 'i64': return memory.setBigInt64(at, BigInt(value), true)
    case 'u64': case 'pointer': return memory.setBigUint64(at, BigInt(value), true)
    case 'f32': return memory.setFloat32(at, Number(value), true)
    case 'f64': return memory.setFloat64(at, Number(value), true)
  }
}
