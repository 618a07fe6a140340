import { binary, dtypes, integerRange, uop, type DType, type UOp } from '@petagrad/ir'
import { checkGraph } from '../check-graph.js'
import { countOf, GraphInputs } from '../graph-inputs.js'
import { Random } from '../random.js'
import type { CaseTemplate } from './template.js'

const { i8, u8, i16, i32 } = dtypes
const exact = { kind: 'exact', zeros: true } as const

/** Rows, sums and columns: whole tiles, nothing that comes out even, sums shorter than a unit's, and long ones. */
const shapes = [[16, 64, 64], [13, 37, 21], [24, 3, 40], [7, 2050, 19], [64, 128, 4]] as const
const pairs = [[u8, i8], [i8, u8], [i8, i8], [u8, u8], [i16, i16], [u8, i16]] as const

/** Products of narrow integers summed in 32 bits: what dot product units compute, and must for every value. */
export function integerProductCases(): CaseTemplate[] {
  return pairs.flatMap(([a, b]) => shapes.flatMap(shape => [false, true].map((transposed): CaseTemplate => ({
    name: `product of ${a.name} and ${b.name} [${shape.join(', ')}]${transposed ? ', both transposed' : ''}`,
    dtypes: [a, b, i32],
    run: async target => {
      const random = new Random(countOf(shape) + a.bits)
      const inputs = new GraphInputs()
      const [m, k, n] = shape
      const tensor = (dtype: DType, rows: number, columns: number): UOp => {
        const values = Array.from({ length: rows * columns }, () => extreme(random, dtype))
        if (!transposed) return inputs.tensor(dtype, [rows, columns], values)
        return uop('permute', dtype, [inputs.tensor(dtype, [columns, rows], values)], [1, 0])
      }
      const factor = (x: UOp, shaped: readonly number[]): UOp =>
        uop('expand', i32, [uop('reshape', i32, [uop('cast', i32, [x])], shaped)], [m, k, n])
      const products = binary('mul', factor(tensor(a, m, k), [m, k, 1]), factor(tensor(b, k, n), [1, k, n]))
      await checkGraph(target, [uop('reduce_axis', i32, [products], { alu: 'add', axes: [1] })], inputs.bytes, exact)
    },
  }))))
}

/** Any value, the least and the greatest more often: sums of those leave 16 bits, and four of -32768 squared leave 32. */
function extreme(random: Random, dtype: DType): number {
  const [low, high] = integerRange(dtype).map(Number)
  const x = random.next()
  if (x < 0.25) return low
  return x < 0.5 ? high : low + Math.floor(random.next() * (high - low + 1))
}
