import { PetagradError, type DType } from '@petagrad/ir/graph'
import { atom, call, element, type Dialect, type Expression, type Intrinsic, type Prelude } from '@petagrad/renderer'
import { typeName } from './types.js'
import type { CTarget } from './target.js'

const BUILTIN: Readonly<Partial<Record<Intrinsic, string>>> = { sqrt: '__builtin_sqrt', trunc: '__builtin_trunc', fmod: '__builtin_fmod', fma: '__builtin_fma' }

function scalarBuiltin(name: Intrinsic, dtype: DType): string {
  const builtin = BUILTIN[name]
  if (builtin === undefined) throw new PetagradError('UNSUPPORTED', 'the c renderer has no such function', { op: name, dtypes: [dtype.name] })
  return `${builtin}${dtype.bits === 32 ? 'f' : ''}`
}

/** A float function: the compiler's builtin on scalars, a function of ours over lanes on vectors. */
export function intrinsic(target: CTarget, construct: Dialect['construct'], name: Intrinsic, dtype: DType, operands: readonly Expression[], prelude: Prelude): Expression {
  if (dtype.lanes === 1) return call(scalarBuiltin(name, dtype), ...operands)
  const own = prelude.require(`${name}_${dtype.name}`, () => {
    const type = typeName(dtype, prelude)
    const names = ['a', 'b', 'c'].slice(0, operands.length)
    const body = (name === 'fma' ? fusedBody(target, dtype) : native(target, name, dtype)) ?? laneByLane(construct, name, dtype, names, prelude)
    return `static inline ${type} ${name}_${dtype.name}(${names.map(n => `${type} ${n}`).join(', ')}) {\n${body}\n}`
  })
  return call(own, ...operands)
}

/**
 * One rounding for a * b + c. clang fuses an expression on vectors where the pragma allows it; gcc has the
 * instructions as builtins.
 */
function fusedBody(target: CTarget, dtype: DType): string | undefined {
  if (target.compiler === 'clang') return '#pragma clang fp contract(fast)\n  return a * b + c;'
  if (target.isa === 'aarch64') return undefined
  const kind = dtype.bits === 32 ? 'ps' : 'pd'
  switch (bytesOf(dtype)) {
    case 16: return `  return __builtin_ia32_vfmadd${kind}(a, b, c);`
    case 32: return `  return __builtin_ia32_vfmadd${kind}256(a, b, c);`
    case 64: return `  return __builtin_ia32_vfmadd${kind}512_mask(a, b, c, -1, 4);`
    default: return undefined
  }
}

/** gcc keeps rounding and square roots of vectors as builtins; clang makes them out of the lanes. */
function native(target: CTarget, name: Intrinsic, dtype: DType): string | undefined {
  if (target.compiler === 'clang' || target.isa === 'aarch64') return undefined
  const kind = dtype.bits === 32 ? 'ps' : 'pd'
  const width = { 16: '', 32: '256' }[bytesOf(dtype)]
  if (width === undefined) return undefined
  if (name === 'sqrt') return `  return __builtin_ia32_sqrt${kind}${width}(a);`
  return name === 'trunc' ? `  return __builtin_ia32_round${kind}${width}(a, 3);` : undefined
}

function laneByLane(construct: Dialect['construct'], name: Intrinsic, dtype: DType, names: readonly string[], prelude: Prelude): string {
  const lanes = Array.from({ length: dtype.lanes }, (_, i) =>
    call(scalarBuiltin(name, dtype.scalar), ...names.map(n => element(atom(n), String(i)))))
  return `  return ${construct(lanes, dtype, prelude).text};`
}

const bytesOf = (dtype: DType): number => (dtype.bits / 8) * dtype.lanes
