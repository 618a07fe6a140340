import type { Library, Pointer, Signatures } from './types.js'

/** A way of calling native code. */
export interface Provider {
  readonly name: 'koffi' | 'ffi-napi'
  /** `null` opens the process itself. Throws LibraryError. */
  open<S extends Signatures>(path: string | null, signatures: S): Library<S>
  /** The address of a view's first byte; valid while the view is alive. */
  addressOf(view: ArrayBufferView): Pointer
  /** Native memory as an ArrayBuffer, without a copy. It must not be touched after the memory is given back. */
  view(pointer: Pointer, bytes: number): ArrayBuffer
  /** The last error number that a native function set on this thread. */
  errno(): number
}

export type ProviderName = Provider['name']

const loaded = new Map<ProviderName, Promise<Provider>>()

/**
 * The provider by name, loaded on first use: koffi, which is a dependency and needs no compiler, or ffi-napi (package
 * `@2060.io/ffi-napi`), for hosts that already have it. Throws LibraryError where it is not installed.
 */
export function provider(name: ProviderName = 'koffi'): Promise<Provider> {
  let known = loaded.get(name)
  if (known === undefined) {
    known = name === 'koffi' ? import('./koffi.js').then(m => m.koffiProvider()) : import('./ffi-napi.js').then(m => m.ffiNapiProvider())
    loaded.set(name, known)
  }
  return known
}

/**
 * Opens a native library (`null`: the process itself) and gives its functions by the names in `signatures`. Throws
 * LibraryError where the library or a function is not found.
 */
export async function openLibrary<S extends Signatures>(path: string | null, signatures: S, using: ProviderName = 'koffi'): Promise<Library<S>> {
  return (await provider(using)).open(path, signatures)
}
