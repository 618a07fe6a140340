import type { Provider } from './provider.js'
import { attempt, LibraryError, type Library, type NativeType, type Pointer, type Signatures } from './types.js'

type Koffi = typeof import('koffi')

const NAMES: Readonly<Record<NativeType, string>> = {
  void: 'void', bool: 'bool', i8: 'int8_t', u8: 'uint8_t', i16: 'int16_t', u16: 'uint16_t', i32: 'int32_t', u32: 'uint32_t',
  i64: 'int64_t', u64: 'uint64_t', f32: 'float', f64: 'double', pointer: 'void *', string: 'str',
}

const isWide = (type: NativeType): boolean => type === 'i64' || type === 'u64' || type === 'pointer'

/** koffi gives small 64-bit integers as numbers and null pointers as null: both become bigint. */
const widen = (value: unknown): unknown => (value === null || value === undefined ? 0n : typeof value === 'number' ? BigInt(value) : value)

export async function koffiProvider(): Promise<Provider> {
  const koffi = await load()
  return {
    name: 'koffi',
    open: (path, signatures) => open(koffi, path, signatures),
    addressOf: view => BigInt(koffi.address(view)),
    view: (pointer, bytes) => (bytes === 0 ? new ArrayBuffer(0) : koffi.view(pointer, bytes)),
    errno: () => koffi.errno(),
  }
}

async function load(): Promise<Koffi> {
  try {
    return await import('koffi')
  } catch (cause) {
    throw new LibraryError('koffi could not be loaded; reinstall it with `npm install koffi` for this platform', { cause })
  }
}

function open<S extends Signatures>(koffi: Koffi, path: string | null, signatures: S): Library<S> {
  const library = attempt(() => koffi.load(path), path === null ? 'the process cannot be opened' : `the library ${path} cannot be opened`)
  const call: Record<string, unknown> = {}
  const callAsync: Record<string, unknown> = {}
  for (const [name, signature] of Object.entries(signatures)) {
    const fn = attempt(() => library.func(name, NAMES[signature.returns], signature.arguments.map(t => NAMES[t])), `${name} is not in ${path ?? 'the process'}`)
    const wide = isWide(signature.returns)
    call[name] = wide ? (...args: unknown[]) => widen(fn(...args)) : fn
    callAsync[name] = (...args: unknown[]) =>
      new Promise((resolve, reject) => {
        fn.async(...args, (error: unknown, result: unknown) => {
          if (error) reject(new LibraryError(`${name} failed`, { cause: error }))
          else resolve(wide ? widen(result) : result)
        })
      })
  }
  return {
    path,
    call: call as Library<S>['call'], // built above from the same signatures
    callAsync: callAsync as Library<S>['callAsync'],
    symbol: name => attempt((): Pointer => BigInt(koffi.address(library.symbol(name))), `${name} is not in ${path ?? 'the process'}`),
    close: () => library.unload(),
  }
}
