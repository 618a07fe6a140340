import { binary, constant, dataTypes, dtypes, interpret, isFloat, roundTo, uop, where, type DType, type ReduceAlu, type UOp } from '@petagrad/ir'
import { checkGraph } from '../check-graph.js'
import { exactButForZeros, type Tolerance } from '../comparison.js'
import { countOf, GraphInputs } from '../graph-inputs.js'
import { Random } from '../random.js'
import { randomValue } from '../values.js'
import type { CaseTemplate } from './template.js'

/** Shapes and the axis that is gone along: nothing, 1, odd sizes, an axis inside, lines beside each other, one long line. */
const scans: readonly (readonly [readonly number[], number])[] = [
  [[5], 0], [[1], 0], [[0], 0], [[3, 0], 1], [[0, 3], 1], [[3, 0], 0], [[3, 4], 0], [[3, 4], 1], [[7, 1, 5], 1], [[2, 3, 4], 1], [[17, 33], 0], [[17, 33], 1],
  [[5, 129], 1], [[129, 5], 0], [[2, 19, 35], 1], [[4099], 0], [[66000], 0], [[3, 32768], 1],
]

const scanOf = (x: UOp, alu: ReduceAlu, axis: number): UOp => uop('scan_axis', x.dtype, [x], { alu, axis, buckets: 0 })

/** Running sums, products and maxima: every dtype over one shape, every shape of a few dtypes, and scans as they meet in graphs. */
export function scanCases(): CaseTemplate[] {
  const all = dataTypes.flatMap(dtype => (dtype.kind === 'bool' ? ['max'] as const : ['add', 'mul', 'max'] as const).map(alu => scan(dtype, alu, [3, 9], 1)))
  const shapes = scans.flatMap(([shape, axis]) => [dtypes.f32, dtypes.i32, dtypes.u8].flatMap(dtype => (['add', 'max'] as const).map(alu => scan(dtype, alu, shape, axis))))
  return [...all, ...shapes, ...fused()]
}

function scan(dtype: DType, alu: ReduceAlu, shape: readonly number[], axis: number): CaseTemplate {
  return {
    name: `running ${alu} of ${dtype.name} [${shape.join(', ')}] along ${axis}`,
    dtypes: [dtype],
    run: async target => {
      const random = new Random(countOf(shape) + axis)
      const inputs = new GraphInputs()
      const x = inputs.tensor(dtype, shape, Array.from({ length: countOf(shape) }, () => tameValue(random, dtype, alu)))
      await checkGraph(target, [scanOf(x, alu, axis)], inputs.bytes, toleranceOf(dtype, alu, x, axis, inputs))
    },
  }
}

/** Products near 1 and sums of small numbers: overflow on the way, which is not everybody's, stays out. NaN is for max alone. */
function tameValue(random: Random, dtype: DType, alu: ReduceAlu): number | bigint | boolean {
  if (!isFloat(dtype) || alu === 'max') return randomValue(random, dtype)
  return roundTo(dtype, alu === 'mul' ? 0.75 + random.next() / 2 : random.next() * 2 - 0.75)
}

/** A running sum in any order is within n·ε of the running sum of magnitudes; a product within n·ε of itself. */
function toleranceOf(dtype: DType, alu: ReduceAlu, x: UOp, axis: number, inputs: GraphInputs): Tolerance {
  if (!isFloat(dtype) || alu === 'max') return { kind: 'exact', zeros: alu === 'max' }
  const magnitudes = alu === 'mul' ? x : where(binary('lt', x, binary('sub', x, x)), uop('neg', dtype, [x]), x)
  const { shape, values } = interpret(scanOf(uop('cast', dtypes.f64, [magnitudes]), alu, axis), { buffers: inputs.bytes })
  return { kind: 'sum', terms: Math.max(1, shape[axis]), magnitude: values.map(Number) }
}

const ones = (dtype: DType): UOp => uop('expand', dtype, [uop('reshape', dtype, [constant(1, dtype)], [1, 1])], [6, 8])

/** Small integers in float make sums exact in any order. */
function fused(): CaseTemplate[] {
  const sum = (x: UOp, axes: readonly number[]): UOp => uop('expand', x.dtype, [uop('reduce_axis', x.dtype, [x], { alu: 'add', axes })], [6, 8])
  const flip = (x: UOp): UOp => uop('flip', x.dtype, [x], [1])
  const build: readonly (readonly [string, (x: UOp) => UOp[]])[] = [
    ['a scan of what is computed, and its use', x => [binary('mul', scanOf(binary('add', x, x), 'add', 1), x)]],
    ['a reversed scan', x => [flip(scanOf(flip(x), 'add', 1))]],
    ['a scan of a scan', x => [scanOf(scanOf(x, 'add', 1), 'max', 1)]],
    ['a scan across a scan', x => [scanOf(scanOf(x, 'add', 0), 'add', 1)]],
    ['two scans of one tensor', x => [scanOf(x, 'add', 1), scanOf(x, 'max', 1)]],
    ['two scans of one tensor along different axes', x => [scanOf(x, 'add', 0), scanOf(x, 'add', 1)]],
    ['a scan less its rows\' sums', x => [binary('sub', scanOf(x, 'add', 1), sum(x, [1]))]],
    ['a scan of a row less its sum', x => [scanOf(binary('sub', x, sum(x, [1])), 'max', 1)]],
    ['a scan across rows less their sums', x => [scanOf(binary('sub', x, sum(x, [1])), 'add', 0)]],
    ['the sum of a scan', x => [uop('reduce_axis', x.dtype, [scanOf(x, 'add', 1)], { alu: 'add', axes: [1] })]],
    ['a scan and what it is of', x => [binary('add', x, x), scanOf(binary('add', x, x), 'add', 1)]],
    ['a scan of a constant', x => [scanOf(ones(x.dtype), 'add', 1)]],
  ]
  return build.flatMap(([name, roots]) => [dtypes.f32, dtypes.i32, dtypes.f64].map((dtype): CaseTemplate => ({
    name: `${name}, ${dtype.name}`,
    dtypes: [dtype],
    run: async target => {
      const inputs = new GraphInputs()
      const x = inputs.tensor(dtype, [6, 8], Array.from({ length: 48 }, (_, i) => ((i * 7) % 13) - 6))
      await checkGraph(target, roots(x), inputs.bytes, exactButForZeros)
    },
  })))
}
