import { constant, vector, type ConstValue, type DType } from '@petagrad/ir/graph'
import type { Dialect } from './dialect.js'
import { atom, call, infix, type Expression } from './expression.js'
import type { Prelude } from './prelude.js'

/** A dialect and where its declarations go. */
export interface Spelled {
  readonly dialect: Dialect
  readonly prelude: Prelude
}

type Division = 'div' | 'mod' | 'floordiv' | 'floormod'

const A = atom('a'), B = atom('b'), X = atom('x')

/** Texts of constants, types and choices at one dtype, the same for scalars and vectors. */
class At {
  constructor(readonly spelled: Spelled, readonly dtype: DType) {}

  get type(): string { return this.spelled.dialect.type(this.dtype, this.spelled.prelude) }
  get mask(): DType { return this.spelled.dialect.maskOf(this.dtype) }
  get maskType(): string { return this.spelled.dialect.type(this.mask, this.spelled.prelude) }

  constant(value: ConstValue): Expression {
    const { dialect, prelude } = this.spelled
    const one = dialect.literal(constant(value, this.dtype.scalar).arg, this.dtype.scalar)
    return this.dtype.lanes === 1 ? one : dialect.splat(one, this.dtype, prelude)
  }

  choose(condition: Expression, a: Expression, b: Expression): Expression {
    const { dialect, prelude } = this.spelled
    if (this.dtype.lanes > 1) return dialect.select(condition, a, b, this.dtype, prelude)
    return atom(`(${condition.text} ? ${a.text} : ${b.text})`)
  }
}

const define = ({ dialect }: Spelled, type: string, name: string, parameters: string, body: readonly string[]): string =>
  [`${dialect.functionPrefix} ${type} ${name}(${parameters}) {`, ...body.map(line => `  ${line}`), '}'].join('\n')

/** Declares the division of an integer dtype that is total, and gives its name. */
export function dividing(spelled: Spelled, op: Division, dtype: DType): string {
  const name = `${op}_${dtype.name}`
  return spelled.prelude.require(name, () => {
    const t = new At(spelled, dtype)
    const body = op === 'div' || op === 'mod' ? truncating(t, op) : flooring(t, op)
    return define(spelled, t.type, name, `${t.type} a, ${t.type} b`, body)
  })
}

/** x / 0 = 0 and x % 0 = 0; MIN / -1 = MIN, MIN % -1 = 0 are computed without dividing. */
function truncating(t: At, op: 'div' | 'mod'): string[] {
  const zero = infix('==', B, t.constant(0))
  const symbol = op === 'div' ? '/' : '%'
  if (t.dtype.kind === 'uint') {
    return [
      `const ${t.maskType} zero = ${zero.text};`,
      `return ${t.choose(atom('zero'), t.constant(0), infix(symbol, A, t.choose(atom('zero'), t.constant(1), B))).text};`,
    ]
  }
  const one = t.choose(infix('|', atom('zero'), atom('minus')), t.constant(1), B)
  const other = op === 'div' ? t.choose(atom('minus'), atom('-a'), atom('quotient')) : t.choose(atom('minus'), t.constant(0), atom('quotient'))
  return [
    `const ${t.maskType} zero = ${zero.text}, minus = ${infix('==', B, t.constant(-1)).text};`,
    `const ${t.type} quotient = ${infix(symbol, A, one).text};`,
    `return ${t.choose(atom('zero'), t.constant(0), other).text};`,
  ]
}

/** Corrects the truncated result where the remainder and the divisor differ in sign. Both are 0 for a zero divisor. */
function flooring(t: At, op: 'floordiv' | 'floormod'): string[] {
  const rest = call(dividing(t.spelled, 'mod', t.dtype), A, B)
  const differs = infix('&', infix('!=', atom('rest'), t.constant(0)), infix('<', infix('^', atom('rest'), B), t.constant(0)))
  const lines = [`const ${t.type} rest = ${rest.text};`, `const ${t.maskType} differs = ${differs.text};`]
  if (op === 'floormod') return [...lines, `return ${t.choose(atom('differs'), infix('+', atom('rest'), B), atom('rest')).text};`]
  const quotient = call(dividing(t.spelled, 'div', t.dtype), A, B)
  return [
    ...lines,
    `const ${t.type} quotient = ${quotient.text};`,
    `return ${t.choose(atom('differs'), infix('-', atom('quotient'), t.constant(1)), atom('quotient')).text};`,
  ]
}

/**
 * Declares the maximum of floats, NaN if either side is, and gives its name. With `known`, the first operand is a
 * constant that is no NaN, and one comparison is enough.
 */
export function floatMax(spelled: Spelled, dtype: DType, known: boolean): string {
  const name = known ? `max_known_${dtype.name}` : `max_${dtype.name}`
  return spelled.prelude.require(name, () => {
    const t = new At(spelled, dtype)
    const larger = t.choose(infix('>', A, B), A, B)
    const body = known
      ? [`return ${larger.text};`]
      : [`const ${t.type} larger = ${larger.text};`, `return ${t.choose(infix('!=', A, A), A, atom('larger')).text};`]
    return define(spelled, t.type, name, `${t.type} a, ${t.type} b`, body)
  })
}

/** Declares the conversion from float to integer that saturates and sends NaN to 0, and gives its name. */
export function saturating(spelled: Spelled, from: DType, to: DType): string {
  const name = `${to.name}_from_${from.name}`
  return spelled.prelude.require(name, () => {
    const { dialect, prelude } = spelled
    const source = new At(spelled, from)
    const target = new At(spelled, to)
    const signed = to.kind === 'int'
    const high = source.constant(2 ** (signed ? to.bits - 1 : to.bits)) // a power of two, exact in every float dtype it is asked for
    const low = source.constant(signed ? -(2 ** (to.bits - 1)) : 0)
    const largest = target.constant(signed ? (1n << BigInt(to.bits - 1)) - 1n : (1n << BigInt(to.bits)) - 1n)
    const smallest = target.constant(signed ? -(1n << BigInt(to.bits - 1)) : 0n)
    const parameters = `${source.type} x`
    if (from.lanes === 1) {
      const converted = dialect.convert(X, from, to, prelude).text
      return define(spelled, target.type, name, parameters, [
        `return x != x ? ${target.constant(0).text} : x <= ${low.text} ? ${smallest.text} : x >= ${high.text} ? ${largest.text} : ${converted};`,
      ])
    }
    const resized = (mask: Expression) =>
      source.mask === target.mask ? mask : dialect.convert(mask, source.mask, vector(target.mask.scalar, to.lanes), prelude)
    const inside = infix('&', infix('>', X, low), infix('<', X, high))
    const converted = dialect.convert(source.choose(inside, X, source.constant(0)), from, to, prelude)
    const above = target.choose(resized(infix('>=', X, high)), largest, atom('inside'))
    return define(spelled, target.type, name, parameters, [
      `const ${target.type} inside = ${converted.text};`,
      ...(signed
        ? [`const ${target.type} above = ${above.text};`, `return ${target.choose(resized(infix('<=', X, low)), smallest, atom('above')).text};`]
        : [`return ${above.text};`]),
    ])
  })
}
