import { dtypes, vector, type DType } from '@petagrad/ir/graph'
import { call, type Expression, type DotUnit, type Prelude } from '@petagrad/renderer'
import { isaFacts, type CTarget, type Feature } from './target.js'
import { typeName } from './types.js'

/** A dot product instruction: what it takes, and the builtins of both compilers, by bytes of a vector. */
interface DotInstruction {
  readonly unit: Omit<DotUnit, 'lanes'>
  /** Where it exists: in the instruction set itself, or with a feature more; by bytes of a vector. */
  exists(target: CTarget, bytes: number): boolean
  builtin(target: CTarget, bytes: number): string
  /** Its sum is an operand; else it is added. */
  readonly accumulates: boolean
}

const has = (target: CTarget, feature: Feature): boolean => target.features?.includes(feature) === true

/** u8 by i8, four products to a lane of 32 bits, which wrap: a product has 16 bits, and nothing saturates (Intel SDM, VPDPBUSD). */
const vpdpbusd: DotInstruction = {
  unit: { a: 'u8', b: 'i8', sum: 'i32', terms: 4, instructions: 1 },
  exists: (target, bytes) => (has(target, 'avx512vnni') && target.isa === 'x86-64-v4') || (has(target, 'avxvnni') && bytes < 64),
  builtin: ({ compiler }, bytes) => (compiler === 'clang' ? `__builtin_ia32_vpdpbusd${bytes * 8}` : `__builtin_ia32_vpdpbusd_v${bytes / 4}si`),
  accumulates: true,
}

/** i16 by i16, two products to a lane; the one sum that 32 bits do not hold, of four times -32768, wraps. */
const pmaddwd: DotInstruction = {
  unit: { a: 'i16', b: 'i16', sum: 'i32', terms: 2, instructions: 2 },
  exists: ({ isa }, bytes) => isa !== 'aarch64' && bytes <= isaFacts[isa].widest,
  builtin: ({ compiler }, bytes) => `__builtin_ia32_pmaddwd${bytes * 8}${compiler === 'gcc' && bytes === 64 ? '_mask' : ''}`,
  accumulates: false,
}

const INSTRUCTIONS = [vpdpbusd, pmaddwd]
const WIDTHS = [16, 32, 64]

/** The dot product units of a target, as data. */
export const dotUnits = (target: CTarget): DotUnit[] => INSTRUCTIONS.flatMap(({ unit, exists }) => {
  const lanes = WIDTHS.filter(bytes => exists(target, bytes)).map(bytes => bytes / 4)
  return lanes.length === 0 ? [] : [{ ...unit, lanes }]
})

/** A `dot` of these factors, which the target declares. */
export function dotProduct(
  target: CTarget, operands: readonly Expression[], [a, b, sum]: readonly [DType, DType, DType], prelude: Prelude,
): Expression | undefined {
  const bytes = (sum.bits / 8) * sum.lanes
  const instruction = INSTRUCTIONS.find(({ unit, exists }) => unit.a === a.scalar.name && unit.b === b.scalar.name &&
    unit.sum === sum.scalar.name && unit.terms * sum.lanes === a.lanes && exists(target, bytes))
  if (instruction === undefined) return undefined
  const name = prelude.require(`dot_${a.name}_${b.name}`, () => {
    const [x, y, s] = [a, b, sum].map(t => typeName(t, prelude))
    const result = body(target, instruction, bytes, s)
    return `static inline ${s} dot_${a.name}_${b.name}(${x} a, ${y} b, ${s} sum) { return ${result}; }`
  })
  return call(name, ...operands)
}

function body(target: CTarget, { builtin, accumulates }: DotInstruction, bytes: number, sumType: string): string {
  const name = builtin(target, bytes)
  // Compilers disagree about the types of bytes here; vectors of 32 bits pass as any.
  if (accumulates) return `${name}(sum, (${sumType})a, (${sumType})b)`
  return `sum + ${name}(a, b${name.endsWith('_mask') ? ', sum, -1' : ''})`
}

/** The lanes of a short vector over and over: one broadcast of the word that they are, from memory if need be. */
export function repeatLanes(x: Expression, from: DType, lanes: readonly number[], prelude: Prelude): Expression | undefined {
  const bits = from.bits * from.lanes
  const word = { 16: dtypes.i16, 32: dtypes.i32, 64: dtypes.i64 }[bits]
  const repeats = lanes.length > from.lanes && lanes.length % from.lanes === 0 && lanes.every((l, i) => l === i % from.lanes)
  if (word === undefined || !repeats) return undefined
  const to = vector(from, lanes.length)
  const name = prelude.require(`repeat_${from.name}_${to.name}`, () => {
    const words = vector(word, lanes.length / from.lanes)
    const [source, result, w, ws] = [from, to, word, words].map(t => typeName(t, prelude))
    const all = `(${result})(${ws}){${Array(words.lanes).fill('w').join(', ')}}`
    return `static inline ${result} repeat_${from.name}_${to.name}(${source} x) { const ${w} w = (${w})x; return ${all}; }`
  })
  return call(name, x)
}
