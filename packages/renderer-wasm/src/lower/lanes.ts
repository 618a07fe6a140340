import type { DType } from '@petagrad/ir/graph'
import type { Emission } from './emission.js'
import { shapeOf } from './types.js'

/** The vector with a scalar in every lane. A bool becomes 0 or -1 first. */
export function splat(e: Emission, dtype: DType, pushScalar: () => void): void {
  pushLaneValue(e, dtype, pushScalar)
  e.code.op(`${shapeOf(dtype)}.splat`)
}

/** The vector on the stack with another scalar in one lane. */
export function replaceLane(e: Emission, dtype: DType, pushScalar: () => void, lane: number): void {
  pushLaneValue(e, dtype, pushScalar)
  e.code.lane(`${shapeOf(dtype)}.replace_lane`, lane)
}

function pushLaneValue(e: Emission, dtype: DType, pushScalar: () => void): void {
  if (dtype.kind !== 'bool') {
    pushScalar()
    return
  }
  e.code.i32(0)
  pushScalar()
  e.code.op('i32.sub')
  if (dtype.lanes === 2) e.code.op('i64.extend_i32_s')
}

/** One lane as a scalar. */
export function extractLane(e: Emission, dtype: DType, pushVector: () => void, lane: number): void {
  const shape = shapeOf(dtype)
  pushVector()
  if (shape === 'i8x16' || shape === 'i16x8') e.code.lane(`${shape}.extract_lane_${dtype.kind === 'int' ? 's' : 'u'}`, lane)
  else e.code.lane(`${shape}.extract_lane`, lane)
  if (dtype.kind !== 'bool') return
  if (shape === 'i64x2') e.code.op('i32.wrap_i64')
  e.code.i32(1).op('i32.and')
}

/** Lanes picked from two vectors that are on the stack; those of the second are numbered after those of the first. */
export function shuffleLanes(e: Emission, dtype: DType, lanes: readonly number[]): void {
  const width = 16 / dtype.lanes
  e.code.shuffle(lanes.flatMap(lane => Array.from({ length: width }, (_, byte) => lane * width + byte)))
}

/** The instruction that reads a scalar of this width into every lane. */
export function loadSplatOf(dtype: DType): 'v128.load8_splat' | 'v128.load16_splat' | 'v128.load32_splat' | 'v128.load64_splat' {
  if (dtype.bits === 64) return 'v128.load64_splat'
  if (dtype.bits === 32) return 'v128.load32_splat'
  return dtype.bits === 16 ? 'v128.load16_splat' : 'v128.load8_splat'
}
