import type { UOp } from './uop.js'

/** A dimension or an index bound: a plain integer, or a symbolic one (a uop of dtype `index`). */
export type Dim = number | UOp
/** A constant of any dtype. `i64` and `u64` hold bigint, `bool` holds boolean, everything else holds number. */
export type ConstValue = number | bigint | boolean

/**
 * Element-wise operations. All are total: every input gives a defined result, the same on every target.
 * Integers wrap. `div` and `mod` truncate towards zero on integers (x/0 = 0, x%0 = 0, INT_MIN/-1 = INT_MIN);
 * `floordiv` and `floormod`, for integers only, round down (Python's `//` and `%`, same results for zero). On floats `div` is IEEE and
 * `mod` is C's fmod. `max` gives NaN if either side is NaN. Shift counts are taken modulo the width; `shr` is
 * arithmetic on signed types. Comparisons give bool. bool has and, or, xor, max, where and comparisons only.
 * `mulacc(a, b, c)` is a*b + c, rounded once or twice. `trunc` rounds floats towards zero.
 * cast float to integer saturates and sends NaN to 0; integer to integer wraps; to bool is `!= 0`;
 * to a narrower float rounds to nearest even (f8e4m3 saturates to its largest finite value, as ONNX's default does).
 */
export const unaryOps = ['neg', 'reciprocal', 'exp2', 'log2', 'sin', 'sqrt', 'trunc'] as const
export const binaryOps = [
  'add', 'sub', 'mul', 'div', 'mod', 'floordiv', 'floormod', 'max',
  'shl', 'shr', 'and', 'or', 'xor', 'lt', 'eq', 'ne',
] as const
export const ternaryOps = ['where', 'mulacc'] as const
export const castOps = ['cast', 'bitcast'] as const
export const movementOps = ['reshape', 'permute', 'expand', 'pad', 'shrink', 'flip', 'shear'] as const

export type UnaryOp = (typeof unaryOps)[number]
export type BinaryOp = (typeof binaryOps)[number]
export type TernaryOp = (typeof ternaryOps)[number]
export type CastOp = (typeof castOps)[number]
export type AluOp = UnaryOp | BinaryOp | TernaryOp | CastOp
export type MovementOp = (typeof movementOps)[number]
export const aluOps: readonly AluOp[] = [...unaryOps, ...binaryOps, ...ternaryOps, ...castOps]

/** What a reduction combines with; its identity is 0, 1 or the dtype's lowest value. */
export type ReduceAlu = 'add' | 'mul' | 'max'

/**
 * How a loop runs. `loop` and `reduce` are serial; `task` is the grid of independent tasks (CPU cores, GPU
 * blocks); `thread` a thread of a block; `lane` becomes vector lanes; `unroll` is written out; `group`, on a
 * reduction, is written out with an accumulator of its own for each value, combined after the loop; `dot`, on a sum of
 * products, is what one dot product instruction sums for each lane.
 */
export const axisKinds = ['loop', 'reduce', 'task', 'thread', 'lane', 'unroll', 'group', 'dot'] as const
export type AxisKind = (typeof axisKinds)[number]

/** The argument each op carries. `undefined` means none. */
export interface ArgTypes {
  // ---- leaves
  /** src: none. A scalar, or with a vector dtype the same value in every lane. Shape []. */
  const: ConstValue
  /** Tensor level. A flat allocation of shape [size]. `id` is unique in the process. */
  buffer: { readonly id: number; readonly size: number; readonly device: string }
  /** Tensor level. [0, 1, …, size-1] as dtype. Shape [size]. */
  iota: { readonly size: Dim }
  /** Symbolic integer with inclusive bounds; dtype index. */
  variable: { readonly name: string; readonly min: number; readonly max: number }
  /** Kernel level. The kernel's slot-th argument; dtype pointer(T, 'global'); `size` in elements. */
  param: { readonly slot: number; readonly size: number }
  /** Kernel level. An array of `size` elements; dtype pointer(T, 'private' | 'shared'). */
  scratch: { readonly id: number; readonly size: number }
  /** Program level. One mutable scalar or vector; dtype is the value's. Read by `load`, written by `store`. */
  register: { readonly id: number }

  // ---- movement (tensor level); src [x]
  reshape: readonly Dim[]
  permute: readonly number[]
  /** Target shape; only dimensions of size 1 grow. */
  expand: readonly Dim[]
  /** [before, after] per dimension, filled with zero. */
  pad: readonly (readonly [Dim, Dim])[]
  /** [start, end) per dimension. */
  shrink: readonly (readonly [Dim, Dim])[]
  /** The axes that are reversed. */
  flip: readonly number[]
  /**
   * out[…, i, …, j, …] = x[…, i + factor·j + offset, …, j, …], zero where that lies outside x; axis `axis` gets `size`
   * elements, `by` is another axis. Sliding windows are expand then shear, and the transpose of a shear is the
   * shear by -factor and -offset: convolution and its gradients stay affine.
   */
  shear: { readonly axis: number; readonly by: number; readonly factor: number; readonly offset: number; readonly size: Dim }

