import { PetagradError, vector, type AluOp, type ConstValue, type DType } from '@petagrad/ir/graph'
import { castVector } from './cast-vector.js'
import { inLocal, type Emission, type Operand } from './emission.js'
import { extractLane, replaceLane, splat } from './lanes.js'
import { emitScalar, pushConstant } from './scalar.js'
import { shapeOf, signOf, type Shape } from './types.js'

/** A v128 with the value in every lane. */
export function pushSplatConstant(e: Emission, dtype: DType, value: ConstValue): void {
  const bytes = new Uint8Array(16)
  const view = new DataView(bytes.buffer)
  const step = 16 / dtype.lanes
  for (let at = 0; at < 16; at += step) {
    if (dtype.kind === 'bool') bytes.fill(value ? 0xff : 0, at, at + step)
    else if (dtype.kind === 'float') {
      if (step === 8) view.setFloat64(at, Number(value), true)
      else view.setFloat32(at, Number(value), true)
    } else if (step === 8) view.setBigInt64(at, BigInt(value), true)
    else if (step === 4) view.setInt32(at, Number(value), true)
    else if (step === 2) view.setInt16(at, Number(value), true)
    else view.setInt8(at, Number(value))
  }
  e.code.v128(bytes)
}

/** Leaves the result of an operation on vectors on the stack. Shifts get the count that all lanes share as a scalar, where they do. */
export function emitVector(e: Emission, op: AluOp, dtype: DType, operands: readonly Operand[]): void {
  const { code } = e
  const [a, b, c] = operands
  switch (op) {
    case 'cast':
      if (!castVector(e, a, dtype)) laneByLane(e, op, dtype, operands)
      return
    case 'bitcast': a.push(); return
    case 'where':
      b.push()
      c.push()
      a.push()
      code.op('v128.bitselect')
      return
    case 'lt': case 'eq': case 'ne': compare(e, op, a, b); return
    case 'and': case 'or': case 'xor':
      a.push()
      b.push()
      code.op(`v128.${op}`)
      return
  }
  if (dtype.kind === 'bool') {
    if (op !== 'max') throw new PetagradError('UNSUPPORTED', 'WebAssembly has no lowering for this operation', { op, dtypes: [dtype.name] })
    a.push()
    b.push()
    code.op('v128.or')
    return
  }
  const shape = shapeOf(dtype)
  const native = shape === 'f32x4' || shape === 'f64x2' ? floating(e, op, dtype, shape, a, b, c) : integer(e, op, dtype, shape, a, b, c)
  if (!native) laneByLane(e, op, dtype, operands)
}

function floating(e: Emission, op: AluOp, dtype: DType, shape: 'f32x4' | 'f64x2', a: Operand, b: Operand, c: Operand): boolean {
  const { code } = e
  switch (op) {
    case 'neg': case 'sqrt': case 'trunc':
      a.push()
      code.op(`${shape}.${op}`)
      return true
    case 'reciprocal':
      pushSplatConstant(e, dtype, 1)
      a.push()
      code.op(`${shape}.div`)
      return true
    case 'add': case 'sub': case 'mul': case 'div':
      a.push()
      b.push()
      code.op(`${shape}.${op}`)
      return true
    case 'mulacc':
      a.push()
      b.push()
      if (!e.relaxed) code.op(`${shape}.mul`)
      c.push()
      code.op(e.relaxed ? `${shape}.relaxed_madd` : `${shape}.add`)
      return true
    case 'max': floatMaximum(e, shape, a, b); return true
    default: return false
  }
}

/**
 * pmax(x, y) is `x < y ? y : x`, one machine instruction where max takes eight: it gives x where either is NaN, so only
 * a y that is NaN has to be put right, and no constant is. Of 0 and -0 it gives x, which the IR leaves open.
 */
function floatMaximum(e: Emission, shape: 'f32x4' | 'f64x2', a: Operand, b: Operand): void {
  const { code } = e
  const fixed = [b, a].find(o => o.constant !== undefined && !Number.isNaN(o.constant))
  if (fixed !== undefined) {
    ;(fixed === b ? a : b).push()
    fixed.push()
    code.op(`${shape}.pmax`)
    return
  }
  e.withLocal('v128', y => {
    a.push()
    b.push()
    code.tee(y).op(`${shape}.pmax`)
    code.get(y)
    code.get(y).get(y).op(`${shape}.eq`)
    code.op('v128.bitselect')
  })
}

