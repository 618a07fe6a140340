import { binary, constant, dataTypes, dtypes, uop, type DType, type UOp } from '@petagrad/ir'
import { checkGraph } from '../check-graph.js'
import { exact } from '../comparison.js'
import { countOf, GraphInputs } from '../graph-inputs.js'
import { Random } from '../random.js'
import { randomValue } from '../values.js'
import type { CaseTemplate } from './template.js'

type Build = (x: UOp) => UOp
const step = (op: 'reshape' | 'permute' | 'expand' | 'flip', arg: readonly number[]): Build => x => uop(op, x.dtype, [x], arg)
const pad = (...pairs: [number, number][]): Build => x => uop('pad', x.dtype, [x], pairs)
const shrink = (...pairs: [number, number][]): Build => x => uop('shrink', x.dtype, [x], pairs)
const shear = (axis: number, by: number, factor: number, offset: number, size: number): Build => x => uop('shear', x.dtype, [x], { axis, by, factor, offset, size })
const contiguous: Build = x => uop('contiguous', x.dtype, [x])
const chain = (...steps: Build[]): Build => x => steps.reduce((node, s) => s(node), x)

/** Statements about views: a name, the shape that goes in, what is done. */
const views: readonly (readonly [string, readonly number[], Build])[] = [
  ['a copy of 1 element', [1], contiguous],
  ['a copy of 7 elements', [7], contiguous],
  ['a copy of 1031 elements', [1031], contiguous],
  ['reshape 6x5 to 3x10', [6, 5], step('reshape', [3, 10])],
  ['transpose 5x7', [5, 7], step('permute', [1, 0])],
  ['permute 2x3x4 to 4x2x3', [2, 3, 4], step('permute', [2, 0, 1])],
  ['permute 2x3x4x5 inside out', [2, 3, 4, 5], step('permute', [3, 1, 2, 0])],
  ['transpose, then reshape across the axes', [6, 4], chain(step('permute', [1, 0]), step('reshape', [3, 8]))],
  ['transpose, reshape, transpose back', [4, 6], chain(step('permute', [1, 0]), step('reshape', [8, 3]), step('permute', [1, 0]))],
  ['reshape to uneven parts', [4, 15], chain(step('reshape', [12, 5]), step('permute', [1, 0]), step('reshape', [10, 6]))],
  ['expand 5x1 to 5x3', [5, 1], step('expand', [5, 3])],
  ['expand a scalar to 2x3x4', [1, 1, 1], step('expand', [2, 3, 4])],
  ['expand, then reshape', [3, 1], chain(step('expand', [3, 5]), step('reshape', [15]))],
  ['pad 3 by 2 and 1', [3], pad([2, 1])],
  ['pad 3x4 on all sides', [3, 4], pad([1, 2], [3, 0])],
  ['pad, transpose, pad', [3, 2], chain(pad([1, 0], [0, 1]), step('permute', [1, 0]), pad([0, 2], [2, 0]))],
  ['pad, then reshape across the border', [2, 3], chain(pad([0, 1], [1, 1]), step('reshape', [5, 3]))],
  ['shrink 6x6 to its middle', [6, 6], shrink([1, 4], [2, 5])],
  ['shrink to a row', [4, 9], shrink([2, 3], [0, 9])],
  ['shrink to nothing', [4], shrink([2, 2])],
  ['pad, then shrink into both', [4], chain(pad([2, 2]), shrink([1, 7]))],
  ['flip 7', [7], step('flip', [0])],
  ['flip both axes of 3x5', [3, 5], step('flip', [0, 1])],
  ['flip, shrink, flip', [8], chain(step('flip', [0]), shrink([1, 6]), step('flip', [0]))],
  ['flip of a padded axis', [3, 3], chain(pad([1, 0], [0, 2]), step('flip', [1]))],
  ['nothing, reshaped', [0], step('reshape', [3, 0, 2])],
  ['nothing, padded', [0], pad([1, 2])],
  ['nothing, transposed', [0, 3], chain(step('permute', [1, 0]), contiguous)],
  ['sliding windows of 3 over 8', [8, 1], chain(step('expand', [8, 3]), shear(0, 1, 1, 0, 6))],
  ['dilated windows', [9, 1], chain(step('expand', [9, 3]), shear(0, 1, 2, 0, 5))],
  ['windows that begin outside', [5, 1], chain(step('expand', [5, 3]), shear(0, 1, 1, -1, 5))],
  ['the transpose of windows', [6, 3], shear(0, 1, -1, 0, 8)],
  ['a shear of the last axis', [4, 5], shear(1, 0, 1, -3, 9)],
  ['a shear by 3 that leaves holes', [3, 4], shear(1, 0, -3, 2, 7)],
  ['strided windows by shrink of a reshape', [8], chain(pad([0, 1]), step('reshape', [3, 3]), shrink([0, 3], [0, 1]))],
  ['two shears, as two-dimensional windows', [5, 5, 1, 1], chain(step('expand', [5, 5, 2, 3]), shear(0, 2, 1, 0, 4), shear(1, 3, 1, 0, 3), step('permute', [0, 1, 3, 2]))],
]

/** Every view of a few dtypes, and one chain of views of all dtypes. */
export function movementCases(): CaseTemplate[] {
  const few = [dtypes.f32, dtypes.i8, dtypes.i64]
  const all = chain(step('permute', [1, 0]), pad([1, 0], [0, 2]), step('flip', [1]))
  return [
    ...views.flatMap(([name, shape, build]) => few.map(dtype => view(`${name}, ${dtype.name}`, dtype, shape, build))),
    ...dataTypes.map(dtype => view(`permute, pad and flip of ${dtype.name}`, dtype, [5, 3], all)),
    view('a view of a sum of views', dtypes.f32, [4, 6], x => step('flip', [0])(binary('add', pad([1, 0], [0, 0])(x), shear(0, 1, 1, 0, 5)(x)))),
    ...dataTypes.filter(d => d.kind !== 'bool').map((dtype): CaseTemplate => ({
      name: `iota of ${dtype.name}`,
      dtypes: [dtype],
      run: target => checkGraph(target, [uop('iota', dtype, [], { size: 100 })], new Map()),
    })),
    ...dataTypes.map((dtype): CaseTemplate => ({
      name: `a constant of ${dtype.name}, spread out`,
      dtypes: [dtype],
      run: target => checkGraph(target, [step('expand', [3, 3])(step('reshape', [1, 1])(constant(dtype.kind === 'bool' ? true : 3, dtype)))], new Map()),
    })),
  ]
}

function view(name: string, dtype: DType, shape: readonly number[], build: Build): CaseTemplate {
  return {
    name,
    dtypes: [dtype],
    run: async target => {
      const random = new Random(countOf(shape))
      const inputs = new GraphInputs()
      const x = inputs.tensor(dtype, shape, Array.from({ length: countOf(shape) }, () => randomValue(random, dtype)))
      await checkGraph(target, [build(x)], inputs.bytes, exact)
    },
  }
}
