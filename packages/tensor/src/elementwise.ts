import { cast as castAs, dtypes, PetagradError, shapeOf, type BinaryOp, type DType, type UOp } from '@petagrad/ir/graph'
import {
  add, addScalar, apply, broadcastShapes, broadcastTo, cast, combine, div, equal, lessThan, lessThanScalar, maximum, mul, mulScalar, neg,
  not, reciprocal, select, splat, sub, zerosLike,
} from './build.js'
import { operands, TensorCore, type Operand } from './core.js'
import * as elementary from './elementary.js'
import { floatOf, promote } from './promotion.js'
import type { Tensor } from './tensor.js'

/**
 * Element-wise operations. Shapes broadcast as in NumPy and dtypes promote by the table in promotion.ts; JavaScript
 * scalars adapt to the tensor. Functions of real numbers take integers as f32.
 */
export abstract class ElementwiseOps extends TensorCore {
  // ---- arithmetic

  add(other: Operand): Tensor { return this.zip('add', other, add) }
  sub(other: Operand): Tensor { return this.zip('sub', other, sub) }
  mul(other: Operand): Tensor { return this.zip('mul', other, mul) }
  /** True division: integers are divided as f32. */
  div(other: Operand): Tensor {
    return this.zip('div', other, (a, b) => {
      const dtype = floatOf(a.dtype)
      return div(cast(a, dtype), cast(b, dtype))
    })
  }
  /** Division rounded down, as Python's `//`. An integer divided by zero is 0. */
  floorDivide(other: Operand): Tensor { return this.zip('floorDivide', other, elementary.floorDivide) }
  /** Remainder with the sign of the divisor, as Python's `%`. */
  mod(other: Operand): Tensor { return this.zip('mod', other, elementary.floorModulo) }
  /** Remainder with the sign of the dividend, as C's `%` and fmod. */
  fmod(other: Operand): Tensor { return this.combine('mod', other) }
  /** A scalar exponent that is an integer is exact multiplication, and the only kind that integer tensors take. */
  pow(exponent: Operand): Tensor {
    if (typeof exponent === 'number' && Number.isInteger(exponent) && Math.abs(exponent) <= 64) return this.integerPower(exponent)
    if (exponent === 0.5) return this.sqrt()
    return this.zip('pow', exponent, (x, y) => {
      const dtype = floatOf(x.dtype)
      return elementary.power(cast(x, dtype), cast(y, dtype))
    })
  }
  neg(): Tensor { return this.derive(neg(this.arithmetic('neg'))) }
  abs(): Tensor {
    const x = this.arithmetic('abs')
    return this.derive(x.dtype.kind === 'uint' ? x : maximum(x, neg(x)))
  }
  /** -1, 0 or 1; NaN for NaN. */
  sign(): Tensor {
    const x = this.arithmetic('sign')
    const one = splat(1, x.dtype, shapeOf(x))
    const upper = select(lessThan(zerosLike(x), x), one, mul(x, zerosLike(x)))
    return this.derive(x.dtype.kind === 'uint' ? upper : select(lessThanScalar(x, 0), splat(-1, x.dtype, shapeOf(x)), upper))
  }
  square(): Tensor { return this.integerPower(2) }
  reciprocal(): Tensor { return this.real(reciprocal) }

  // ---- functions of real numbers

  exp(): Tensor { return this.real(elementary.exp) }
  exp2(): Tensor { return this.real(x => apply('exp2', x)) }
  log(): Tensor { return this.real(elementary.log) }
  log2(): Tensor { return this.real(x => apply('log2', x)) }
  log10(): Tensor { return this.real(x => mulScalar(apply('log2', x), Math.LN2 / Math.LN10)) }
  sqrt(): Tensor { return this.real(x => apply('sqrt', x)) }
  rsqrt(): Tensor { return this.real(x => reciprocal(apply('sqrt', x))) }
  sin(): Tensor { return this.real(x => apply('sin', x)) }
  cos(): Tensor { return this.real(elementary.cos) }
  tan(): Tensor { return this.real(x => div(apply('sin', x), elementary.cos(x))) }
  tanh(): Tensor { return this.real(elementary.tanh) }
  /** The error function, to 2e-7. */
  erf(): Tensor { return this.real(elementary.erf) }

