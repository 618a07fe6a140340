import { constant, dtypes, is, isComparison, PetagradError, type AluOp, type DType, type UOp } from '@petagrad/ir/graph'
import type { Dialect } from './dialect.js'
import { call, infix, prefix, ternary, type Expression } from './expression.js'
import { dividing, floatMax, saturating, type Spelled } from './guarded.js'
import type { Prelude } from './prelude.js'

/** A value in the text: for bool vectors `dtype` is the mask's. */
export interface Operand {
  readonly uop: UOp
  readonly expression: Expression
  readonly dtype: DType
}

const SYMBOL: Partial<Record<AluOp, string>> = {
  add: '+', sub: '-', mul: '*', shl: '<<', shr: '>>', and: '&', or: '|', xor: '^', lt: '<', eq: '==', ne: '!=',
}

/** Spells element-wise operations with the IR's exact semantics. */
export class Arithmetic {
  private readonly spelled: Spelled

  constructor(private readonly dialect: Dialect, private readonly prelude: Prelude) {
    this.spelled = { dialect, prelude }
  }

  /** What represents a value of this dtype, given what its operands are represented as. */
  representation(u: UOp, operands: readonly Operand[]): DType {
    if (u.dtype.kind !== 'bool' || u.dtype.lanes === 1) return u.dtype
    if (isComparison(u.op) || u.op === 'cast') return operands[0].dtype.kind === 'bool' ? operands[0].dtype : this.dialect.maskOf(operands[0].dtype)
    const computed = operands.slice(u.op === 'where' ? 1 : 0).find(o => !is(o.uop, 'const'))
    return computed !== undefined && computed.dtype.lanes === u.dtype.lanes ? computed.dtype : this.dialect.maskOf(u.dtype)
  }

  /** A constant of a scalar or vector dtype. */
  literal(u: UOp<'const'>, dtype: DType): Expression {
    if (u.dtype.lanes === 1) return this.dialect.literal(u.arg, u.dtype)
    const isMask = u.dtype.kind === 'bool' && dtype.kind !== 'bool'
    return this.dialect.splat(this.dialect.literal(isMask ? (u.arg ? -1 : 0) : u.arg, dtype.scalar), dtype, this.prelude)
  }

  /** The mask of `x` as the mask that goes with values of `dtype`. */
  maskFor(x: Operand, dtype: DType): Expression {
    const wanted = this.dialect.maskOf(dtype)
    if (is(x.uop, 'const')) return this.literal(x.uop, wanted)
    return x.dtype === wanted ? x.expression : this.dialect.convert(x.expression, x.dtype, wanted, this.prelude)
  }

  /** One where the mask is set, zero elsewhere. */
  maskToNumber(x: Operand, dtype: DType): Expression {
    return this.dialect.select(this.maskFor(x, dtype), this.number(1, dtype), this.number(0, dtype), dtype, this.prelude)
  }

  number(value: number, dtype: DType): Expression {
    const one = this.dialect.literal(constant(value, dtype.scalar).arg, dtype.scalar)
    return dtype.lanes === 1 ? one : this.dialect.splat(one, dtype, this.prelude)
  }

  /** The text of one operation; `result` is the representation of what it gives. */
  emit(u: UOp, operands: readonly Operand[], result: DType): Expression {
    const [a, b, c] = operands.map(o => o.expression)
    const from = operands[0].dtype
    const { dialect, prelude } = this
    switch (u.op) {
      case 'cast': return this.cast(operands[0], u.dtype)
      case 'bitcast': return dialect.bitcast(a, from, u.dtype, prelude)
      case 'where': return this.where(operands, u.dtype, result)
      case 'neg': return this.narrow(prefix('-', a), u.dtype)
      case 'reciprocal': return infix('/', this.number(1, u.dtype), a)
      case 'sqrt': case 'exp2': case 'log2': case 'sin': return dialect.intrinsic(u.op, u.dtype, [a], prelude)
      case 'trunc': return u.dtype.kind === 'float' ? dialect.intrinsic('trunc', u.dtype, [a], prelude) : a
      case 'mulacc':
        if (u.dtype.kind === 'float' && dialect.fusesMultiplyAdd) return dialect.intrinsic('fma', u.dtype, [a, b, c], prelude)
        return this.narrow(infix('+', this.narrow(infix('*', a, b), u.dtype), c), u.dtype)
      case 'shl': case 'shr': return this.shift(u, operands)
      case 'max':
        if (u.dtype.kind === 'bool') return this.bitwise('|', operands, result)
        return u.dtype.kind === 'float' ? this.floatMax(operands, u.dtype) : this.integerMax(a, b, u.dtype)
      case 'div': case 'mod': case 'floordiv': case 'floormod':
        return this.divide(u.op, operands, u.dtype)
      case 'and': case 'or': case 'xor':
        if (u.dtype.kind === 'bool') return this.bitwise(SYMBOL[u.op] ?? '', operands, result)
        return this.narrow(infix(SYMBOL[u.op] ?? '', a, b), u.dtype)
      case 'lt': case 'eq': case 'ne':
        return from.lanes > 1 && u.src[0].dtype.kind === 'bool' ? this.compareMasks(u.op, operands) : infix(SYMBOL[u.op] ?? '', a, b)
      case 'add': case 'sub': case 'mul':
        return this.narrow(infix(SYMBOL[u.op] ?? '', a, b), u.dtype)
      default: throw new PetagradError('UNSUPPORTED', `the ${dialect.language} renderer has no spelling for it`, { op: u.op, dtypes: [u.dtype.name] })
    }
  }