  // ---- tensor level
  /** src [x]: x in memory, row-major. */
  contiguous: undefined
  /** src [x]: the same values on another device. */
  copy: { readonly device: string }
  /** src [x]: x with no gradient. */
  detach: undefined
  /** src [target, value]: writes value into target's buffer; the result is target afterwards. */
  assign: undefined
  /** src [x]: reduced axes keep size 1. */
  reduce_axis: { readonly alu: ReduceAlu; readonly axes: readonly number[] }
  /**
   * src [x]: out[i] = x[0] ⊕ … ⊕ x[i] along the axis. src [x, keys], keys integers in [0, buckets): each element is combined
   * with those before it that have its key; `buckets` is 0 without keys. src [x, keys, initial], initial with `buckets`
   * elements along the axis: each key's total begins with its element of it.
   */
  scan_axis: { readonly alu: ReduceAlu; readonly axis: number; readonly buckets: number }
  /**
   * src [x, positions] of one shape: the axes from `axis` on become one of `size`, out[b…, p] = the elements whose position
   * is p, combined; the combination's identity where there is none. Positions outside are left out.
   */
  scatter: { readonly alu: ReduceAlu; readonly axis: number; readonly size: number }
  /** The same where each position in [0, size) is named exactly once: out[b…, positions[b…, i…]] = x[b…, i…]. */
  place: { readonly axis: number; readonly size: number }
  /**
   * src [x]: the first `count` elements along the axis, in ascending or descending order. NaN is larger than all others,
   * zeros are equal, and equal elements stay in their order.
   */
  sort: { readonly axis: number; readonly descending: boolean; readonly count: number }
  /** src [x]; dtype i32: the positions along the axis from which `sort` takes its elements. */
  argsort: { readonly axis: number; readonly descending: boolean; readonly count: number }
  /** src [x, indices]: out[i…, rest…] = x[indices[i…], rest…]; zero where the index is outside. x has rank >= 1. */
  gather: undefined
  /** src roots; dtype void: several results computed together. */
  sink: undefined

  // ---- kernel level
  /** src [extent]; dtype index; runs over [0, extent). `axis` tells apart ranges of one kernel. */
  range: { readonly axis: number; readonly kind: AxisKind }
  /**
   * src [pointer, offset (index)]; dtype pointer: the address of one element. The pointer is a param, a scratch array
   * (perhaps behind an `after`) or, at program level, another `index`: pointer plus elements. Registers need none.
   */
  index: undefined
  /**
   * src [index | register] or [index, alternative, gate]: where gate is false, the alternative and no access. A vector
   * dtype reads consecutive elements.
   */
  load: undefined
  /** src [index | register, value] or [index, value, gate]; dtype void. */
  store: undefined
  /** src [value, ...ranges]: value combined over the ranges. */
  reduce: ReduceAlu
  /**
   * src [value, ...ranges]: value combined over the iterations of the ranges so far, this one included, the last range
   * fastest; the ranges stay open. All other loops that it stands in are around them.
   */
  scan: ReduceAlu
  /** src stores; dtype void. One kernel: independent loop nests and their stores. */
  kernel: { readonly name: string }

  // ---- vectors
  /** src one scalar per lane. */
  vectorize: undefined
  /** src [vector]: the lanes named, in that order; one lane gives a scalar. */
  extract: readonly number[]
  /**
   * src [a, b, sum], integers; dtype that of `sum`, whose lanes divide the lanes of a and b, terms = a.lanes / lanes:
   * out[l] = sum[l] + a[l·terms]·b[l·terms] + … + a[l·terms + terms - 1]·b[l·terms + terms - 1], each product converted first,
   * wrapping. The dot product units of processors (vpdpbusd, sdot, dp4a) and, over more lanes, rows of a matrix unit.
   */
  dot: undefined

  // ---- program level: control
  /**
   * Program level: src [range], closes its loop. Kernel level: src [...stores, ...ranges], the stores done over the
   * ranges, if there are any (see `after`).
   */
  end: undefined
  /** src [condition]. */
  if: undefined
  /** src [if]. */
  endif: undefined
  /** src none. All threads of the workgroup wait for each other. */
  barrier: undefined
  /** src [extent]; dtype index; the launch index along one grid ('grid0'…) or block ('block0'…) dimension. */
  special: { readonly name: string }
  /**
   * src [x, ...before]: x, ordered after the others. Renders as x. Kernel level: `before` may hold stores, `end`s and
   * ranges. Behind an `end`, a range is one whose iterations follow each other, inside all loops that the `end` stands in;
   * other ranges are loops whose iterations each begin anew.
   */
  after: undefined
  /** src operands: target-specific text for the renderer that knows `name`; counted. */
  custom: { readonly name: string }

  // ---- element-wise: none but where noted
  neg: undefined; reciprocal: undefined; exp2: undefined; log2: undefined; sin: undefined; sqrt: undefined; trunc: undefined
  add: undefined; sub: undefined; mul: undefined; div: undefined; mod: undefined; floordiv: undefined; floormod: undefined; max: undefined
  shl: undefined; shr: undefined; and: undefined; or: undefined; xor: undefined; lt: undefined; eq: undefined; ne: undefined
  where: undefined; mulacc: undefined; cast: undefined; bitcast: undefined
}

export type Op = keyof ArgTypes

const set = (names: readonly string[]) => new Set<string>(names)
const UNARY = set(unaryOps), BINARY = set(binaryOps), TERNARY = set(ternaryOps)
const CAST = set(castOps), MOVEMENT = set(movementOps), ALU = set(aluOps)
export const isUnary = (op: Op): op is UnaryOp => UNARY.has(op)
export const isBinary = (op: Op): op is BinaryOp => BINARY.has(op)
export const isTernary = (op: Op): op is TernaryOp => TERNARY.has(op)
export const isCast = (op: Op): op is CastOp => CAST.has(op)
export const isMovement = (op: Op): op is MovementOp => MOVEMENT.has(op)
export const isAlu = (op: Op): op is AluOp => ALU.has(op)
export const isComparison = (op: Op): boolean => op === 'lt' || op === 'eq' || op === 'ne'
export const isCommutative = (op: Op): boolean =>
  op === 'add' || op === 'mul' || op === 'max' || op === 'and' || op === 'or' || op === 'xor' || op === 'eq' || op === 'ne'
