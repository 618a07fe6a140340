import { dtypes, PetagradError, type AluOp, type ConstValue, type DType } from '@petagrad/ir/graph'
import { castScalar } from './cast.js'
import { divide } from './division.js'
import type { Emission, Operand } from './emission.js'
import { isNarrow, signOf, valueType } from './types.js'

export function pushConstant(e: Emission, dtype: DType, value: ConstValue): void {
  switch (valueType(dtype)) {
    case 'f32': e.code.f32(Number(value)); return
    case 'f64': e.code.f64(Number(value)); return
    case 'i64': e.code.i64(BigInt(value)); return
    default: e.code.i32(Number(value))
  }
}

/** Brings the i32 on the stack back into the range of an 8 or 16 bit dtype, by wrapping. */
export function wrapNarrow(e: Emission, dtype: DType): void {
  if (!isNarrow(dtype)) return
  if (dtype.kind === 'uint') e.code.i32(2 ** dtype.bits - 1).op('i32.and')
  else e.code.op(dtype.bits === 8 ? 'i32.extend8_s' : 'i32.extend16_s')
}

/** Leaves the result of an operation on scalars on the stack. */
export function emitScalar(e: Emission, op: AluOp, dtype: DType, operands: readonly Operand[]): void {
  const { code } = e
  const [a, b, c] = operands
  switch (op) {
    case 'cast': castScalar(e, a, dtype); return
    case 'bitcast': bitcast(e, a, dtype); return
    case 'where':
      b.push()
      c.push()
      a.push()
      code.op('select')
      return
    case 'lt': case 'eq': case 'ne': compare(e, op, a, b); return
  }
  switch (dtype.kind) {
    case 'bool': logic(e, op, a, b); return
    case 'float': floating(e, op, dtype, operands); return
    case 'int': case 'uint': integer(e, op, dtype, operands); return
    default: throw unknown(op, dtype)
  }
}

const unknown = (op: AluOp, dtype: DType): PetagradError =>
  new PetagradError('UNSUPPORTED', 'WebAssembly has no lowering for this operation', { op, dtypes: [dtype.name] })

function compare(e: Emission, op: 'lt' | 'eq' | 'ne', a: Operand, b: Operand): void {
  const type = valueType(a.dtype)
  a.push()
  b.push()
  if (type === 'v128') throw unknown(op, a.dtype)
  if (op !== 'lt') e.code.op(`${type}.${op}`)
  else if (type === 'f32' || type === 'f64') e.code.op(`${type}.lt`)
  else e.code.op(`${type}.lt_${signOf(a.dtype)}`)
}

function logic(e: Emission, op: AluOp, a: Operand, b: Operand): void {
  a.push()
  b.push()
  switch (op) {
    case 'and': case 'or': case 'xor': e.code.op(`i32.${op}`); return
    case 'max': e.code.op('i32.or'); return
    default: throw unknown(op, dtypes.bool)
  }
}

function floating(e: Emission, op: AluOp, dtype: DType, [a, b, c]: readonly Operand[]): void {
  const { code } = e
  const type = dtype.bits === 64 ? 'f64' : 'f32'
  switch (op) {
    case 'neg': case 'sqrt': case 'trunc':
      a.push()
      code.op(`${type}.${op}`)
      return
    case 'reciprocal':
      pushConstant(e, dtype, 1)
      a.push()
      code.op(`${type}.div`)
      return
    case 'add': case 'sub': case 'mul': case 'div': case 'max':
      a.push()
      b.push()
      code.op(`${type}.${op}`)
      return
    case 'mulacc':
      a.push()
      b.push()
      code.op(`${type}.mul`)
      c.push()
      code.op(`${type}.add`)
      return
    case 'mod':
      // The remainder of two f32 is an f32, so computing it in f64 is exact.
      a.push()
      if (type === 'f32') code.op('f64.promote_f32')
      b.push()
      if (type === 'f32') code.op('f64.promote_f32')
      code.indexed('call', e.fmod())
      if (type === 'f32') code.op('f32.demote_f64')
      return
    default: throw unknown(op, dtype)
  }
}

function integer(e: Emission, op: AluOp, dtype: DType, [a, b, c]: readonly Operand[]): void {
  const { code } = e
  const type = dtype.bits === 64 ? 'i64' : 'i32'
  switch (op) {
    case 'trunc': a.push(); return
    case 'neg':
      pushConstant(e, dtype, 0)
      a.push()
      code.op(`${type}.sub`)
      break
    case 'add': case 'sub': case 'mul':
      a.push()
      b.push()
      code.op(`${type}.${op}`)
      break
    case 'mulacc':
      a.push()
      b.push()
      code.op(`${type}.mul`)
      c.push()
      code.op(`${type}.add`)
      break
    case 'and': case 'or': case 'xor':
      a.push()
      b.push()
      code.op(`${type}.${op}`)
      return
    case 'max':
      e.withLocal(type, x => e.withLocal(type, y => {
        a.push()
        code.tee(x)
        b.push()
        code.tee(y)
        code.get(x).get(y).op(`${type}.gt_${signOf(dtype)}`).op('select')
      }))
      return
    case 'shl': case 'shr':
      a.push()
      b.push()
      // Counts are taken modulo 32 and 64 by the machine.
      if (isNarrow(dtype)) code.i32(dtype.bits - 1).op('i32.and')
      code.op(op === 'shl' ? `${type}.shl` : `${type}.shr_${signOf(dtype)}`)
      if (op === 'shr') return
      break
    case 'div': case 'mod': case 'floordiv': case 'floormod':
      divide(e, op, dtype, a, b)
      break
    default: throw unknown(op, dtype)
  }
  wrapNarrow(e, dtype)
}

function bitcast(e: Emission, a: Operand, to: DType): void {
  a.push()
  const from = valueType(a.dtype), target = valueType(to)
  if (from === 'i32' && target === 'f32') e.code.op('f32.reinterpret_i32')
  else if (from === 'f32' && target === 'i32') e.code.op('i32.reinterpret_f32')
  else if (from === 'i64' && target === 'f64') e.code.op('f64.reinterpret_i64')
  else if (from === 'f64' && target === 'i64') e.code.op('i64.reinterpret_f64')
  else wrapNarrow(e, to)
}
