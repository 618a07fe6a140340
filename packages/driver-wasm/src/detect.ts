/** A module with one function of these instructions, no parameters and no results, and a memory if asked for. */
const moduleOf = (body: readonly number[], sharedMemory = false): Uint8Array<ArrayBuffer> => Uint8Array.from([
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
  1, 4, 1, 0x60, 0, 0, // a type: () -> ()
  3, 2, 1, 0, // a function of it
  ...(sharedMemory ? [5, 4, 1, 3, 1, 1] : []), // a shared memory of one page
  10, body.length + 4, 1, body.length + 2, 0, ...body, 0x0b,
])

const V128_ZERO = [0xfd, 12, ...new Array<number>(16).fill(0)]
const F32X4_RELAXED_MADD = [0xfd, 0x85, 0x02]
const DROP = 0x1a
const I32_CONST_0 = [0x41, 0]
const I32_ATOMIC_LOAD = [0xfe, 0x10, 2, 0]

/** Whether this host runs 128-bit SIMD, which every kernel may use. */
export const detectSimd = (): boolean => WebAssembly.validate(moduleOf([...V128_ZERO, DROP]))

/** Whether this host runs relaxed SIMD, whose multiply-add is one instruction. */
export const detectRelaxedSimd = (): boolean =>
  WebAssembly.validate(moduleOf([...V128_ZERO, ...V128_ZERO, ...V128_ZERO, ...F32X4_RELAXED_MADD, DROP]))

/**
 * Whether this host's compiler leaves instructions in the order in which they are given. V8 does since its Turboshaft
 * back end, which is older than its 64-bit memories: those are what can be asked for.
 */
export const detectKeptOrder = (): boolean => WebAssembly.validate(Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 3, 1, 4, 1]))

/**
 * Whether threads may share memory here: in Node always, in browsers on pages that are cross-origin isolated (served
 * with the COOP and COEP headers).
 */
export function detectThreads(): boolean {
  if (typeof SharedArrayBuffer !== 'function') return false
  if (globalThis.crossOriginIsolated === false) return false
  return WebAssembly.validate(moduleOf([...I32_CONST_0, ...I32_ATOMIC_LOAD, DROP], true))
}
