import { dtypes, itemSize, vector, type DType } from '@petagrad/ir/graph'
import type { Emission } from './emission.js'
import { integerShape, isHalf, isWord, shapeOf } from './types.js'
import { pushSplatConstant } from './vector.js'

/** Reads a value. `withAddress` pushes the address and hands over the offset that the instruction is to add. */
export function loadFrom(e: Emission, dtype: DType, withAddress: (use: (offset: number) => void) => void): void {
  const { code } = e
  if (isWord(dtype)) withAddress(offset => void code.memory('i32.load', alignment(dtype), offset))
  else if (isHalf(dtype)) withAddress(offset => void code.memory('v128.load64_zero', alignment(dtype), offset))
  else if (dtype.lanes === 1) withAddress(offset => void code.memory(scalarLoad(dtype), alignment(dtype), offset))
  else if (dtype.kind !== 'bool') {
    shapeOf(dtype) // refuses what is not 128 bits
    withAddress(offset => void code.memory('v128.load', alignment(dtype), offset))
  } else loadMask(e, dtype, withAddress)
}

/** Writes a value to the address on the stack. */
export function storeTo(e: Emission, dtype: DType, offset: number, pushValue: () => void): void {
  const { code } = e
  if (dtype.lanes === 1) {
    pushValue()
    code.memory(scalarStore(dtype), alignment(dtype), offset)
  } else if (dtype.kind !== 'bool') {
    shapeOf(dtype)
    pushValue()
    code.memory('v128.store', alignment(dtype), offset)
  } else storeMask(e, dtype, offset, pushValue)
}

/** The power of two that an element's address is a multiple of. */
const alignment = (dtype: DType): number => Math.log2(itemSize(dtype))

function scalarLoad(dtype: DType): 'f32.load' | 'f64.load' | 'i32.load' | 'i64.load' | 'i32.load8_s' | 'i32.load8_u' | 'i32.load16_s' | 'i32.load16_u' {
  if (dtype.kind === 'float') return dtype.bits === 64 ? 'f64.load' : 'f32.load'
  switch (dtype.bits) {
    case 64: return 'i64.load'
    case 32: return 'i32.load'
    case 16: return dtype.kind === 'int' ? 'i32.load16_s' : 'i32.load16_u'
    default: return dtype.kind === 'int' ? 'i32.load8_s' : 'i32.load8_u'
  }
}

function scalarStore(dtype: DType): 'f32.store' | 'f64.store' | 'i32.store' | 'i64.store' | 'i32.store8' | 'i32.store16' {
  if (dtype.kind === 'float') return dtype.bits === 64 ? 'f64.store' : 'f32.store'
  switch (dtype.bits) {
    case 64: return 'i64.store'
    case 32: return 'i32.store'
    case 16: return 'i32.store16'
    default: return 'i32.store8'
  }
}

/** Bytes 0 and 1 are widened to lanes and negated into masks. */
function loadMask(e: Emission, dtype: DType, withAddress: (use: (offset: number) => void) => void): void {
  const { code } = e
  switch (dtype.lanes) {
    case 16: withAddress(offset => void code.memory('v128.load', 0, offset)); break
    case 8: withAddress(offset => void code.memory('v128.load8x8_u', 0, offset)); break
    case 4:
      withAddress(offset => void code.memory('v128.load32_zero', 0, offset))
      code.op('i16x8.extend_low_i8x16_u').op('i32x4.extend_low_i16x8_u')
      break
    default:
      withAddress(offset => {
        pushSplatConstant(e, vector(dtypes.u8, 16), 0)
        code.memory('v128.load16_lane', 0, offset, 0)
      })
      code.op('i16x8.extend_low_i8x16_u').op('i32x4.extend_low_i16x8_u').op('i64x2.extend_low_i32x4_u')
  }
  code.op(`${integerShape(dtype.lanes)}.neg`)
}

/** The low bytes of the lanes, side by side, as 0 and 1. */
function storeMask(e: Emission, dtype: DType, offset: number, pushValue: () => void): void {
  const { code } = e
  const step = 16 / dtype.lanes
  pushValue()
  if (step > 1) {
    e.withLocal('v128', mask => {
      code.tee(mask).get(mask)
      code.shuffle(Array.from({ length: 16 }, (_, i) => (i * step) % 16))
    })
  }
  pushSplatConstant(e, vector(dtypes.u8, 16), 1)
  code.op('v128.and')
  switch (dtype.lanes) {
    case 16: code.memory('v128.store', 0, offset); return
    case 8: code.memory('v128.store64_lane', 0, offset, 0); return
    case 4: code.memory('v128.store32_lane', 0, offset, 0); return
    default: code.memory('v128.store16_lane', 0, offset, 0)
  }
}
