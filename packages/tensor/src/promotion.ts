import { dtypes, PetagradError, type ConstValue, type DataName, type DType } from '@petagrad/ir/graph'

/*
 * What two tensors of different dtypes are computed in. Within a kind the wider wins; signed with unsigned takes the
 * next wider signed; an integer with a float takes the float, however wide the integer. `-` is refused: no dtype holds
 * both ranges. The table is symmetric.
 */
const ORDER = ['bool', 'u8', 'u16', 'u32', 'u64', 'i8', 'i16', 'i32', 'i64', 'f8e4m3', 'f8e5m2', 'bf16', 'f16', 'f32', 'f64'] as const satisfies readonly DataName[]
const TABLE: Readonly<Record<DataName, string>> = {
  /*         bool   u8     u16    u32    u64    i8     i16    i32    i64    f8e4m3 f8e5m2 bf16 f16 f32 f64 */
  bool: '    bool   u8     u16    u32    u64    i8     i16    i32    i64    f8e4m3 f8e5m2 bf16 f16 f32 f64',
  u8: '      u8     u8     u16    u32    u64    i16    i16    i32    i64    f8e4m3 f8e5m2 bf16 f16 f32 f64',
  u16: '     u16    u16    u16    u32    u64    i32    i32    i32    i64    f8e4m3 f8e5m2 bf16 f16 f32 f64',
  u32: '     u32    u32    u32    u32    u64    i64    i64    i64    i64    f8e4m3 f8e5m2 bf16 f16 f32 f64',
  u64: '     u64    u64    u64    u64    u64    -      -      -      -      f8e4m3 f8e5m2 bf16 f16 f32 f64',
  i8: '      i8     i16    i32    i64    -      i8     i16    i32    i64    f8e4m3 f8e5m2 bf16 f16 f32 f64',
  i16: '     i16    i16    i32    i64    -      i16    i16    i32    i64    f8e4m3 f8e5m2 bf16 f16 f32 f64',
  i32: '     i32    i32    i32    i64    -      i32    i32    i32    i64    f8e4m3 f8e5m2 bf16 f16 f32 f64',
  i64: '     i64    i64    i64    i64    -      i64    i64    i64    i64    f8e4m3 f8e5m2 bf16 f16 f32 f64',
  f8e4m3: '  f8e4m3 f8e4m3 f8e4m3 f8e4m3 f8e4m3 f8e4m3 f8e4m3 f8e4m3 f8e4m3 f8e4m3 f16    bf16 f16 f32 f64',
  f8e5m2: '  f8e5m2 f8e5m2 f8e5m2 f8e5m2 f8e5m2 f8e5m2 f8e5m2 f8e5m2 f8e5m2 f16    f8e5m2 bf16 f16 f32 f64',
  bf16: '    bf16   bf16   bf16   bf16   bf16   bf16   bf16   bf16   bf16   bf16   bf16   bf16 f32 f32 f64',
  f16: '     f16    f16    f16    f16    f16    f16    f16    f16    f16    f16    f16    f32  f16 f32 f64',
  f32: '     f32    f32    f32    f32    f32    f32    f32    f32    f32    f32    f32    f32  f32 f32 f64',
  f64: '     f64    f64    f64    f64    f64    f64    f64    f64    f64    f64    f64    f64  f64 f64 f64',
}

const promotions = new Map<DType, ReadonlyMap<DType, DType>>()

function promotionsOf(dtype: DType): ReadonlyMap<DType, DType> {
  let row = promotions.get(dtype)
  if (row === undefined) {
    const names: Readonly<Record<string, string>> = TABLE
    const known: Readonly<Record<string, DType>> = dtypes
    const cells = (names[dtype.name] ?? '').trim().split(/\s+/)
    row = new Map(ORDER.flatMap((name, i) => (cells[i] in known ? [[known[name], known[cells[i]]] as const] : [])))
    promotions.set(dtype, row)
  }
  return row
}

/** The dtype in which tensors of dtypes `a` and `b` are combined. Throws DTYPE_MISMATCH for u64 with a signed integer. */
export function promote(a: DType, b: DType, op = 'promote'): DType {
  if (a === b) return a
  const to = promotionsOf(a).get(b)
  if (to === undefined) {
    throw new PetagradError('DTYPE_MISMATCH', `${a.name} and ${b.name} have no common dtype`, {
      op, dtypes: [a.name, b.name], hint: 'Cast one of them with .cast(dtype).',
    })
  }
  return to
}

/** Default dtypes of JavaScript values. */
export const defaultFloat = dtypes.f32
export const defaultInteger = dtypes.i32

/** The dtype of the result when `dtype` meets a JavaScript scalar, which is weak: it only changes the kind, never the width. */
export function promoteScalar(dtype: DType, value: ConstValue): DType {
  if (typeof value === 'boolean' || dtype.kind === 'float') return dtype
  if (typeof value === 'bigint') return dtype.kind === 'bool' ? dtypes.i64 : dtype
  if (!Number.isInteger(value)) return defaultFloat
  return dtype.kind === 'bool' ? defaultInteger : dtype
}

/** The dtype in which functions of real numbers (exp, division, mean) treat `dtype`. */
export const floatOf = (dtype: DType): DType => (dtype.kind === 'float' ? dtype : defaultFloat)
