import { bounds, constant, constantFactor, dtypes, is, isInteger, PetagradError, remake, uop, type DType, type UOp } from '@petagrad/ir'

const I32_MAX = 2 ** 31 - 1
const fits32 = (u: UOp): boolean => {
  const { min, max } = bounds(u)
  return min >= -I32_MAX - 1 && max <= I32_MAX
}

/**
 * Gives index arithmetic a machine type: i32 where the value and everything it is made of stay within 32 bits, i64
 * elsewhere. Divisions become shifts, masks or truncating divisions as the operands' signs allow.
 */
export function giveMachineIntegers(uops: readonly UOp[]): UOp[] {
  const done = new Map<UOp, UOp>()
  const out = new ProgramOrder()
  const emit = (u: UOp): UOp => out.put(u)
  const at = (u: UOp): UOp => {
    const d = done.get(u)
    if (d === undefined) throw new PetagradError('IR_INVALID', `${u.op} is used before it is placed`)
    return d
  }
  const isIndex = (u: UOp): boolean => u.dtype.kind === 'index' && u.dtype.space === undefined
  const widthOf = (us: readonly UOp[]): DType => (us.filter(isIndex).every(fits32) ? dtypes.i32 : dtypes.i64)
  const as = (x: UOp, dtype: DType): UOp => {
    if (x.dtype === dtype) return x
    return is(x, 'const') ? out.put(constant(x.arg, dtype)) : out.derive(uop('cast', dtype, [x]))
  }
  const operation = (op: 'add' | 'sub' | 'mul' | 'div' | 'mod' | 'and' | 'shr', a: UOp, b: UOp): UOp => out.derive(uop(op, a.dtype, [a, b]))

  const divide = (u: UOp, dtype: DType): UOp => {
    const [x, y] = u.src
    const a = as(at(x), dtype)
    const b = as(at(y), dtype)
    const quotient = u.op === 'floordiv'
    const power = is(y, 'const') && Number(y.arg) > 0 && Number.isInteger(Math.log2(Number(y.arg))) ? Math.log2(Number(y.arg)) : undefined
    if (power !== undefined) {
      // An arithmetic shift rounds down, and the low bits are the remainder from there, for either sign.
      return quotient
        ? operation('shr', a, emit(constant(power, dtype)))
        : operation('and', a, emit(constant(Number(is(y, 'const') ? y.arg : 1) - 1, dtype)))
    }
    if (bounds(y).min <= 0) throw new PetagradError('IR_INVALID', 'an index is divided by something that may not be positive')
    if (bounds(x).min >= 0 || constantFactor(x) % bounds(y).max === 0) return operation(quotient ? 'div' : 'mod', a, b)
    const rest = operation('mod', a, b)
    const negative = out.derive(uop('lt', dtypes.bool, [rest, emit(constant(0, dtype))]))
    if (!quotient) return out.derive(uop('where', dtype, [negative, operation('add', rest, b), rest]))
    const towardsZero = operation('div', a, b)
    return out.derive(uop('where', dtype, [negative, operation('sub', towardsZero, emit(constant(1, dtype))), towardsZero]))
  }

  for (const u of uops) {
    if (u.op === 'end' || u.op === 'endif') {
      done.set(u, emit(uop(u.op, u.dtype, [at(u.src[0])])))
    } else if (is(u, 'const')) {
      done.set(u, emit(isIndex(u) ? constant(u.arg, widthOf([u])) : u))
    } else if (isIndex(u)) {
      if (u.op === 'load') throw new PetagradError('IR_INVALID', 'memory does not hold indices')
      if (u.op === 'cast') {
        // A loaded integer as an index.
        const from = u.src[0].dtype
        const width = (isInteger(from) && from.bits === 64) || from === dtypes.u32 ? dtypes.i64 : dtypes.i32
        done.set(u, as(at(u.src[0]), width))
      } else if (u.op === 'range' || u.op === 'special') {
        const dtype = widthOf([u, u.src[0]])
        done.set(u, emit(remake(u, dtype, [as(at(u.src[0]), dtype)])))
      } else if (u.op === 'variable') {
        done.set(u, emit(remake(u, widthOf([u]), [])))
      } else {
        const dtype = widthOf([u, ...u.src])
        if (u.op === 'floordiv' || u.op === 'floormod') done.set(u, divide(u, dtype))
        else done.set(u, emit(remake(u, dtype, u.src.map(s => (isIndex(s) ? as(at(s), dtype) : at(s))))))
      }
    } else if (u.src.some(isIndex) && (u.op === 'lt' || u.op === 'eq' || u.op === 'ne')) {
      const dtype = widthOf(u.src)
      done.set(u, emit(remake(u, u.dtype, u.src.map(s => as(at(s), dtype)))))
    } else if (u.op === 'register' || u.src.length === 0) {
      done.set(u, emit(u))
    } else {
      done.set(u, emit(remake(u, u.dtype, u.src.map(at))))
    }
  }
  return out.list()
}

/**
 * A list in the making. What is derived on the way (a widened index, the parts of a division) may be asked for again
 * from another block, so it stands directly behind the last of its sources, and constants stand at the top.
 */
class ProgramOrder {
  private readonly top: UOp[] = []
  /** Each node in program order, and what is derived there. */
  private readonly places: UOp[][] = []
  private readonly placeOf = new Map<UOp, number>()

  put(u: UOp): UOp {
    if (u.op === 'const') {
      if (!this.placeOf.has(u)) this.top.push(u)
      this.placeOf.set(u, -1)
    } else if (!this.placeOf.has(u)) this.placeOf.set(u, this.places.push([u]) - 1)
    return u
  }

  derive(u: UOp): UOp {
    if (this.placeOf.has(u)) return u
    const place = u.src.reduce((last, s) => Math.max(last, this.placeOf.get(s) ?? -1), -1)
    this.placeOf.set(u, place)
    if (place < 0) this.top.push(u)
    else this.places[place].push(u)
    return u
  }

  list(): UOp[] {
    return [...this.top, ...this.places.flat()]
  }
}
