import { binary, cast, dataTypes, dtypes, isFloat, uop, type ConstValue, type DType, type UOp } from '@petagrad/ir'
import { checkGraph } from '../check-graph.js'
import { countOf, GraphInputs } from '../graph-inputs.js'
import { Random } from '../random.js'
import { randomValue, smallInteger } from '../values.js'
import type { CaseTemplate } from './template.js'

/** Shapes and the axis that is sorted: nothing, 1, 2, odd sizes, an axis inside, lines that are counted, cut up, and not. */
const shapes: readonly (readonly [readonly number[], number])[] = [
  [[1], 0], [[0], 0], [[3, 0], 1], [[0, 3], 1], [[2], 0], [[7], 0], [[3, 4], 0], [[3, 4], 1], [[2, 5, 3], 1], [[5, 64], 1], [[2, 65], 1], [[65, 3], 0],
  [[300], 0], [[3, 1031], 1], [[18, 130], 1], [[9000], 0], [[40001], 0],
]
const results = (x: UOp, axis: number, descending: boolean, count: number): UOp[] =>
  [uop('sort', x.dtype, [x], { axis, descending, count }), uop('argsort', dtypes.i32, [x], { axis, descending, count })]

/** Values that meet often: ties; NaN and both zeros among floats. */
function valuesOf(dtype: DType, count: number, seed: number): ConstValue[] {
  const random = new Random(seed)
  const odd = isFloat(dtype) ? [NaN, 0, -0, -0, NaN] : []
  return Array.from({ length: count }, () => {
    if (odd.length > 0 && random.chance(0.2)) return random.pick(odd)
    return random.chance(0.5) ? smallInteger(random, dtype, 3) : randomValue(random, dtype)
  })
}

/** Sorting, and what it is made of. Every dtype over one shape, every shape of a few dtypes. */
export function sortCases(): CaseTemplate[] {
  const all = dataTypes.flatMap(dtype => [false, true].flatMap(d => [[[3, 9], 1] as const, [[2, 150], 1] as const].map(([s, axis]) => sorted(dtype, s, axis, d))))
  const many = shapes.flatMap(([s, axis]) => [dtypes.f32, dtypes.u8].map((dtype, i) => sorted(dtype, s, axis, i === 1)))
  const some = [1, 3, 10].flatMap(k => [[40], [100], [6, 1000], [5000], [2, 33000]].map(s => sorted(dtypes.f32, s, s.length - 1, k !== 3, k)))
  const selected = dataTypes.map(dtype => sorted(dtype, [3, 70], 1, true, 8))
  return [...all, ...many, ...some, ...selected, ...parts()]
}

function sorted(dtype: DType, shape: readonly number[], axis: number, descending: boolean, count = shape[axis]): CaseTemplate {
  const some = count === shape[axis] ? '' : `the first ${count} of `
  return {
    name: `${some}${dtype.name} [${shape.join(', ')}] ${descending ? 'descending' : 'ascending'} along ${axis}`,
    dtypes: [dtype],
    run: async target => {
      const inputs = new GraphInputs()
      const x = inputs.tensor(dtype, shape, valuesOf(dtype, countOf(shape), countOf(shape) + axis))
      await checkGraph(target, results(x, axis, descending, count), inputs.bytes)
    },
  }
}

/** Inputs [6, 40]: numbers, keys in [0, 7), positions in [-1, 9), and a permutation of each row. */
interface Inputs {
  readonly x: UOp
  readonly keys: UOp
  readonly positions: UOp
  readonly permutation: UOp
}

function parts(): CaseTemplate[] {
  const scan = (x: UOp, alu: 'add' | 'max', axis: number, keys: UOp, ...initial: UOp[]): UOp => uop('scan_axis', x.dtype, [x, keys, ...initial], { alu, axis, buckets: 7 })
  const scatter = (x: UOp, at: UOp, alu: 'add' | 'max', axis: number, size: number): UOp => uop('scatter', x.dtype, [x, at], { alu, axis, size })
  const place = (x: UOp, at: UOp, axis: number, size: number): UOp => uop('place', x.dtype, [x, at], { axis, size })
  const build: readonly (readonly [string, (given: Inputs) => UOp[]])[] = [
    ['running sums by key along rows', ({ x, keys }) => [scan(x, 'add', 1, keys)]],
    ['running maxima by key along columns', ({ x, keys }) => [scan(x, 'max', 0, keys)]],
    ['running sums by key that begin somewhere', ({ x, keys }) => [scan(x, 'add', 1, keys, uop('shrink', x.dtype, [x], [[0, 6], [3, 10]]))]],
    ['running sums by key of what is computed, and their use', ({ x, keys }) => [binary('mul', scan(binary('add', x, x), 'add', 1, keys), x)]],
    ['a histogram of each row', ({ x, keys }) => [scatter(binary('sub', x, x), keys, 'add', 1, 7), scatter(x, keys, 'add', 1, 7)]],
    ['sums and maxima by position over all axes', ({ x, positions }) => [scatter(x, positions, 'add', 0, 8), scatter(cast('cast', x, dtypes.i32), positions, 'max', 0, 8)]],
    ['a permutation of each row', ({ x, permutation }) => [place(x, permutation, 1, 40), place(binary('mul', x, x), permutation, 1, 40)]],
    ['the first of a permutation', ({ x, permutation }) => [place(x, permutation, 1, 11)]],
    ['a permutation back and forth', ({ x, permutation }) => [place(binary('add', place(x, permutation, 1, 40), x), permutation, 1, 40)]],
    ['an assignment of what is placed', ({ x, permutation }) => [uop('assign', x.dtype, [x, place(x, permutation, 1, 40)])]],
    ['the sum of what is placed', ({ x, permutation }) => [uop('reduce_axis', x.dtype, [place(x, permutation, 1, 40)], { alu: 'add', axes: [0] })]],
    ['a sort of a sort', ({ x }) => [results(results(x, 1, false, 40)[0], 0, true, 6)[0]]],
    ['a sort of a sum, and its use', ({ x }) => [binary('mul', results(binary('add', x, x), 1, false, 40)[0], x)]],
  ]
  return build.flatMap(([name, roots]) => [dtypes.f32, dtypes.i32].map((dtype): CaseTemplate => ({
    name: `${name}, ${dtype.name}`,
    dtypes: [dtype, dtypes.i32],
    run: async target => {
      const inputs = new GraphInputs()
      const shape = [6, 40]
      const integers = (f: (i: number) => number): number[] => Array.from({ length: 240 }, (_, i) => f(i))
      const given = {
        x: inputs.tensor(dtype, shape, integers(i => ((i * 7) % 13) - 6)),
        keys: inputs.tensor(dtypes.i32, shape, integers(i => (i * i * 5) % 7)),
        positions: inputs.tensor(dtypes.i32, shape, integers(i => ((i * 11) % 10) - 1)),
        permutation: inputs.tensor(dtypes.i32, shape, integers(i => ((i % 40) * [1, 3, 7, 9, 11, 13][Math.floor(i / 40)] + 5) % 40)),
      }
      await checkGraph(target, roots(given), inputs.bytes)
    },
  })))
}