function integer(e: Emission, op: AluOp, dtype: DType, shape: Exclude<Shape, 'f32x4' | 'f64x2'>, a: Operand, b: Operand, c: Operand): boolean {
  const { code } = e
  switch (op) {
    case 'trunc': a.push(); return true
    case 'neg':
      a.push()
      code.op(`${shape}.neg`)
      return true
    case 'add': case 'sub':
      a.push()
      b.push()
      code.op(`${shape}.${op}`)
      return true
    case 'mul':
      if (shape === 'i8x16') multiplyBytes(e, a, b)
      else {
        a.push()
        b.push()
        code.op(`${shape}.mul`)
      }
      return true
    case 'mulacc':
      integer(e, 'mul', dtype, shape, a, b, c)
      c.push()
      code.op(`${shape}.add`)
      return true
    case 'max': integerMaximum(e, dtype, shape, a, b); return true
    case 'shl': case 'shr':
      if (b.dtype.lanes > 1) return false
      a.push()
      b.push()
      if (b.dtype.bits === 64) code.op('i32.wrap_i64')
      code.op(op === 'shl' ? `${shape}.shl` : `${shape}.shr_${signOf(dtype)}`)
      return true
    default: return false
  }
}

/** There is no 8 bit multiplication: the halves are multiplied to 16 bits, whose low bytes are put together. */
function multiplyBytes(e: Emission, a: Operand, b: Operand): void {
  const { code } = e
  e.withLocal('v128', x => e.withLocal('v128', y => {
    a.push()
    code.set(x)
    b.push()
    code.set(y)
    code.get(x).get(y).op('i16x8.extmul_low_i8x16_u')
    code.get(x).get(y).op('i16x8.extmul_high_i8x16_u')
    code.shuffle([0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30])
  }))
}

function integerMaximum(e: Emission, dtype: DType, shape: Exclude<Shape, 'f32x4' | 'f64x2'>, a: Operand, b: Operand): void {
  const { code } = e
  if (shape !== 'i64x2') {
    a.push()
    b.push()
    code.op(`${shape}.max_${signOf(dtype)}`)
    return
  }
  e.withLocal('v128', x => e.withLocal('v128', y => {
    a.push()
    code.tee(x)
    b.push()
    code.tee(y)
    const [left, right] = [inLocal(e, dtype, y), inLocal(e, dtype, x)]
    compare(e, 'lt', left, right)
    code.op('v128.bitselect')
  }))
}

function compare(e: Emission, op: 'lt' | 'eq' | 'ne', a: Operand, b: Operand): void {
  const { code } = e
  const shape = shapeOf(a.dtype)
  if (a.dtype.kind === 'bool') {
    // Masks: a < b is b and not a.
    ;(op === 'lt' ? b : a).push()
    ;(op === 'lt' ? a : b).push()
    code.op(op === 'lt' ? 'v128.andnot' : 'v128.xor')
    if (op === 'eq') code.op('v128.not')
    return
  }
  // 64-bit lanes are compared as signed only: flipping the top bits maps the unsigned order to the signed one.
  const flipped = shape === 'i64x2' && a.dtype.kind === 'uint' && op === 'lt'
  for (const operand of [a, b]) {
    operand.push()
    if (flipped) {
      pushSplatConstant(e, a.dtype, 2n ** 63n)
      code.op('v128.xor')
    }
  }
  if (op !== 'lt') code.op(`${shape}.${op}`)
  else if (shape === 'f32x4' || shape === 'f64x2') code.op(`${shape}.lt`)
  else if (shape === 'i64x2') code.op('i64x2.lt_s')
  else code.op(`${shape}.lt_${signOf(a.dtype)}`)
}

/** What has no vector instruction is computed lane by lane. */
function laneByLane(e: Emission, op: AluOp, dtype: DType, operands: readonly Operand[]): void {
  const step = (i: number, locals: readonly number[]): void => {
    if (i < operands.length) {
      if (operands[i].dtype.lanes > 1 && operands[i].constant === undefined) {
        e.withLocal('v128', local => {
          operands[i].push()
          e.code.set(local)
          step(i + 1, [...locals, local])
        })
      } else step(i + 1, [...locals, -1])
      return
    }
    for (let lane = 0; lane < dtype.lanes; lane++) {
      const scalars = operands.map((o, k): Operand => ({
        dtype: o.dtype.scalar,
        constant: o.constant,
        push: () => {
          if (o.constant !== undefined) pushConstant(e, o.dtype.scalar, o.constant)
          else extractLane(e, vector(o.dtype.scalar, dtype.lanes), () => void e.code.get(locals[k]), lane)
        },
      }))
      const push = (): void => emitScalar(e, op, dtype.scalar, scalars)
      if (lane === 0) splat(e, dtype, push)
      else replaceLane(e, dtype, push, lane)
    }
  }
  step(0, [])
}

