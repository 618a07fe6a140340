import { type ConstValue, type DType } from '@petagrad/ir/graph'
import { atom, precedence, type Expression } from '@petagrad/renderer'

/** A scalar constant; every finite float prints as a short decimal that reads back exactly. */
export function literal(value: ConstValue, dtype: DType): Expression {
  switch (dtype.kind) {
    case 'bool': return atom(value ? '1' : '0')
    case 'float': return floatLiteral(Number(value), dtype.bits === 32)
    default: return integerLiteral(BigInt(value), dtype)
  }
}

const negated = (text: string): Expression => ({ text: `-${text}`, precedence: precedence.unary })

function floatLiteral(value: number, single: boolean): Expression {
  const suffix = single ? 'f' : ''
  if (Number.isNaN(value)) return atom(`__builtin_nan${suffix}("")`)
  if (Math.abs(value) === Infinity) {
    const infinity = `__builtin_inf${suffix}()`
    return value < 0 ? negated(infinity) : atom(infinity)
  }
  const digits = single ? shortest(Math.abs(Math.fround(value))) : String(Math.abs(value))
  const text = (/[.e]/.test(digits) ? digits : `${digits}.0`) + suffix
  return value < 0 || Object.is(value, -0) ? negated(text) : atom(text)
}

/** Fewest digits that stay clearly inside half a unit in the last place of an f32. */
function shortest(x: number): string {
  for (let precision = 1; precision <= 9; precision++) {
    const decimal = Number(x.toPrecision(precision))
    if (Math.abs(decimal - x) <= x * 2 ** -25) return String(decimal)
  }
  return String(x)
}

/** The least integer of a type has no literal: it is one less than the next. */
function integerLiteral(value: bigint, dtype: DType): Expression {
  const suffix = (dtype.kind === 'uint' && dtype.bits >= 32 ? 'u' : '') + (dtype.bits === 64 ? 'll' : '')
  if (dtype.bits >= 32 && value === -(1n << BigInt(dtype.bits - 1))) return atom(`(-${-(value + 1n)}${suffix} - 1)`)
  return value < 0n ? negated(`${-value}${suffix}`) : atom(`${value}${suffix}`)
}