  /** Scalars below 32 bits are computed as int: the result is brought back. Vectors are never widened. */
  private narrow(x: Expression, dtype: DType): Expression {
    const promoted = dtype.lanes === 1 && (dtype.kind === 'int' || dtype.kind === 'uint') && dtype.bits < 32
    return promoted ? this.dialect.convert(x, dtypes.i32, dtype, this.prelude) : x
  }

  private bitwise(symbol: string, operands: readonly Operand[], result: DType): Expression {
    if (result.lanes === 1) return infix(symbol, operands[0].expression, operands[1].expression)
    return infix(symbol, this.asMask(operands[0], result), this.asMask(operands[1], result))
  }

  private asMask(x: Operand, mask: DType): Expression {
    if (is(x.uop, 'const')) return this.literal(x.uop, mask)
    return x.dtype === mask ? x.expression : this.dialect.convert(x.expression, x.dtype, mask, this.prelude)
  }

  /** Of masks, where true is -1: a < b is b without a. */
  private compareMasks(op: 'lt' | 'eq' | 'ne', operands: readonly Operand[]): Expression {
    const mask = operands[0].dtype
    const a = operands[0].expression
    const b = this.asMask(operands[1], mask)
    if (op === 'ne') return infix('^', a, b)
    return op === 'eq' ? infix('==', a, b) : infix('&', infix('==', a, this.number(0, mask)), b)
  }

  private where(operands: readonly Operand[], dtype: DType, result: DType): Expression {
    const [condition, a, b] = operands
    if (condition.uop.dtype.lanes === 1) return ternary(condition.expression, a.expression, b.expression)
    if (dtype.kind !== 'bool') return this.dialect.select(this.maskFor(condition, dtype), a.expression, b.expression, dtype, this.prelude)
    return this.dialect.select(this.asMask(condition, result), this.asMask(a, result), this.asMask(b, result), result, this.prelude)
  }

  private shift(u: UOp, operands: readonly Operand[]): Expression {
    const [a, b] = operands
    const count = u.src[1]
    const known = is(count, 'const') && Number(count.arg) >= 0 && Number(count.arg) < u.dtype.bits
    const masked = known ? b.expression : infix('&', b.expression, this.number(u.dtype.bits - 1, u.dtype))
    return this.narrow(infix(SYMBOL[u.op === 'shl' ? 'shl' : 'shr'] ?? '', a.expression, masked), u.dtype)
  }

  private integerMax(a: Expression, b: Expression, dtype: DType): Expression {
    const { dialect, prelude } = this
    const name = prelude.require(`max_${dtype.name}`, () => {
      const t = dialect.type(dtype, prelude)
      const pick = this.choose({ text: 'a > b', precedence: 10 }, 'a', 'b', dtype)
      return `${dialect.functionPrefix} ${t} max_${dtype.name}(${t} a, ${t} b) { return ${pick}; }`
    })
    return call(name, a, b)
  }

  private choose(condition: Expression, a: string, b: string, dtype: DType): string {
    const [x, y] = [{ text: a, precedence: 16 }, { text: b, precedence: 16 }] as const
    return (dtype.lanes === 1 ? ternary(condition, x, y) : this.dialect.select(condition, x, y, dtype, this.prelude)).text
  }

  private floatMax(operands: readonly Operand[], dtype: DType): Expression {
    const fixed = operands.findIndex(o => is(o.uop, 'const') && !Number.isNaN(Number(o.uop.arg)))
    if (fixed < 0) return call(floatMax(this.spelled, dtype, false), operands[0].expression, operands[1].expression)
    return call(floatMax(this.spelled, dtype, true), operands[fixed].expression, operands[1 - fixed].expression)
  }

  private divide(op: 'div' | 'mod' | 'floordiv' | 'floormod', operands: readonly Operand[], dtype: DType): Expression {
    const [a, b] = operands
    if (dtype.kind === 'float') {
      // Floats have no floor division in the IR.
      return op === 'div' ? infix('/', a.expression, b.expression) : this.dialect.intrinsic('fmod', dtype, [a.expression, b.expression], this.prelude)
    }
    const plain = op === 'div' || op === 'mod' ? op : dtype.kind === 'uint' ? (op === 'floordiv' ? 'div' : 'mod') : undefined
    const divisor = is(b.uop, 'const') ? Number(b.uop.arg) : 0
    if (plain !== undefined && divisor !== 0 && divisor !== -1) return this.narrow(infix(plain === 'div' ? '/' : '%', a.expression, b.expression), dtype)
    return call(dividing(this.spelled, plain ?? op, dtype), a.expression, b.expression)
  }

  private cast(x: Operand, to: DType): Expression {
    const from = x.uop.dtype
    const { dialect, prelude } = this
    if (to.kind === 'bool') {
      if (from.kind === 'bool') return x.expression
      return infix('!=', x.expression, this.number(0, from))
    }
    if (from.kind === 'bool' && from.lanes > 1) return this.maskToNumber(x, to)
    if (from.kind === 'float' && (to.kind === 'int' || to.kind === 'uint')) return call(saturating(this.spelled, from, to), x.expression)
    return dialect.convert(x.expression, from, to, prelude)
  }
}
