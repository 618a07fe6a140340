import { dtypes, PetagradError, vector, type DType, type ScalarName } from '@petagrad/ir/graph'
import type { Prelude } from '@petagrad/renderer'

/** No header is included: parsing one costs more than compiling a kernel. */
const SCALARS: Readonly<Partial<Record<ScalarName, string>>> = {
  i8: 'signed char', u8: 'unsigned char', i16: 'short', u16: 'unsigned short', i32: 'int', u32: 'unsigned int',
  i64: 'long long', u64: 'unsigned long long', f32: 'float', f64: 'double',
}

/** The C name of a dtype, which is the IR's name; declared where it is not C's own. Throws UNSUPPORTED. */
export function typeName(dtype: DType, prelude: Prelude): string {
  if (dtype.lanes === 1) {
    if (dtype === dtypes.bool) return '_Bool'
    const scalar = dtype === dtypes.index ? dtypes.i64 : dtype
    const own = SCALARS[scalar.name as ScalarName] // a scalar's name is a ScalarName
    if (own === undefined) throw new PetagradError('UNSUPPORTED', 'the c renderer has no such type', { dtypes: [dtype.name] })
    return prelude.require(scalar.name, () => `typedef ${own} ${scalar.name};`)
  }
  return prelude.require(dtype.name, () => `typedef ${typeName(dtype.scalar, prelude)} ${dtype.name} __attribute__((vector_size(${dtype.bits / 8 * dtype.lanes})));`)
}

/** A vector in memory, only aligned as its elements are, and reached through pointers to them. */
export function unalignedType(dtype: DType, prelude: Prelude): string {
  const name = `${dtype.name}_unaligned`
  return prelude.require(name, () => {
    const bytes = dtype.bits / 8
    return `typedef ${typeName(dtype.scalar, prelude)} ${name} __attribute__((vector_size(${bytes * dtype.lanes}), aligned(${bytes}), may_alias));`
  })
}

/** A comparison of vectors gives signed integers of the same width, all bits set where it holds. */
export function maskOf(dtype: DType): DType {
  if (dtype.lanes === 1) return dtypes.bool
  const integer = { 8: dtypes.i8, 16: dtypes.i16, 32: dtypes.i32, 64: dtypes.i64 }[dtype.bits] ?? dtypes.i8
  return vector(integer, dtype.lanes)
}

export const signedOf = (dtype: DType): DType => vector(maskOf(vector(dtype, 2)).scalar, dtype.lanes)
