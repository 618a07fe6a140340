import { openLibrary, type Library, type Signatures } from '@petagrad/ffi'

const signatures = {
  petagrad_allocate: { returns: 'pointer', arguments: ['u64'] },
  petagrad_free: { returns: 'void', arguments: ['pointer'] },
  petagrad_open: { returns: 'pointer', arguments: ['i32', 'i32'] },
  petagrad_close: { returns: 'void', arguments: ['pointer'] },
  petagrad_measure: { returns: 'i32', arguments: ['i32', 'f64', 'f64', 'f64', 'pointer'] },
  petagrad_run: { returns: 'i64', arguments: ['pointer', 'pointer', 'i64', 'i32'] },
} as const satisfies Signatures

/** The functions of pool-source.ts. */
export type NativePool = Library<typeof signatures>

export const openNativePool = (path: string): Promise<NativePool> => openLibrary(path, signatures)
