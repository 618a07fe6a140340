/** What native functions take and return. 64-bit integers and pointers are bigint, always. */
export type NativeType =
  | 'void' | 'bool' | 'i8' | 'u8' | 'i16' | 'u16' | 'i32' | 'u32' | 'i64' | 'u64' | 'f32' | 'f64'
  | 'pointer'
  | 'string'

/** An address. 0n is the null pointer. */
export type Pointer = bigint

/** C: `returns name(arguments…)`. */
export interface Signature {
  readonly returns: NativeType
  readonly arguments: readonly NativeType[]
}

export type Signatures = Readonly<Record<string, Signature>>

/** What a call gives back for a native type. A `string` is NUL-terminated UTF-8, copied. */
export type ResultOf<T extends NativeType> =
  T extends 'void' ? undefined : T extends 'bool' ? boolean : T extends 'i64' | 'u64' | 'pointer' ? bigint : T extends 'string' ? string | null : number

/** What a call takes for a native type. A typed array in a pointer's place stands for its memory, during the call. */
export type ArgumentOf<T extends NativeType> =
  T extends 'pointer' ? Pointer | ArrayBufferView | null : T extends 'i64' | 'u64' ? bigint | number : T extends 'bool' ? boolean : T extends 'string' ? string | null : number

type ArgumentsOf<A extends readonly NativeType[]> = { -readonly [I in keyof A]: ArgumentOf<A[I]> }

export type NativeFunction<S extends Signature> = (...args: ArgumentsOf<S['arguments']>) => ResultOf<S['returns']>
export type AsyncNativeFunction<S extends Signature> = (...args: ArgumentsOf<S['arguments']>) => Promise<ResultOf<S['returns']>>

/** A loaded library with the functions that were asked for. */
export interface Library<S extends Signatures> {
  readonly path: string | null
  readonly call: { readonly [K in keyof S]: NativeFunction<S[K]> }
  /** The same functions on another thread; the event loop goes on meanwhile. Memory they use must outlive them. */
  readonly callAsync: { readonly [K in keyof S]: AsyncNativeFunction<S[K]> }
  /** Address of a symbol. Throws LibraryError where there is none. */
  symbol(name: string): Pointer
  /** Unloads it. Its functions and symbols must not be used afterwards. */
  close(): void
}

/** A library or symbol that could not be found, or a provider that is not installed. */
export class LibraryError extends Error {
  override readonly name = 'LibraryError'
}

/** Runs `action`; what it throws becomes a LibraryError that begins with `sentence`. */
export function attempt<T>(action: () => T, sentence: string): T {
  try {
    return action()
  } catch (cause) {
    throw new LibraryError(`${sentence}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}
