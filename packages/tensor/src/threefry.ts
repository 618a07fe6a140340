import { dtypes, shapeOf, type UOp } from '@petagrad/ir/graph'
import { combine, splat } from './build.js'

/**
 * Rotations of Threefry-2x32, one for each round of a group of eight (Salmon et al., "Parallel random numbers: as easy as
 * 1, 2, 3", 2011).
 */
const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24]
const ROUNDS = 20
/** The key schedule's third word is the exclusive or of the key and this constant of Threefish. */
const PARITY = 0x1bd11bda

const word = (value: number, like: UOp): UOp => splat(value, dtypes.u32, shapeOf(like))
const rotate = (x: UOp, count: number): UOp => combine('or', combine('shl', x, word(count, x)), combine('shr', x, word(32 - count, x)))

/**
 * Threefry-2x32 with 20 rounds: two random words for each counter. All are u32 of one shape; the same key and counter
 * give the same words on every device.
 */
export function threefry2x32(key: readonly [UOp, UOp], counter: readonly [UOp, UOp]): readonly [UOp, UOp] {
  const third = combine('xor', combine('xor', key[0], key[1]), word(PARITY, key[0]))
  const schedule = [key[0], key[1], third]
  let x = combine('add', counter[0], key[0])
  let y = combine('add', counter[1], key[1])
  for (let round = 0; round < ROUNDS; round++) {
    x = combine('add', x, y)
    y = combine('xor', rotate(y, ROTATIONS[round % 8]), x)
    if (round % 4 === 3) {
      const injection = (round + 1) / 4
      x = combine('add', x, schedule[injection % 3])
      y = combine('add', combine('add', y, schedule[(injection + 1) % 3]), word(injection, y))
    }
  }
  return [x, y]
}