  // ---- rounding; integers stay as they are

  floor(): Tensor { return this.rounded(elementary.floor) }
  ceil(): Tensor { return this.rounded(elementary.ceil) }
  /** To the nearest, ties to even. */
  round(): Tensor { return this.rounded(elementary.round) }
  /** Towards zero. */
  trunc(): Tensor { return this.rounded(x => apply('trunc', x)) }

  // ---- activations

  relu(): Tensor { return this.derive(maximum(this.arithmetic('relu'), zerosLike(this.arithmetic('relu')))) }
  leakyRelu(slope = 0.01): Tensor { return this.real(x => select(lessThanScalar(x, 0), mulScalar(x, slope), x)) }
  elu(alpha = 1): Tensor {
    return this.real(x => {
      const isNegative = lessThanScalar(x, 0)
      // The exponential sees nothing positive: the branch not taken must not overflow into a NaN gradient.
      const below = mulScalar(addScalar(elementary.exp(select(isNegative, x, zerosLike(x))), -1), alpha)
      return select(isNegative, below, x)
    })
  }
  sigmoid(): Tensor { return this.real(elementary.sigmoid) }
  silu(): Tensor { return this.real(x => mul(x, elementary.sigmoid(x))) }
  softplus(): Tensor { return this.real(elementary.softplus) }
  /** x·Φ(x), or with 'tanh' its usual approximation. */
  gelu(approximate: 'none' | 'tanh' = 'none'): Tensor {
    return this.real(x => {
      if (approximate === 'none') return mul(mulScalar(x, 0.5), addScalar(elementary.erf(mulScalar(x, Math.SQRT1_2)), 1))
      const cubic = mul(x, addScalar(mulScalar(mul(x, x), 0.044715), 1))
      return mul(x, elementary.sigmoid(mulScalar(cubic, 2 * Math.sqrt(2 / Math.PI))))
    })
  }

  // ---- choice

  /** NaN if either is NaN. */
  maximum(other: Operand): Tensor { return this.combine('max', other) }
  /** NaN if either is NaN. */
  minimum(other: Operand): Tensor {
    return this.zip('minimum', other, (a, b) => {
      if (a.dtype.kind === 'bool') return combine('and', a, b)
      return a.dtype.kind === 'float' ? neg(maximum(neg(a), neg(b))) : select(lessThan(b, a), b, a)
    })
  }
  /** Limited to [low, high]; either may be left out. */
  clip(low?: number, high?: number): Tensor {
    const above: ElementwiseOps = low === undefined ? this : this.maximum(low)
    return high === undefined ? this.derive(above.uop) : above.minimum(high)
  }
  /** This where `condition` (bool) holds, `other` elsewhere. */
  where(condition: TensorCore, other: Operand): Tensor {
    if (condition.dtype !== dtypes.bool) {
      throw new PetagradError('DTYPE_MISMATCH', 'the condition must be bool', { op: 'where', dtypes: [condition.dtype.name], hint: 'Compare it: x.ne(0).' })
    }
    const [a, b] = operands('where', this, other)
    const shape = broadcastShapes('where', [shapeOf(condition.uop), shapeOf(a)])
    return this.derive(select(broadcastTo(condition.uop, shape), broadcastTo(a, shape), broadcastTo(b, shape)))
  }

  // ---- comparisons: bool

  eq(other: Operand): Tensor { return this.combine('eq', other) }
  ne(other: Operand): Tensor { return this.combine('ne', other) }
  lt(other: Operand): Tensor { return this.combine('lt', other) }
  gt(other: Operand): Tensor { return this.zip('gt', other, (a, b) => lessThan(b, a)) }
  le(other: Operand): Tensor { return this.zip('le', other, atMost) }
  ge(other: Operand): Tensor { return this.zip('ge', other, (a, b) => atMost(b, a)) }
  isNaN(): Tensor { return this.derive(combine('ne', this.uop, this.uop)) }
  isFinite(): Tensor {
    return this.real(x => lessThan(maximum(x, neg(x)), splat(Infinity, x.dtype, shapeOf(x))))
  }

