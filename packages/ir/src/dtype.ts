/** Where memory lives. `private` belongs to one task or thread; `shared` to one workgroup; `global` to the device. */
export type AddressSpace = 'global' | 'shared' | 'private'

export type ScalarName =
  | 'bool' | 'i8' | 'u8' | 'i16' | 'u16' | 'i32' | 'u32' | 'i64' | 'u64'
  | 'f8e4m3' | 'f8e5m2' | 'bf16' | 'f16' | 'f32' | 'f64'
  | 'index' | 'void'

export type DTypeKind = 'bool' | 'int' | 'uint' | 'float' | 'index' | 'void'

/**
 * An interned type: equality is identity. A scalar, a vector of `lanes` scalars, or a pointer to `scalar` in `space`.
 *
 * `index` is the unbounded integer of loop ranges, shapes and addresses; codegen gives it a machine width from its
 * bounds. `bool` is stored as one byte, 0 or 1. `f8e4m3` is the finite "fn" format (no infinities), `f8e5m2` has them.
 */
export interface DType {
  readonly name: string
  readonly kind: DTypeKind
  /** Bits of one scalar element; 0 for `index` and `void`. */
  readonly bits: number
  readonly lanes: number
  /** The element type; itself for scalars. */
  readonly scalar: DType
  /** Set for pointers only. */
  readonly space: AddressSpace | undefined
}

const scalar = (name: ScalarName, kind: DTypeKind, bits: number): DType => {
  const self = { name, kind, bits, lanes: 1, space: undefined } as { -readonly [K in keyof DType]: DType[K] }
  self.scalar = self
  return self
}

export const dtypes = {
  bool: scalar('bool', 'bool', 8),
  i8: scalar('i8', 'int', 8),
  u8: scalar('u8', 'uint', 8),
  i16: scalar('i16', 'int', 16),
  u16: scalar('u16', 'uint', 16),
  i32: scalar('i32', 'int', 32),
  u32: scalar('u32', 'uint', 32),
  i64: scalar('i64', 'int', 64),
  u64: scalar('u64', 'uint', 64),
  f8e4m3: scalar('f8e4m3', 'float', 8),
  f8e5m2: scalar('f8e5m2', 'float', 8),
  bf16: scalar('bf16', 'float', 16),
  f16: scalar('f16', 'float', 16),
  f32: scalar('f32', 'float', 32),
  f64: scalar('f64', 'float', 64),
  index: scalar('index', 'index', 0),
  void: scalar('void', 'void', 0),
} as const satisfies Record<ScalarName, DType>

/** The scalar types that tensors may hold. */
export type DataName = Exclude<ScalarName, 'index' | 'void'>
export const dataTypes: readonly DType[] = Object.values(dtypes).filter(d => d.kind !== 'index' && d.kind !== 'void')

const derived = new Map<string, DType>()

/** `vector(f32, 4)` is `f32x4`; one lane is the scalar itself. */
export function vector(element: DType, lanes: number): DType {
  if (lanes === 1) return element.scalar
  return derive(`${element.scalar.name}x${lanes}`, element.scalar, lanes, undefined)
}

/** `pointer(f32, 'global')` is `f32*global`. */
export function pointer(element: DType, space: AddressSpace): DType {
  return derive(`${element.scalar.name}*${space}`, element.scalar, 1, space)
}

function derive(name: string, element: DType, lanes: number, space: AddressSpace | undefined): DType {
  let type = derived.get(name)
  if (type === undefined) {
    type = { name, kind: element.kind, bits: element.bits, lanes, scalar: element, space }
    derived.set(name, type)
  }
  return type
}

export const isPointer = (d: DType): boolean => d.space !== undefined
export const isFloat = (d: DType): boolean => d.kind === 'float'
export const isInteger = (d: DType): boolean => d.kind === 'int' || d.kind === 'uint' || d.kind === 'index'
export const isData = (d: DType): boolean => d.kind !== 'index' && d.kind !== 'void' && !isPointer(d)
/** Bytes of one scalar element in memory. */
export const itemSize = (d: DType): number => d.bits / 8

/** Reads a name as `DType.name` prints it: `f32`, `f32x4`, `f32*global`. */
export function parseDType(name: string): DType | undefined {
  const known: Readonly<Record<string, DType>> = dtypes
  if (Object.hasOwn(known, name)) return known[name]
  const vec = /^([a-z0-9]+?)x(\d+)$/.exec(name)
  if (vec && Object.hasOwn(known, vec[1])) return vector(known[vec[1]], Number(vec[2]))
  const ptr = /^([a-z0-9]+)\*(global|shared|private)$/.exec(name)
  if (ptr && Object.hasOwn(known, ptr[1])) return pointer(known[ptr[1]], ptr[2] as AddressSpace) // the pattern admits only the three spaces
  return undefined
}
