import type { AddressSpace, ConstValue, DType, UOp } from '@petagrad/ir/graph'
import type { LinearProgram } from '../program.js'
import type { Expression } from './expression.js'
import type { Prelude } from './prelude.js'

/** Functions that a dialect has under names of its own; operands and result share one float dtype. */
export type Intrinsic = 'sqrt' | 'trunc' | 'exp2' | 'log2' | 'sin' | 'fmod' | 'fma'

/** What stands between the kernel's prelude and its first statement. */
export interface KernelHead {
  /** From the return type to the opening brace. */
  readonly signature: string
  /** Statements that give params, variables and scratch their names. */
  readonly opening: readonly string[]
  /** Statements after the last one. */
  readonly closing?: readonly string[]
}

/** Names that the emitter has chosen for what a program uses. */
export interface KernelNames {
  readonly params: ReadonlyMap<number, string>
  readonly variables: readonly { readonly name: string; readonly dtype: DType; readonly position: number }[]
  readonly scratch: readonly { readonly name: string; readonly uop: UOp<'scratch'> }[]
}

/**
 * How one C-like language spells things. The emitter knows the IR's semantics and asks for nothing more than this.
 *
 * Bool vectors are masks: `maskOf` says which dtype a comparison of two values of a dtype gives. That is the signed
 * integer vector of the operands' width (C, OpenCL: all bits of a lane set or none), or the bool vector itself.
 * In memory a bool is a u8 of 0 or 1 everywhere.
 */
export interface Dialect {
  readonly language: string
  /** What stands before a function of the prelude: `static inline`. */
  readonly functionPrefix: string
  /** Multiply-accumulate is one rounding: floats go through the `fma` intrinsic. */
  readonly fusesMultiplyAdd: boolean
  type(dtype: DType, prelude: Prelude): string
  pointerType(element: DType, space: AddressSpace, access: 'read' | 'write', prelude: Prelude): string
  maskOf(dtype: DType): DType
  /** A scalar constant. */
  literal(value: ConstValue, dtype: DType): Expression
  splat(x: Expression, dtype: DType, prelude: Prelude): Expression
  construct(lanes: readonly Expression[], dtype: DType, prelude: Prelude): Expression
  /** One lane gives a scalar; several give a vector of them. */
  extract(x: Expression, from: DType, lanes: readonly number[], prelude: Prelude): Expression
  /** Lanes of two vectors of one type, those of `b` numbered after those of `a`, as another vector of the type. */
  shuffle(a: Expression, b: Expression, dtype: DType, lanes: readonly number[], prelude: Prelude): Expression
  /** Plain conversion: integers wrap, floats round to nearest; from float to integer only values in range come. */
  convert(x: Expression, from: DType, to: DType, prelude: Prelude): Expression
  bitcast(x: Expression, from: DType, to: DType, prelude: Prelude): Expression
  /** Lane-wise choice; `mask` has dtype `maskOf(dtype)`. Vectors only: scalars use `?:`. */
  select(mask: Expression, a: Expression, b: Expression, dtype: DType, prelude: Prelude): Expression
  intrinsic(name: Intrinsic, dtype: DType, operands: readonly Expression[], prelude: Prelude): Expression
  /** The sum of the products of neighbouring lanes, added to a third vector; undefined for what the language has no unit for. */
  dot?(operands: readonly Expression[], dtypes: readonly [DType, DType, DType], prelude: Prelude): Expression | undefined
  /** Reads or writes a vector whose first element is at `pointer`; only element-aligned. */
  loadVector(pointer: Expression, dtype: DType, space: AddressSpace, prelude: Prelude): Expression
  storeVector(pointer: Expression, value: Expression, dtype: DType, space: AddressSpace, prelude: Prelude): string
  /** Like `storeVector`, for memory that is not read soon; a dialect without such a store leaves it out. */
  streamVector?(pointer: Expression, value: Expression, dtype: DType, prelude: Prelude): string
  kernel(program: LinearProgram, entry: string, names: KernelNames, prelude: Prelude): KernelHead
  special(name: string): Expression
  readonly barrier: string
}
