import { dtypes, isInteger, vector, type DType, type ConstValue } from '@petagrad/ir/graph'
import {
  atom, call, castTo, element, infix, precedence, within, type Dialect, type Expression, type KernelHead, type KernelNames,
  type LinearProgram, type Prelude,
} from '@petagrad/renderer'
import { dotProduct, repeatLanes } from './dot-units.js'
import { intrinsic } from './intrinsics.js'
import { literal } from './literals.js'
import { streamFence, streamVector } from './streaming.js'
import { isaFacts, type CTarget } from './target.js'
import { maskOf, signedOf, typeName, unalignedType } from './types.js'

const ALIGNMENT = 64

/** C11 with the vector extensions that gcc and clang share. */
export function cDialect(target: CTarget): Dialect {
  const construct = (lanes: readonly Expression[], dtype: DType, prelude: Prelude): Expression =>
    atom(`(${typeName(dtype, prelude)}){${lanes.map(l => l.text).join(', ')}}`)

  return {
    language: 'c',
    functionPrefix: 'static inline',
    fusesMultiplyAdd: isaFacts[target.isa].fma,
    barrier: '',
    type: typeName,
    maskOf,
    literal: (value: ConstValue, dtype: DType) => literal(value, dtype),
    construct,

    pointerType: (of, _space, access, prelude) => `${access === 'read' ? 'const ' : ''}${typeName(of, prelude)} *const`,

    splat(x, dtype, prelude) {
      const name = prelude.require(`splat_${dtype.name}`, () => {
        const [type, scalar] = [typeName(dtype, prelude), typeName(dtype.scalar, prelude)]
        return `static inline ${type} splat_${dtype.name}(${scalar} x) { return (${type}){${Array(dtype.lanes).fill('x').join(', ')}}; }`
      })
      return call(name, x)
    },

    extract(x, from, lanes, prelude) {
      if (lanes.length === 1) return element(x, String(lanes[0]))
      const repeated = repeatLanes(x, from, lanes, prelude)
      if (repeated !== undefined) return repeated
      const to = vector(from, lanes.length)
      if (target.compiler === 'clang') return atom(`__builtin_shufflevector(${x.text}, ${x.text}, ${lanes.join(', ')})`)
      const name = prelude.require(`lanes_${lanes.join('_')}_of_${from.name}`, () => {
        const [source, result] = [typeName(from, prelude), typeName(to, prelude)]
        return `static inline ${result} lanes_${lanes.join('_')}_of_${from.name}(${source} x) { return (${result}){${lanes.map(l => `x[${l}]`).join(', ')}}; }`
      })
      return call(name, x)
    },

    shuffle(a, b, dtype, lanes, prelude) {
      if (target.compiler === 'clang') return atom(`__builtin_shufflevector(${a.text}, ${b.text}, ${lanes.join(', ')})`)
      const mask = construct(lanes.map(l => atom(String(l))), signedOf(dtype), prelude)
      return atom(`__builtin_shuffle(${a.text}, ${b.text}, ${mask.text})`)
    },

    convert(x, from, to, prelude) {
      if (from === to) return x
      if (to.lanes === 1) return castTo(typeName(to, prelude), x)
      return atom(`__builtin_convertvector(${x.text}, ${typeName(to, prelude)})`)
    },

    bitcast(x, from, to, prelude) {
      if (from === to) return x
      const type = typeName(to, prelude)
      if (to.lanes > 1 || (isInteger(from) && isInteger(to))) return castTo(type, x)
      const name = prelude.require(`${to.name}_bits_of_${from.name}`, () => {
        const source = typeName(from, prelude)
        return `static inline ${type} ${to.name}_bits_of_${from.name}(${source} x) { return (union { ${source} from; ${type} to; }){x}.to; }`
      })
      return call(name, x)
    },

    /** Bits of `a` where the mask is set, of `b` elsewhere: compilers make one blend of it. */
    select(mask, a, b, dtype, prelude) {
      const name = prelude.require(`select_${dtype.name}`, () => {
        const [type, bits] = [typeName(dtype, prelude), typeName(signedOf(dtype), prelude)]
        return `static inline ${type} select_${dtype.name}(${bits} mask, ${type} a, ${type} b) { return (${type})(((${bits})a & mask) | ((${bits})b & ~mask)); }`
      })
      return call(name, mask, a, b)
    },

    intrinsic: (name, dtype, operands, prelude) => intrinsic(target, construct, name, dtype, operands, prelude),

    dot: (operands, types, prelude) => dotProduct(target, operands, types, prelude),

    loadVector(pointer, dtype, _space, prelude) {
      const name = prelude.require(`load_${dtype.name}`, () => {
        const [type, scalar, memory] = [typeName(dtype, prelude), typeName(dtype.scalar, prelude), unalignedType(dtype, prelude)]
        return `static inline ${type} load_${dtype.name}(const ${scalar} *p) { return *(const ${memory} *)p; }`
      })
      return call(name, pointer)
    },

    storeVector(pointer, value, dtype, _space, prelude) {
      const name = prelude.require(`store_${dtype.name}`, () => {
        const [type, scalar, memory] = [typeName(dtype, prelude), typeName(dtype.scalar, prelude), unalignedType(dtype, prelude)]
        return `static inline void store_${dtype.name}(${scalar} *p, ${type} x) { *(${memory} *)p = x; }`
      })
      return `${call(name, pointer, value).text};`
    },

    streamVector: (pointer, value, dtype, prelude) => streamVector(target, pointer, value, dtype, prelude),

    kernel: kernelHead,
    special: () => atom('task'),
  }
}

/** `void NAME(params, variables, task, scratch)`: see `createCRenderer`. */
function kernelHead(program: LinearProgram, entry: string, names: KernelNames, prelude: Prelude): KernelHead {
  const i64 = typeName(dtypes.i64, prelude)
  const opening: string[] = []
  for (const p of program.params) {
    const name = names.params.get(p.slot)
    if (name === undefined) continue
    const of = typeName(p.dtype.scalar.kind === 'bool' ? dtypes.u8 : p.dtype.scalar, prelude)
    opening.push(`${p.access === 'read' ? 'const ' : ''}${of} *restrict const ${name} = params[${p.slot}];`)
  }
  for (const v of names.variables) {
    const type = typeName(v.dtype, prelude)
    opening.push(`const ${type} ${v.name} = ${castTo(type, element(atom('variables'), String(v.position))).text};`)
  }
  let offset = 0
  for (const { name, uop } of names.scratch) {
    const of = uop.dtype.scalar.kind === 'bool' ? dtypes.u8 : uop.dtype.scalar
    const type = typeName(of, prelude)
    const start = offset === 0 ? atom('scratch') : infix('+', atom('scratch'), atom(String(offset)))
    opening.push(`${type} *restrict const ${name} = (${type} *)${within(start, precedence.unary)};`)
    offset += Math.ceil((uop.arg.size * of.bits) / 8 / ALIGNMENT) * ALIGNMENT
  }
  const closing = program.params.some(p => p.streamed === true) ? [streamFence] : []
  return { signature: `void ${entry}(void *const *params, const ${i64} *variables, ${i64} task, char *scratch) {`, opening, closing }
}
