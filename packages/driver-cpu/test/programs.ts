import {
  address, binary, constant, dtypes, evalAlu, fromBits, itemSize, load, param, store, ternaryOps, toBits, uop, unaryOps, vector,
  type AluOp, type ConstValue, type DType, type UOp,
} from '@petagrad/ir'
import type { LinearProgram } from '@petagrad/renderer'

/** A program as codegen would hand it over, with what these tests do not look at filled in. */
export function program(name: string, uops: readonly UOp[], params: LinearProgram['params'], rest: Partial<LinearProgram> = {}): LinearProgram {
  return { name, uops, params, variables: [], grid: [1], block: [], scratchBytes: 0, work: { ops: 0, bytes: 0 }, schedule: '', ...rest }
}

/** Sources before users, each once: what a list of statements needs besides its control flow. */
export function listed(...roots: readonly UOp[]): UOp[] {
  const order: UOp[] = []
  const seen = new Set<UOp>()
  const visit = (u: UOp): void => {
    if (seen.has(u)) return
    seen.add(u)
    u.src.forEach(visit)
    order.push(u)
  }
  roots.forEach(visit)
  return order
}

/** One ALU operation over `count` elements: out[i] = op(a[i], b[i], c[i]), `lanes` at a time. */
export interface AluCase {
  readonly op: AluOp
  readonly result: DType
  readonly operands: readonly DType[]
  readonly lanes: number
  readonly count: number
}

export function aluProgram({ op, result, operands, lanes, count }: AluCase): LinearProgram {
  const name = [op, result.name, ...new Set(operands.map(d => d.name)), lanes].join('_')
  const i = uop('range', dtypes.i32, [constant(count / lanes, dtypes.i32)], { axis: 0, kind: 'loop' })
  const at = binary('mul', i, constant(lanes, dtypes.i32))
  const inputs = operands.map((d, k) => load(address(param(k + 1, d, count), at), undefined, lanes))
  const value = uop(op, vector(result, lanes), inputs)
  const written = store(address(param(0, result, count), at), value)
  return program(name, [...listed(written), uop('end', dtypes.void, [i])], [
    { slot: 0, dtype: result, size: count, access: 'write' },
    ...operands.map((dtype, k) => ({ slot: k + 1, dtype, size: count, access: 'read' as const })),
  ])
}

export const arity = (op: AluOp): number =>
  (ternaryOps as readonly string[]).includes(op) ? 3 : (unaryOps as readonly string[]).includes(op) || op === 'cast' || op === 'bitcast' ? 1 : 2

/** Values where arithmetic goes wrong first. */
export function edgeValues(dtype: DType): ConstValue[] {
  if (dtype.kind === 'bool') return [false, true]
  if (dtype.kind === 'float') {
    const edges = [0, -0, 1, -1, 0.5, -0.5, 1.5, -2.5, 3, 7.25, -128, -128.5, 127.9, 255, 255.5, 256, 65535.5, 1e-40, -1e-310, 1e30, 2 ** 31, -(2 ** 31), 2147483520, 2 ** 32,
      2 ** 63, -(2 ** 63), 2 ** 64, 1e300, Infinity, -Infinity, NaN]
    return [...new Set(edges.map(x => (dtype === dtypes.f32 ? Math.fround(x) : x)))]
  }
  const bits = BigInt(dtype.bits)
  const signed = dtype.kind === 'int'
  const [low, high] = signed ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n] : [0n, (1n << bits) - 1n]
  const edges = [0n, 1n, 2n, 3n, 7n, 8n, 31n, 33n, 100n, high - 1n, high, high / 2n + 1n, low, low + 1n, ...(signed ? [-1n, -2n, -3n, -7n, -100n] : [])]
  return [...new Set(edges)].map(x => (dtype.bits === 64 ? x : Number(x)))
}

/** A small generator with a seed, so that a failure can be had again. */
export function random(seed: number): () => number {
  let s = seed >>> 0
  return () => {
    s = (Math.imul(s, 1664525) + 1013904223) >>> 0
    return s
  }
}

export function randomValue(dtype: DType, next: () => number): ConstValue {
  if (dtype.kind === 'bool') return next() >>> 31 === 1
  if (dtype.kind === 'float') {
    const x = (next() / 2 ** 31 - 1) * 2 ** ((next() >>> 24) % 40 - 20)
    return dtype === dtypes.f32 ? Math.fround(x) : x
  }
  return fromBits(dtype, (BigInt(next()) << 32n) | BigInt(next()))
}

export function encode(dtype: DType, values: readonly ConstValue[]): Uint8Array {
  const size = itemSize(dtype)
  const bytes = new Uint8Array(values.length * size)
  values.forEach((v, i) => {
    let bits = BigInt(toBits(dtype, v))
    for (let k = 0; k < size; k++, bits >>= 8n) bytes[i * size + k] = Number(bits & 255n)
  })
  return bytes
}

export function decode(dtype: DType, bytes: Uint8Array): ConstValue[] {
  const size = itemSize(dtype)
  return Array.from({ length: bytes.length / size }, (_, i) => {
    let bits = 0n
    for (let k = size - 1; k >= 0; k--) bits = (bits << 8n) | BigInt(bytes[i * size + k])
    return fromBits(dtype, bits)
  })
}

/** Equal as the IR promises it: bit for bit, but any NaN is a NaN, and the sign of a zero that max gives is open. */
export function agrees(op: AluOp, got: ConstValue, args: readonly ConstValue[], result: DType, operands: readonly DType[]): boolean {
  const want = evalAlu(op, result, args, operands)
  if (Object.is(got, want) || (op === 'max' && got === want)) return true
  if (op !== 'mulacc' || result.kind !== 'float') return false
  const product = evalAlu('mul', result, args.slice(0, 2), operands.slice(0, 2))
  const twice = evalAlu('add', result, [product, args[2]], operands.slice(0, 2))
  return Object.is(got, twice) || (result === dtypes.f64 && fusedMayDiffer(Number(got), Number(twice), args.map(Number)))
}

/** A fused double multiply-add differs from the twice rounded one by the product's rounding error at most. */
function fusedMayDiffer(got: number, twice: number, [a, b]: readonly number[]): boolean {
  return Math.abs(got - twice) <= Math.abs(a * b) * 2 ** -52 + Number.MIN_VALUE || !Number.isFinite(a * b)
}

