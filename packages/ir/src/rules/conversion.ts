import { dtypes, type DType } from '../dtype.js'
import { floatFormat } from '../interpreter/formats.js'

/** Whether every value of `from` is one of `to`, so that casting there loses nothing and a cast back restores it. */
export function isValuePreserving(from: DType, to: DType): boolean {
  if (from === to || from.kind === 'bool') return true
  if (to.kind === 'bool' || to === dtypes.index || from === dtypes.index) return false
  if (from.kind === 'float') return to.kind === 'float' && holdsFormat(from, to)
  // Magnitudes of a signed type go up to a power of two, which needs no bit more than the values below it.
  const magnitudeBits = from.kind === 'int' ? from.bits - 1 : from.bits
  if (to.kind === 'float') {
    const { mantissa, exponent } = floatFormat(to)
    return mantissa + 1 >= magnitudeBits && 2 ** (exponent - 1) > magnitudeBits
  }
  return from.kind === 'uint' ? to.bits - (to.kind === 'int' ? 1 : 0) >= from.bits : to.kind === 'int' && to.bits >= from.bits
}

function holdsFormat(from: DType, to: DType): boolean {
  const a = floatFormat(from), b = floatFormat(to)
  return b.exponent >= a.exponent && b.mantissa >= a.mantissa && (b.infinities || !a.infinities)
}
