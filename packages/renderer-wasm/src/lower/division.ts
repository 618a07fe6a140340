import type { DType } from '@petagrad/ir/graph'
import type { Emission, Operand } from './emission.js'
import { pushConstant } from './scalar.js'
import { signOf } from './types.js'

type DivisionOp = 'div' | 'mod' | 'floordiv' | 'floormod'

/**
 * Integer division: x/0 = 0, x%0 = 0 and INT_MIN/-1 = INT_MIN, where the machine traps. No test is made of a divisor
 * that is a constant. Results of 8 and 16 bits still have to be wrapped.
 */
export function divide(e: Emission, op: DivisionOp, dtype: DType, a: Operand, b: Operand): void {
  const { code } = e
  const type = dtype.bits === 64 ? 'i64' : 'i32'
  const sign = signOf(dtype)
  const quotient = op === 'div' || op === 'floordiv'
  const zero = (): void => pushConstant(e, dtype, 0)
  const divisor = b.constant === undefined ? undefined : BigInt(b.constant)

  if (divisor === 0n || (divisor === -1n && !quotient)) {
    zero()
    return
  }
  if (divisor === -1n) {
    zero()
    a.push()
    code.op(`${type}.sub`)
    return
  }
  const sameAsTruncated = sign === 'u' || op === 'div' || op === 'mod'
  if (divisor !== undefined && sameAsTruncated) {
    a.push()
    b.push()
    code.op(quotient ? `${type}.div_${sign}` : `${type}.rem_${sign}`)
    return
  }

  e.withLocal(type, x => e.withLocal(type, y => {
    a.push()
    code.set(x)
    b.push()
    code.set(y)
    const truncated = (): void => {
      code.get(x).get(y).op(quotient ? `${type}.div_${sign}` : `${type}.rem_${sign}`)
    }
    const rounded = (): void => {
      if (sameAsTruncated) truncated()
      else if (quotient) floorQuotient(e, type, x, y)
      else floorRemainder(e, type, x, y)
    }
    if (divisor !== undefined) {
      rounded()
      return
    }
    if (quotient && sign === 's') {
      // 0 and -1 are what becomes 0 and 1 by adding one; for them the quotient is -(x & y).
      pushConstant(e, dtype, 1)
      code.get(y).op(`${type}.add`)
      pushConstant(e, dtype, 1)
      code.op(`${type}.le_u`)
      code.block('if', type)
      zero()
      code.get(x).get(y).op(`${type}.and`).op(`${type}.sub`)
    } else {
      code.get(y).op(`${type}.eqz`)
      code.block('if', type)
      zero()
    }
    code.op('else')
    rounded()
    code.op('end')
  }))
}

/** x / y rounded down: one less than truncated where the remainder is not zero and has not the sign of y. */
function floorQuotient(e: Emission, type: 'i32' | 'i64', x: number, y: number): void {
  const { code } = e
  e.withLocal(type, q => {
    code.get(x).get(y).op(`${type}.div_s`).tee(q)
    hasWrongSign(e, type, y, () => code.get(x).get(q).get(y).op(`${type}.mul`).op(`${type}.sub`))
    if (type === 'i64') code.op('i64.extend_i32_u')
    code.op(`${type}.sub`)
  })
}

/** The remainder that has the sign of y. */
function floorRemainder(e: Emission, type: 'i32' | 'i64', x: number, y: number): void {
  const { code } = e
  e.withLocal(type, r => {
    code.get(x).get(y).op(`${type}.rem_s`).tee(r)
    code.get(y)
    if (type === 'i64') code.i64(0n)
    else code.i32(0)
    hasWrongSign(e, type, y, () => code.get(r))
    code.op('select').op(`${type}.add`)
  })
}

/** Whether a remainder is not zero and differs in sign from y, as an i32. */
function hasWrongSign(e: Emission, type: 'i32' | 'i64', y: number, pushRemainder: () => void): void {
  const { code } = e
  e.withLocal(type, r => {
    pushRemainder()
    code.tee(r).get(y).op(`${type}.xor`)
    if (type === 'i64') code.i64(0n)
    else code.i32(0)
    code.op(`${type}.lt_s`)
    code.get(r).op(`${type}.eqz`).op('i32.eqz').op('i32.and')
  })
}