  // ---- bits and logic

  bitwiseAnd(other: Operand): Tensor { return this.bits('and', other) }
  bitwiseOr(other: Operand): Tensor { return this.bits('or', other) }
  bitwiseXor(other: Operand): Tensor { return this.bits('xor', other) }
  bitwiseNot(): Tensor { return this.bits('xor', this.dtype.kind === 'bool' ? true : this.dtype.bits === 64 ? -1n : -1) }
  /** Counts are taken modulo the width. */
  shiftLeft(count: Operand): Tensor { return this.bits('shl', count) }
  /** Arithmetic on signed dtypes. */
  shiftRight(count: Operand): Tensor { return this.bits('shr', count) }
  logicalAnd(other: Operand): Tensor { return this.zip('logicalAnd', other, (a, b) => combine('and', cast(a, dtypes.bool), cast(b, dtypes.bool))) }
  logicalOr(other: Operand): Tensor { return this.zip('logicalOr', other, (a, b) => combine('or', cast(a, dtypes.bool), cast(b, dtypes.bool))) }
  logicalNot(): Tensor { return this.derive(not(cast(this.uop, dtypes.bool))) }

  // ---- types

  /** Conversions saturate from float to integer and wrap between integers; see the IR's `cast`. */
  cast(dtype: DType): Tensor { return this.derive(cast(this.uop, dtype)) }
  /** The same bits as another dtype of equal width. */
  bitcast(dtype: DType): Tensor {
    if (dtype.bits !== this.dtype.bits) {
      throw new PetagradError('DTYPE_MISMATCH', 'bitcast needs dtypes of equal width', { op: 'bitcast', dtypes: [this.dtype.name, dtype.name] })
    }
    return this.derive(dtype === this.dtype ? this.uop : castAs('bitcast', this.uop, dtype))
  }

  // ---- how the above are put together

  private zip(op: string, other: Operand, f: (a: UOp, b: UOp) => UOp): Tensor {
    const [a, b] = operands(op, this, other)
    const numeric = a.dtype.kind === 'bool' && ARITHMETIC.has(op)
    return this.derive(numeric ? f(cast(a, dtypes.i32), cast(b, dtypes.i32)) : f(a, b))
  }

  private combine(op: BinaryOp, other: Operand): Tensor {
    return this.zip(op, other, (a, b) => combine(op, a, b))
  }

  private bits(op: BinaryOp, other: Operand): Tensor {
    const [a, b] = operands(op, this, other)
    if (a.dtype.kind === 'float') throw new PetagradError('DTYPE_MISMATCH', 'bit operations need integers or bool', { op, dtypes: [a.dtype.name] })
    return this.derive(combine(op, a, b))
  }

  /** Arithmetic treats bool as i32. */
  private arithmetic(op: string): UOp {
    const x = this.uop
    return x.dtype.kind === 'bool' ? cast(x, promote(x.dtype, dtypes.i32, op)) : x
  }

  private real(f: (x: UOp) => UOp): Tensor {
    return this.derive(f(cast(this.uop, floatOf(this.dtype))))
  }

  private rounded(f: (x: UOp) => UOp): Tensor {
    return this.derive(this.dtype.kind === 'float' ? f(this.uop) : this.uop)
  }

  private integerPower(n: number): Tensor {
    const x = this.arithmetic('pow')
    if (n >= 0) return this.derive(elementary.integerPower(x, n))
    return this.derive(reciprocal(elementary.integerPower(cast(x, floatOf(x.dtype)), -n)))
  }
}

/** Operations that bool has no meaning for: they treat it as i32. */
const ARITHMETIC = new Set(['add', 'sub', 'mul', 'floorDivide', 'mod'])

const atMost = (a: UOp, b: UOp): UOp => (a.dtype.kind === 'float' ? combine('or', lessThan(a, b), equal(a, b)) : not(lessThan(b, a)))

