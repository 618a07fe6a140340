/**
 * A WebAssembly module, assembled by hand, whose functions do nothing but arithmetic or memory traffic. All of them take
 * (to, a, b, bytes, passes): three addresses in the imported shared memory, the bytes of each operand, how often.
 */
export function assembleRoofKernels({ pages, relaxed }: { readonly pages: number; readonly relaxed: boolean }): Uint8Array<ArrayBuffer> {
  const functions = [fma(relaxed), read, copy, triad]
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [1, 0x60, 5, I32, I32, I32, I32, I32, 0]),
    ...section(2, [1, ...text('roof'), ...text('memory'), 2, SHARED, ...unsigned(pages), ...unsigned(pages)]),
    ...section(3, [functions.length, ...functions.map(() => 0)]),
    ...section(7, [functions.length, ...kernelNames.flatMap((name, i) => [...text(name), 0, i])]),
    ...section(10, [functions.length, ...functions.flatMap(body => [...unsigned(body.length), ...body])]),
  ])
}

export const kernelNames = ['fma', 'read', 'copy', 'triad'] as const
export type KernelName = (typeof kernelNames)[number]
export type RoofKernel = (to: number, a: number, b: number, bytes: number, passes: number) => void

/** Operations of one pass of `fma`. */
export const FMA_OPERATIONS = 2 * 4 * 8
/** Operands are multiples of this: whole strides of `read` and of `triad`. */
export const STRIDE = 192

const [I32, V128] = [0x7f, 0x7b]
const SHARED = 0x03
const [TO, A, B, BYTES, PASSES] = [0, 1, 2, 3, 4]
/** The first local that is no parameter. */
const FIRST = 5

const unsigned = (n: number): number[] => (n < 0x80 ? [n] : [(n & 0x7f) | 0x80, ...unsigned(n >>> 7)])
const signed = (n: number): number[] => (n >= -64 && n < 64 ? [n & 0x7f] : [(n & 0x7f) | 0x80, ...signed(n >> 7)])
const text = (s: string): number[] => [s.length, ...new TextEncoder().encode(s)]
const section = (id: number, content: readonly number[]): number[] => [id, ...unsigned(content.length), ...content]
const times = (count: number, make: (i: number) => readonly number[]): number[] => Array.from({ length: count }, (_, i) => make(i)).flat()

const get = (local: number): number[] => [0x20, local]
const set = (local: number): number[] => [0x21, local]
const constant = (n: number): number[] => [0x41, ...signed(n)]
const addI32 = [0x6a]
const simd = (opcode: number): number[] => [0xfd, ...unsigned(opcode)]
const load = (offset: number): number[] => [...simd(0x00), 4, ...unsigned(offset)]
const store = (offset: number): number[] => [...simd(0x0b), 4, ...unsigned(offset)]
const splat = (value: number): number[] => [0x43, ...new Uint8Array(Float32Array.of(value).buffer), ...simd(0x13)]
const [addF32, mulF32, relaxedMultiplyAdd] = [simd(0xe4), simd(0xe6), simd(0x105)]

/** Runs `body` until `local`, from which `step` is taken each time, is 0. */
const countDown = (local: number, step: number, body: readonly number[]): number[] =>
  [0x03, 0x40, ...body, ...get(local), ...constant(step), 0x6b, 0x22, local, 0x0d, 0, 0x0b]
const advance = (local: number, step: number): number[] => [...get(local), ...constant(step), ...addI32, ...set(local)]
/** `i32` counters, then vectors. */
const body = (i32: number, v128: number, code: readonly number[]): number[] =>
  [2, ...unsigned(i32), I32, ...unsigned(v128), V128, ...code, 0x0b]

/**
 * Eight sums of products of four loaded vectors with two that stay, as the inner loop of a matrix product: products are
 * not part of a chain, and everything fits sixteen registers. The sums are stored, so that none of them is dropped.
 */
function fma(relaxed: boolean): number[] {
  const [rows, columns] = [4, 2]
  const [sums, stays, loaded] = [FIRST, FIRST + rows * columns, FIRST + rows * columns + columns]
  const accumulate = (sum: number): number[] => (relaxed ? [...get(sum), ...relaxedMultiplyAdd] : [...mulF32, ...get(sum), ...addF32])
  const product = (row: number, column: number): number[] => {
    const sum = sums + row * columns + column
    return [...get(loaded), ...get(stays + column), ...accumulate(sum), ...set(sum)]
  }
  return body(0, rows * columns + columns + 1, [
    ...times(columns, c => [...splat(c), ...set(stays + c)]),
    ...countDown(PASSES, 1, [
      ...times(rows, r => [...get(A), ...load(16 * r), ...set(loaded), ...times(columns, c => product(r, c))]),
    ]),
    ...get(TO), ...get(sums), ...times(rows * columns - 1, c => [...get(sums + 1 + c), ...addF32]), ...store(0),
  ])
}

/** Six sums over operand a: with eight, V8 keeps some of them in memory. */
const read = ((): number[] => {
  const chains = 6
  const stride = 16 * chains
  const [at, left, sums] = [FIRST, FIRST + 1, FIRST + 2]
  return body(2, chains, [
    ...countDown(PASSES, 1, [
      ...get(A), ...set(at), ...get(BYTES), ...set(left),
      ...countDown(left, stride, [
        ...times(chains, c => [...get(sums + c), ...get(at), ...load(16 * c), ...addF32, ...set(sums + c)]),
        ...advance(at, stride),
      ]),
    ]),
    ...get(TO), ...get(sums), ...times(chains - 1, c => [...get(sums + 1 + c), ...addF32]), ...store(0),
  ])
})()

/** memory.copy. */
const copy = body(0, 0, countDown(PASSES, 1, [...get(TO), ...get(A), ...get(BYTES), 0xfc, 0x0a, 0, 0]))

/** to = a + 3 b. */
const triad = ((): number[] => {
  const [offset, left, three] = [FIRST, FIRST + 1, FIRST + 2]
  const stride = 64
  const address = (operand: number): number[] => [...get(operand), ...get(offset), ...addI32]
  return body(2, 1, [
    ...splat(3), ...set(three),
    ...countDown(PASSES, 1, [
      ...constant(0), ...set(offset), ...get(BYTES), ...set(left),
      ...countDown(left, stride, [
        ...times(4, c => [
          ...address(TO),
          ...address(A), ...load(16 * c),
          ...address(B), ...load(16 * c), ...get(three), ...mulF32,
          ...addF32, ...store(16 * c),
        ]),
        ...advance(offset, stride),
      ]),
    ]),
  ])
})()
