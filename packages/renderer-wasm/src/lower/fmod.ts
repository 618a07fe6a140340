import { Code } from '../encoding/code.js'
import type { WasmFunction } from '../encoding/module.js'

const MANTISSA = 2n ** 52n - 1n
const HIDDEN = 2n ** 52n
const SIGN = 2n ** 63n

/**
 * C's fmod(x, y) on f64, exactly: the magnitudes as integer mantissas, the larger reduced bit by bit of the difference
 * of the exponents, as in long division; the sign is that of x.
 *
 *     fmod(x, ±0), fmod(±inf, y), fmod with NaN = NaN;  fmod(x, ±inf) = x
 */
export function fmodFunction(): WasmFunction {
  const code = new Code(['f64', 'f64'])
  const x = 0, y = 1
  const a = code.local('i64'), b = code.local('i64'), sign = code.local('i64'), ea = code.local('i64'), eb = code.local('i64'), rest = code.local('i64')
  const result = (): void => void code.op('return')

  code.get(x).op('i64.reinterpret_f64').tee(a).i64(SIGN).op('i64.and').set(sign)
  // x - x is zero for finite x only.
  code.get(y).f64(0).op('f64.eq').get(y).get(y).op('f64.ne').op('i32.or').get(x).get(x).op('f64.sub').f64(0).op('f64.ne').op('i32.or')
  code.block('if').f64(NaN)
  result()
  code.op('end')
  // |x| < |y|: x itself.
  code.get(x).op('f64.abs').get(y).op('f64.abs').op('f64.lt').block('if').get(x)
  result()
  code.op('end')

  /** Splits |v| into an exponent and a mantissa that has the hidden bit; for subnormals the exponent goes below 1. */
  const split = (v: number, mantissa: number, exponent: number): void => {
    code.get(v).op('f64.abs').op('i64.reinterpret_f64').tee(mantissa).i64(52n).op('i64.shr_u').tee(exponent).op('i64.eqz').block('if')
    code.i64(1n).set(exponent).block('loop')
    code.get(mantissa).i64(HIDDEN).op('i64.lt_u').block('if')
    code.get(mantissa).i64(1n).op('i64.shl').set(mantissa)
    code.get(exponent).i64(1n).op('i64.sub').set(exponent)
    code.indexed('br', 1).op('end').op('end').op('else')
    code.get(mantissa).i64(MANTISSA).op('i64.and').i64(HIDDEN).op('i64.or').set(mantissa).op('end')
  }
  split(x, a, ea)
  split(y, b, eb)

  // One bit of the quotient per step: a < 2b becomes a mod b, and is doubled while the exponents differ.
  code.block('loop')
  code.get(a).get(b).op('i64.sub').tee(rest).get(a).get(rest).i64(0n).op('i64.ge_s').op('select').set(a)
  code.get(ea).get(eb).op('i64.gt_s').block('if')
  code.get(a).i64(1n).op('i64.shl').set(a)
  code.get(ea).i64(1n).op('i64.sub').set(ea)
  code.indexed('br', 1).op('end')
  code.op('end')

  // A subnormal remainder loses zeros only: it is a multiple of the smallest number.
  code.get(ea).i64(1n).op('i64.lt_s').block('if')
  code.get(a).i64(1n).get(ea).op('i64.sub').op('i64.shr_u').set(a)
  code.i64(1n).set(ea).op('end')
  // Normalise: shift the mantissa up to the hidden bit as far as the exponent allows.
  code.block('block').block('loop')
  code.get(a).op('i64.eqz').get(a).i64(HIDDEN).op('i64.ge_u').op('i32.or').get(ea).i64(1n).op('i64.le_s').op('i32.or').indexed('br_if', 1)
  code.get(a).i64(1n).op('i64.shl').set(a)
  code.get(ea).i64(1n).op('i64.sub').set(ea)
  code.indexed('br', 0)
  code.op('end').op('end')
  code.get(a).op('i64.eqz').block('if').i64(1n).set(ea).op('end')
  // With the hidden bit the exponent counts one too many; a subnormal has exponent field zero.
  code.get(a).get(ea).i64(1n).op('i64.sub').i64(52n).op('i64.shl').op('i64.add').get(sign).op('i64.or').op('f64.reinterpret_i64')
  return { name: 'fmod', parameters: ['f64', 'f64'], results: ['f64'], body: code.finish() }
}
