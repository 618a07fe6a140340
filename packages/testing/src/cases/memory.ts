import { address, binary, cast, constant, dataTypes, decodeValues, dtypes, encodeValues, indexConst, interpretKernel, load, param, range, reduce, store, uop, where, type DType, type UOp } from '@petagrad/ir'
import { checkGraph } from '../check-graph.js'
import { difference, exactButForZeros } from '../comparison.js'
import { countOf, GraphInputs } from '../graph-inputs.js'
import { Random } from '../random.js'
import { randomValue, smallInteger } from '../values.js'
import type { CaseTemplate } from './template.js'

const values = (dtype: DType, count: number, seed = 1): (number | bigint | boolean)[] => {
  const random = new Random(seed + count)
  return Array.from({ length: count }, () => randomValue(random, dtype))
}

/** Gathers, with indices outside; assignments, to views too; and bare kernels with gates. */
export function memoryCases(): CaseTemplate[] {
  return [...gathers(), ...assignments(), ...kernels()]
}

function gathers(): CaseTemplate[] {
  const shapes: readonly (readonly [readonly number[], readonly number[]])[] = [[[5], [7]], [[5, 3], [4]], [[4, 2, 3], [2, 3]], [[1, 4], [3]], [[6, 5], [0]], [[3, 0], [2]]]
  const gather = (dtype: DType, indexType: DType, shape: readonly number[], indices: readonly number[]): CaseTemplate => ({
    name: `gather from ${dtype.name} [${shape.join(', ')}] by ${indexType.name} [${indices.join(', ')}]`,
    dtypes: [dtype, indexType],
    run: async target => {
      const random = new Random(countOf(shape))
      const inputs = new GraphInputs()
      const x = inputs.tensor(dtype, shape, values(dtype, countOf(shape)))
      const chosen = inputs.tensor(indexType, indices, Array.from({ length: countOf(indices) }, () => smallInteger(random, indexType, shape[0] + 1)))
      await checkGraph(target, [uop('gather', dtype, [x, chosen])], inputs.bytes)
    },
  })
  return [
    ...shapes.flatMap(([shape, indices]) => [dtypes.f32, dtypes.u8].map(d => gather(d, dtypes.i32, shape, indices))),
    ...dataTypes.map(d => gather(d, dtypes.i64, [5, 3], [6])),
    ...dataTypes.filter(d => d.kind === 'int' || d.kind === 'uint').map(d => gather(dtypes.f32, d, [5, 3], [6])),
  ]
}

function assignments(): CaseTemplate[] {
  const build: readonly (readonly [string, (a: UOp<'buffer'>, b: UOp<'buffer'>) => UOp[]])[] = [
    ['a buffer takes a value', (a, b) => [uop('assign', a.dtype, [a, binary('add', b, b)])]],
    ['a buffer adds to itself', (a, b) => [uop('assign', a.dtype, [a, binary('add', a, b)])]],
    ['a buffer is reversed in place', a => [uop('assign', a.dtype, [a, uop('flip', a.dtype, [a], [0])])]],
    ['two buffers are swapped', (a, b) => [uop('assign', a.dtype, [a, b]), uop('assign', b.dtype, [b, a])]],
    ['part of a buffer takes a value', (a, b) => [uop('assign', a.dtype, [uop('shrink', a.dtype, [a], [[3, 7]]), uop('shrink', a.dtype, [b], [[0, 4]])])]],
    ['the result of an assignment is used', (a, b) => [binary('mul', uop('assign', a.dtype, [a, binary('add', a, b)]), a)]],
    ['an assignment from a reshaped view', (a, b) => [uop('assign', a.dtype, [uop('reshape', a.dtype, [a], [2, 6]), uop('permute', a.dtype, [uop('reshape', a.dtype, [b], [6, 2])], [1, 0])])]],
  ]
  return build.flatMap(([name, roots]) => [dtypes.f32, dtypes.i16].map((dtype): CaseTemplate => ({
    name: `${name}, ${dtype.name}`,
    dtypes: [dtype],
    run: async target => {
      const inputs = new GraphInputs()
      const integers = (by: number): number[] => Array.from({ length: 12 }, (_, i) => ((i * by) % 11) - 5)
      await checkGraph(target, roots(inputs.buffer(dtype, integers(3)), inputs.buffer(dtype, integers(7))), inputs.bytes, exactButForZeros)
    },
  })))
}

