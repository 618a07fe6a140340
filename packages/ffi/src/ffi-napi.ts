import type { Provider } from './provider.js'
import { attempt, LibraryError, type Library, type NativeType, type Pointer, type Signatures } from './types.js'

/** The parts of `@2060.io/ffi-napi` and `@2060.io/ref-napi` that are used; neither is a dependency. */
interface FfiNapi {
  DynamicLibrary(path: string | null, mode?: number): { get(name: string): Buffer; close(): void }
  ForeignFunction(symbol: Buffer, returns: string, args: readonly string[]): ForeignFunction
  errno(): number
}
interface ForeignFunction {
  (...args: unknown[]): unknown
  async(...args: unknown[]): void
}
interface RefNapi {
  hexAddress(buffer: Buffer): string
  readPointer(buffer: Buffer, offset: number, length: number): Buffer
  readonly NULL: Buffer
}

const NAMES: Readonly<Record<NativeType, string>> = {
  void: 'void', bool: 'bool', i8: 'int8', u8: 'uint8', i16: 'int16', u16: 'uint16', i32: 'int32', u32: 'uint32',
  i64: 'int64', u64: 'uint64', f32: 'float', f64: 'double', pointer: 'pointer', string: 'string',
}

export async function ffiNapiProvider(): Promise<Provider> {
  const ffi = await optional<FfiNapi>('@2060.io/ffi-napi')
  const ref = await optional<RefNapi>('@2060.io/ref-napi')
  const memory = new NapiMemory(ref)
  return {
    name: 'ffi-napi',
    open: (path, signatures) => open(ffi, memory, path, signatures),
    addressOf: view => memory.address(Buffer.from(view.buffer, view.byteOffset, view.byteLength)),
    view: (pointer, bytes) => (bytes === 0 ? new ArrayBuffer(0) : arrayBufferOf(memory.at(pointer, bytes))),
    errno: () => ffi.errno(),
  }
}

/** The specifier is not a literal, so that bundlers and the compiler do not look for a package that is optional. */
async function optional<T>(name: string): Promise<T> {
  try {
    const module: { readonly default: T } = await import(name)
    return module.default
  } catch (cause) {
    throw new LibraryError(`${name} is not installed; \`npm install @2060.io/ffi-napi @2060.io/ref-napi\` builds it from source`, { cause })
  }
}

const arrayBufferOf = (buffer: Buffer): ArrayBuffer => buffer.buffer as ArrayBuffer // ref-napi's buffers stand alone over native memory

/** ref-napi knows pointers only as buffers: bigint addresses go through eight bytes that hold them. */
class NapiMemory {
  constructor(private readonly ref: RefNapi) {}

  address(buffer: Buffer): Pointer {
    return BigInt(`0x${this.ref.hexAddress(buffer)}`)
  }

  at(pointer: Pointer, bytes: number): Buffer {
    const cell = Buffer.alloc(8)
    cell.writeBigUInt64LE(pointer)
    return this.ref.readPointer(cell, 0, bytes)
  }

  argument(type: NativeType, value: unknown): unknown {
    if (type === 'pointer') {
      if (value === null) return this.ref.NULL
      if (typeof value === 'bigint') return value === 0n ? this.ref.NULL : this.at(value, 1)
      if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    }
    return typeof value === 'bigint' ? String(value) : value
  }

  result(type: NativeType, value: unknown): unknown {
    if (type === 'pointer') return value instanceof Buffer ? this.address(value) : 0n
    return type === 'i64' || type === 'u64' ? BigInt(value as number | string) : value // ref-napi gives a string where a number is too small
  }
}

function open<S extends Signatures>(ffi: FfiNapi, memory: NapiMemory, path: string | null, signatures: S): Library<S> {
  const library = attempt(() => ffi.DynamicLibrary(path), path === null ? 'the process cannot be opened' : `the library ${path} cannot be opened`)
  const find = (name: string) => attempt(() => library.get(name), `${name} is not in ${path ?? 'the process'}`)
  const call: Record<string, unknown> = {}
  const callAsync: Record<string, unknown> = {}
  for (const [name, signature] of Object.entries(signatures)) {
    const fn = ffi.ForeignFunction(find(name), NAMES[signature.returns], signature.arguments.map(t => NAMES[t]))
    const lower = (args: readonly unknown[]) => args.map((a, i) => memory.argument(signature.arguments[i], a))
    call[name] = (...args: unknown[]) => memory.result(signature.returns, fn(...lower(args)))
    callAsync[name] = (...args: unknown[]) =>
      new Promise((resolve, reject) => {
        fn.async(...lower(args), (error: unknown, result: unknown) => {
          if (error) reject(new LibraryError(`${name} failed`, { cause: error }))
          else resolve(memory.result(signature.returns, result))
        })
      })
  }
  return {
    path,
    call: call as Library<S>['call'], // built above from the same signatures
    callAsync: callAsync as Library<S>['callAsync'],
    symbol: name => memory.address(find(name)),
    close: () => library.close(),
  }
}
