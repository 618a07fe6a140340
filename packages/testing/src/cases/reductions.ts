import { binary, dataTypes, dtypes, interpret, isFloat, roundTo, uop, where, constant, type DType, type ReduceAlu, type UOp } from '@petagrad/ir'
import { checkGraph } from '../check-graph.js'
import { exactButForZeros, type Tolerance } from '../comparison.js'
import { countOf, GraphInputs } from '../graph-inputs.js'
import { Random } from '../random.js'
import { randomValue } from '../values.js'
import type { CaseTemplate } from './template.js'

/** Shapes and the axes that are summed away: sizes of 0 and 1, odd sizes, one that is long, all axes, none. */
const reductions: readonly (readonly [readonly number[], readonly number[]])[] = [
  [[5], [0]], [[1], [0]], [[0], [0]], [[3, 0], [1]], [[0, 3], [1]], [[3, 4], [0]], [[3, 4], [1]], [[3, 4], [0, 1]], [[3, 4], []], [[7, 1, 5], [1]],
  [[2, 3, 4], [1]], [[2, 3, 4], [0, 2]], [[17, 33], [0]], [[17, 33], [1]], [[5, 129], [1]], [[4099], [0]], [[2, 2, 2, 2, 3], [0, 2, 4]], [[64, 64], [0]], [[1, 1000], [1]],
]

const reduceOf = (x: UOp, alu: ReduceAlu, axes: readonly number[]): UOp => uop('reduce_axis', x.dtype, [x], { alu, axes })

/** Sums, products and maxima; every dtype over one shape, and every shape of a few dtypes. */
export function reductionCases(): CaseTemplate[] {
  const all = dataTypes.flatMap(dtype => (dtype.kind === 'bool' ? ['max'] as const : ['add', 'mul', 'max'] as const).map(alu => reduction(dtype, alu, [3, 9], [1])))
  const shapes = reductions.flatMap(([shape, axes]) => [dtypes.f32, dtypes.i32, dtypes.u8].flatMap(dtype => (['add', 'max'] as const).map(alu => reduction(dtype, alu, shape, axes))))
  return [...all, ...shapes, ...fused()]
}

function reduction(dtype: DType, alu: ReduceAlu, shape: readonly number[], axes: readonly number[]): CaseTemplate {
  return {
    name: `${alu} of ${dtype.name} [${shape.join(', ')}] over [${axes.join(', ')}]`,
    dtypes: [dtype],
    run: async target => {
      const random = new Random(countOf(shape) + axes.length)
      const inputs = new GraphInputs()
      const x = inputs.tensor(dtype, shape, Array.from({ length: countOf(shape) }, () => tameValue(random, dtype, alu)))
      await checkGraph(target, [reduceOf(x, alu, axes)], inputs.bytes, toleranceOf(dtype, alu, x, axes, inputs))
    },
  }
}

/** Products near 1 and sums of small numbers: overflow on the way, which is not everybody's, stays out. NaN is for max alone. */
function tameValue(random: Random, dtype: DType, alu: ReduceAlu): number | bigint | boolean {
  if (!isFloat(dtype) || alu === 'max') return randomValue(random, dtype)
  const x = alu === 'mul' ? 0.75 + random.next() / 2 : random.next() * 2 - 0.75
  return roundTo(dtype, x)
}

/** A sum in any order is within n·ε of the sum of magnitudes; a product within n·ε of itself. Integers and max are exact. */
function toleranceOf(dtype: DType, alu: ReduceAlu, x: UOp, axes: readonly number[], inputs: GraphInputs): Tolerance {
  if (!isFloat(dtype) || alu === 'max') return { kind: 'exact', zeros: alu === 'max' }
  const magnitudes = alu === 'mul' ? x : where(binary('lt', x, zerosLike(x)), uop('neg', dtype, [x]), x)
  const wide = uop('cast', dtypes.f64, [magnitudes])
  const magnitude = interpret(reduceOf(wide, alu, axes), { buffers: inputs.bytes }).values.map(Number)
  const { shape } = interpret(x, { buffers: inputs.bytes })
  return { kind: 'sum', terms: Math.max(1, countOf(axes.map(a => shape[a]))), magnitude }
}

const zerosLike = (x: UOp): UOp => binary('sub', x, x)

/** Reductions as they meet in real graphs; small integers in float make them exact in any order. */
function fused(): CaseTemplate[] {
  const build: readonly (readonly [string, (x: UOp, y: UOp) => UOp[]])[] = [
    ['a matmul', (x, y) => [reduceOf(binary('mul', wide(x, [6, 8, 1], [6, 8, 5]), wide(y, [1, 8, 5], [6, 8, 5])), 'add', [1])]],
    ['a row less its maximum', x => [binary('sub', x, uop('expand', x.dtype, [reduceOf(x, 'max', [1])], [6, 8]))]],
    ['a sum of a sum', x => [reduceOf(reduceOf(x, 'add', [1]), 'max', [0])]],
    ['two sums of one tensor', x => [reduceOf(x, 'add', [0]), reduceOf(x, 'add', [1])]],
    ['a sum of what a maximum selects', x => [reduceOf(where(binary('eq', x, uop('expand', x.dtype, [reduceOf(x, 'max', [1])], [6, 8])), x, zerosLike(x)), 'add', [1])]],
    ['a sum and its use', x => [binary('add', uop('expand', x.dtype, [reduceOf(x, 'add', [0])], [6, 8]), x)]],
    ['a padded sum', x => [reduceOf(uop('pad', x.dtype, [x], [[1, 2], [0, 3]]), 'add', [0, 1])]],
    ['the maximum of a padded negative', x => [reduceOf(uop('pad', x.dtype, [binary('sub', x, constantLike(x, 100))], [[0, 0], [1, 1]]), 'max', [1])]],
    ['a value and its reduction', x => [binary('add', x, x), reduceOf(binary('add', x, x), 'add', [1])]],
  ]
  return build.flatMap(([name, roots]) => [dtypes.f32, dtypes.i32, dtypes.f64].map((dtype): CaseTemplate => ({
    name: `${name}, ${dtype.name}`,
    dtypes: [dtype, dtypes.bool],
    run: async target => {
      const inputs = new GraphInputs()
      const integers = (count: number, by: number): number[] => Array.from({ length: count }, (_, i) => ((i * by) % 13) - 6)
      const [x, y] = [inputs.tensor(dtype, [6, 8], integers(48, 7)), inputs.tensor(dtype, [8, 5], integers(40, 5))]
      await checkGraph(target, roots(x, y), inputs.bytes, exactButForZeros)
    },
  })))
}

const wide = (x: UOp, ones: readonly number[], shape: readonly number[]): UOp => uop('expand', x.dtype, [uop('reshape', x.dtype, [x], ones)], shape)
const constantLike = (x: UOp, value: number): UOp => uop('expand', x.dtype, [uop('reshape', x.dtype, [constant(value, x.dtype)], [1, 1])], [6, 8])