const f32 = dtypes.f32
const lt = (a: UOp, b: number): UOp => binary('lt', a, indexConst(b))
const times = (a: UOp, b: number): UOp => binary('mul', a, indexConst(b))
const plus = (a: UOp, b: UOp): UOp => binary('add', a, b)
const [i, j] = [range(9, 0, 'loop'), range(5, 1, 'loop')]

/** Kernels as a scheduler might make them: each is given as its stores; argument 0 is written and has 45 elements, 1 is read and has 16. */
const bareKernels: readonly (readonly [string, () => UOp[]])[] = [
  ['a gated load reads nothing where its gate is false', () => [store(address(param(0, f32, 45), i), load(address(param(1, f32, 16), times(i, 3)), { gate: lt(i, 6), alternative: constant(-1, f32) }))]],
  ['a gated store writes nothing where its gate is false', () => [store(address(param(0, f32, 45), times(i, 6)), load(address(param(1, f32, 16), i)), lt(i, 8))]],
  ['addresses by division and remainder', () => [store(address(param(0, f32, 45), plus(times(i, 5), j)), load(address(param(1, f32, 16), binary('floordiv', plus(times(i, 5), j), indexConst(3)))))]],
  ['addresses by floor of a negative', () => [store(address(param(0, f32, 45), i), load(address(param(1, f32, 16), binary('floormod', binary('sub', i, indexConst(20)), indexConst(7)))))]],
  ['two stores in one nest', () => [store(address(param(0, f32, 45), i), constant(1, f32)), store(address(param(0, f32, 45), plus(i, indexConst(9))), load(address(param(1, f32, 16), i)))]],
  ['a reduction with a gate', () => {
    const k = range(7, 2, 'reduce'), at = plus(i, k)
    return [store(address(param(0, f32, 45), i), reduce('add', load(address(param(1, f32, 16), at), { gate: lt(at, 12), alternative: constant(0, f32) }), [k]))]
  }],
  ['a reduction over two ranges of a product', () => {
    const k = range(4, 2, 'reduce'), l = range(3, 3, 'reduce')
    return [store(address(param(0, f32, 45), j), reduce('max', binary('sub', load(address(param(1, f32, 16), plus(times(k, 3), l))), cast('cast', j, f32)), [k, l]))]
  }],
  ['a reduction inside a reduction', () => {
    const k = range(4, 2, 'reduce'), l = range(3, 3, 'reduce')
    const inner = reduce('max', load(address(param(1, f32, 16), plus(plus(times(k, 3), l), lowBit(j)))), [l])
    return [store(address(param(0, f32, 45), j), reduce('add', inner, [k]))]
  }],
  ['a value chosen by an index', () => [store(address(param(0, f32, 45), i), where(lt(i, 4), load(address(param(1, f32, 16), i)), cast('cast', times(i, -2), f32)))]],
  ['one element without a loop', () => [store(address(param(0, f32, 45), indexConst(44)), load(address(param(1, f32, 16), indexConst(15))))]],
]

const lowBit = (x: UOp): UOp => binary('floormod', x, indexConst(2))

function kernels(): CaseTemplate[] {
  return bareKernels.map(([name, stores]): CaseTemplate => ({
    name: `kernel: ${name}`,
    dtypes: [f32],
    kernel: true,
    run: async target => {
      const kernel = uop('kernel', dtypes.void, stores(), { name: 'conformance' })
      const fresh = (): Uint8Array[] => [new Uint8Array(45 * 4), encodeValues(f32, Array.from({ length: 16 }, (_, k) => ((k * 5) % 9) - 4))]
      const [ours, theirs] = [fresh(), fresh()]
      interpretKernel(kernel, ours)
      await target.executeKernel?.(kernel, theirs)
      const found = difference(f32, decodeValues(f32, ours[0]), decodeValues(f32, theirs[0]), exactButForZeros)
      if (found !== undefined) throw new Error(`${target.name}: ${name}: ${found}`)
    },
  }))
}
