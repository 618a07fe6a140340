import { describe, expect, test } from 'vitest'
import {
  address, binary, constant, dtypes, indexConst, load, param, parse, parseProgram, pointer, range, reduce, register, scratch, store, toposort, uop, variable, vector, verify,
  verifyProgram, type DType, type Level, type Op, type UOp,
} from '../src/index.js'
import { kernelSamples, programSamples, tensorSamples } from './samples.js'

const { bool, i8, i32, i64, f16, f32, index } = dtypes
const nothing = dtypes.void
/** A node with no regard for any law. */
const raw = (op: Op, dtype: DType, src: readonly UOp[] = [], arg?: unknown): UOp => uop(op, dtype, src, arg as undefined)
const c = (value: number, dtype = f32): UOp => constant(value, dtype)
const x = raw('reshape', f32, [raw('buffer', f32, [], { id: 1, size: 6, device: 'd' })], [2, 3])
const y = raw('reshape', f32, [raw('buffer', f32, [], { id: 2, size: 6, device: 'd' })], [3, 2])
const flags = binary('lt', x, x)
const sink = (...src: UOp[]): UOp => raw('sink', nothing, src)

describe('well-formed graphs pass', () => {
  test('tensor graphs', () => tensorSamples().forEach(root => verify(root, 'tensor')))
  test('kernels', () => kernelSamples().forEach(root => verify(root, 'kernel')))
  test('programs', () => programSamples().forEach(verifyProgram))
  test('several roots', () => verify(tensorSamples(), 'tensor'))
})

describe('malformed tensor graphs', () => {
  test.each<[string, string, UOp]>([
    ['arity', 'too few operands', raw('add', f32, [x])],
    ['arity', 'too many operands', raw('neg', f32, [x, x])],
    ['arity', 'a leaf with a source', raw('const', f32, [x], 1)],
    ['arity', 'an empty sink', raw('sink', nothing)],
    ['argument', 'an argument where there is none', raw('add', f32, [x, x], 3)],
    ['argument', 'no shape', raw('reshape', f32, [x])],
    ['argument', 'a negative dimension', raw('reshape', f32, [x], [-2, -3])],
    ['argument', 'a fractional dimension', raw('expand', f32, [x], [2, 3.5])],
    ['argument', 'NaN as a dimension', raw('iota', i32, [], { size: NaN })],
    ['argument', 'a dimension that is not an index', raw('iota', i32, [], { size: c(3, i32) })],
    ['argument', 'a number for a bool', raw('const', bool, [], 1)],
    ['argument', 'a number for i64', raw('const', i64, [], 1)],
    ['argument', 'a fraction for an integer', raw('const', i32, [], 1.5)],
    ['argument', 'a constant out of range', raw('const', i8, [], 128)],
    ['argument', 'an unknown reduction', raw('reduce_axis', f32, [x], { alu: 'min', axes: [0] })],
    ['argument', 'a pad of triples', raw('pad', f32, [x], [[1, 2, 3], [0, 0, 0]])],
    ['argument', 'a missing field', raw('shear', f32, [x], { axis: 0, by: 1, factor: 1, offset: 0 })],
    ['argument', 'a field too many', raw('copy', f32, [x], { device: 'a', fast: true })],
    ['same-dtype', 'operands of two dtypes', raw('add', f32, [x, raw('cast', f16, [x])])],
    ['same-dtype', 'a result of another dtype', raw('mul', f16, [x, x])],
    ['same-dtype', 'a comparison of two dtypes', raw('lt', bool, [x, raw('cast', f16, [x])])],
    ['same-dtype', 'where with branches of two dtypes', raw('where', f32, [flags, x, raw('cast', f16, [x])])],
    ['same-dtype', 'a movement that casts', raw('flip', f16, [x], [0])],
    ['same-dtype', 'a gather that casts', raw('gather', f16, [x, raw('iota', i32, [], { size: 3 })])],
    ['same-dtype', 'an assignment of another dtype', raw('assign', f32, [x, raw('cast', f16, [x])])],
    ['bool-result', 'a comparison that is no bool', raw('lt', f32, [x, x])],
    ['bool-condition', 'a condition that is no bool', raw('where', f32, [x, x, x])],
    ['float-only', 'the sine of an integer', raw('sin', i32, [c(1, i32)])],
    ['not-bool', 'the sum of flags', raw('add', bool, [flags, flags])],
    ['not-float', 'the bits of floats', raw('and', f32, [x, x])],
    ['integer-only', 'a shifted float', raw('shl', f32, [x, x])],
    ['reducible', 'a sum over flags', raw('reduce_axis', bool, [flags], { alu: 'add', axes: [0] })],
    ['bits', 'a bitcast to another width', raw('bitcast', f16, [x])],
    ['value-result', 'a cast to void', raw('cast', nothing, [x])],
    ['value-result', 'a constant pointer', raw('const', pointer(f32, 'global'), [], 1)],
    ['value-sources', 'a sink of a sink', sink(sink(x))],
    ['void-result', 'a sink with a dtype', raw('sink', f32, [x])],
    ['data-result', 'a buffer of indices', raw('buffer', index, [], { id: 1, size: 2, device: 'd' })],
    ['scalar', 'a vector constant', raw('const', vector(f32, 4), [], 1)],
    ['same-shape', 'operands of two shapes', raw('add', f32, [x, y])],
    ['same-shape', 'an assignment of another shape', raw('assign', f32, [x, y])],
    ['shape', 'a reshape to another size', raw('reshape', f32, [x], [7])],
    ['shape', 'a permutation of too few axes', raw('permute', f32, [x], [0])],
    ['shape', 'a permutation that repeats', raw('permute', f32, [x], [0, 0])],
    ['shape', 'a permutation of no axis', raw('permute', f32, [x], [0, 2])],
    ['shape', 'an expand of more than 1', raw('expand', f32, [x], [2, 6])],
    ['shape', 'an expand to another rank', raw('expand', f32, [x], [1, 2, 3])],
    ['shape', 'a pad of too few axes', raw('pad', f32, [x], [[0, 1]])],
    ['shape', 'a shrink beyond the end', raw('shrink', f32, [x], [[0, 2], [0, 4]])],
    ['shape', 'a shrink backwards', raw('shrink', f32, [x], [[2, 1], [0, 3]])],
    ['shape', 'a flip of no axis', raw('flip', f32, [x], [2])],
    ['shape', 'a shear by itself', raw('shear', f32, [x], { axis: 1, by: 1, factor: 1, offset: 0, size: 3 })],
    ['axes', 'a reduction over no axis', raw('reduce_axis', f32, [x], { alu: 'add', axes: [5] })],
    ['axes', 'a reduction twice over one', raw('reduce_axis', f32, [x], { alu: 'add', axes: [1, 1] })],
    ['gather', 'a gather from a scalar', raw('gather', f32, [c(1), raw('iota', i32, [], { size: 3 })])],
    ['gather', 'a gather by floats', raw('gather', f32, [x, x])],
    ['assign-target', 'an assignment to a value', raw('assign', f32, [binary('add', x, x), x])],
    ['level', 'a load', sink(load(address(param(0, f32, 1), indexConst(0))))],
    ['level', 'a range', sink(range(3, 0, 'loop'))],
    ['bounds', 'a variable without values', raw('variable', index, [], { name: 'n', min: 3, max: 2 })],
    ['argument', 'something wrong inside a dimension', raw('iota', i32, [], { size: raw('add', index, [indexConst(1), indexConst(2)], 7) })],
  ])('[%s] %s', (check, _, root) => expect(() => verify(root, 'tensor')).toThrow(new RegExp(`^\\[${check}\\]`)))
})

const [out, input] = [param(0, f32, 8), param(1, f32, 8)]
const i = range(8, 0, 'loop')
const at = address(out, i)
const kernel = (...stores: UOp[]): UOp => raw('kernel', nothing, stores, { name: 'k' })

describe('malformed kernels', () => {
  test.each<[string, string, UOp]>([
    ['kernel-roots', 'a kernel of values', kernel(load(at))],
    ['arity', 'a store of nothing', kernel(raw('store', nothing, [at]))],
    ['void-result', 'a store with a dtype', kernel(raw('store', f32, [at, c(1)]))],
    ['element', 'a store of another dtype', kernel(store(at, c(1, f16)))],
    ['element', 'a load of another dtype', kernel(store(at, raw('cast', f32, [raw('load', f16, [address(input, i)])])))],
    ['scalar', 'a vector load', kernel(store(at, raw('extract', f32, [load(address(input, i), undefined, 4)], [0])))],
    ['address', 'a load of a whole array', kernel(store(at, raw('load', f32, [input])))],
    ['address', 'a store to a value', kernel(store(c(1), c(1)))],
    ['level', 'a register', kernel(store(register(0, f32), c(1)))],
    ['gate', 'a gate that is no bool', kernel(store(at, c(1), i))],
    ['gate', 'a load\'s gate that is no bool', kernel(store(at, load(address(input, i), { gate: i, alternative: c(0) })))],
    ['alternative', 'a gate without an alternative', kernel(store(at, raw('load', f32, [address(input, i), binary('lt', i, indexConst(3))])))],
    ['alternative', 'an alternative of another dtype', kernel(store(at, load(address(input, i), { gate: binary('lt', i, indexConst(3)), alternative: c(0, i32) })))],
    ['offset', 'an offset with a machine type', kernel(store(address(out, c(1, i32)), c(1)))],
    ['pointer', 'an index into a value', kernel(store(address(c(1), i), c(1)))],
    ['pointer', 'an index into an index', kernel(store(address(at, i), c(1)))],
    ['space', 'a param that is not global', kernel(store(address(raw('param', pointer(f32, 'shared'), [], { slot: 0, size: 8 }), i), c(1)))],
    ['space', 'scratch in global memory', kernel(store(address(raw('scratch', pointer(f32, 'global'), [], { id: 0, size: 8 }), i), c(1)))],
    ['space', 'a param that is no pointer', kernel(store(at, raw('param', f32, [], { slot: 0, size: 8 })))],
    ['ranges', 'a reduction over a constant', kernel(store(at, raw('reduce', f32, [c(1), indexConst(3)], 'add')))],
    ['ranges', 'a reduction twice over one range', kernel(store(at, raw('reduce', f32, [c(1), range(3, 1, 'reduce'), range(3, 1, 'reduce')], 'add')))],
    ['arity', 'a reduction over nothing', kernel(store(at, raw('reduce', f32, [c(1)], 'add')))],
    ['same-dtype', 'a reduction that casts', kernel(store(at, raw('reduce', f32, [c(1, f16), range(3, 1, 'reduce')], 'add')))],
    ['reducible', 'a product of flags', kernel(store(address(param(0, bool, 8), i), reduce('mul', binary('lt', i, indexConst(1)), [range(3, 1, 'reduce')])))],
    ['axes', 'two loops with one axis', kernel(store(at, load(address(input, range(7, 0, 'loop')))))],
    ['extent', 'a range to a machine integer', kernel(store(address(out, raw('range', index, [c(8, i32)], { axis: 0, kind: 'loop' })), c(1)))],
    ['index-result', 'a range of a machine type', kernel(store(address(out, raw('cast', index, [raw('range', i32, [c(8, i32)], { axis: 0, kind: 'loop' })])), c(1)))],
    ['argument', 'a range of an unknown kind', kernel(store(address(out, raw('range', index, [indexConst(3)], { axis: 0, kind: 'spiral' })), c(1)))],
    ['end', 'an end of a value', kernel(raw('end', nothing, [load(at), i]))],
    ['end', 'an end of nothing', kernel(raw('end', nothing, []))],
    ['same-dtype', 'an after that casts', kernel(store(at, raw('after', f32, [c(1, f16)])))],
    ['level', 'a tensor', kernel(store(at, x))],
  ])('[%s] %s', (check, _, root) => expect(() => verify(root, 'kernel')).toThrow(new RegExp(`^\\[${check}\\]`)))
})

describe('malformed programs', () => {
  const n = (value: number): UOp => c(value, i32)
  const loop = raw('range', i32, [n(4)], { axis: 0, kind: 'loop' })
  const twice = binary('add', loop, loop)
  const close = raw('end', nothing, [loop])
  const yes = constant(true, bool)
  const open = raw('if', nothing, [yes]), shut = raw('endif', nothing, [open])
  const symbolic = variable('n', 1, 2)
  const v = raw('vectorize', vector(i32, 2), [n(1), n(2)]), floats = raw('vectorize', vector(f32, 2), [c(1), c(1)])
  const total = register(0, f32)
  const ordered = raw('after', f32, [total, close])
  const p = param(0, f32, 8), spot = address(p, n(1))

  test.each<[string, string, readonly UOp[]]>([
    ['once', 'a node twice', [n(1), n(1)]],
    ['defined-before-use', 'a value above its definition', [binary('add', n(1), n(2)), n(1), n(2)]],
    ['defined-before-use', 'a value that is nowhere', [n(1), binary('add', n(1), n(2))]],
    ['in-scope', 'a value of a closed loop', [n(4), loop, twice, close, binary('mul', twice, n(4))]],
    ['in-scope', 'a closed loop\'s counter', [n(4), loop, close, twice]],
    ['in-scope', 'a value of a closed if', [yes, n(1), n(2), open, binary('add', n(1), n(2)), shut, raw('neg', i32, [binary('add', n(1), n(2))])]],
    ['closes-innermost', 'blocks that cross', [n(4), yes, loop, open, close, shut]],
    ['closes-innermost', 'an if closed inside a loop', [yes, open, n(4), loop, shut]],
    ['closed', 'an open loop', [n(4), loop]],
    ['closed', 'an open if', [yes, open]],
    ['end', 'an end of a constant', [n(4), raw('end', nothing, [n(4)])]],
    ['closes-if', 'an endif of a loop', [n(4), loop, raw('endif', nothing, [loop])]],
    ['register-written', 'a register read first', [total, load(total)]],
    ['register-written', 'a register written only in a loop', [n(4), total, loop, c(1), store(total, c(1)), close, ordered, load(ordered)]],
    ['element', 'a register of another dtype', [total, n(1), store(total, n(1))]],
    ['gate', 'a gated register', [total, c(1), yes, store(total, c(1), yes)]],
    ['machine-types', 'index arithmetic', [indexConst(1)]],
    ['index-result', 'a loop without a machine type', [symbolic, raw('range', index, [symbolic], { axis: 0, kind: 'loop' })]],
    ['extent', 'an extent of another type', [constant(4n, i64), raw('range', i32, [constant(4n, i64)], { axis: 0, kind: 'loop' })]],
    ['offset', 'a float offset', [p, c(1), address(p, c(1))]],
    ['lanes', 'a vector of too few scalars', [n(1), n(2), raw('vectorize', vector(i32, 3), [n(1), n(2)])]],
    ['lanes', 'a vector of two dtypes', [n(1), c(1), raw('vectorize', vector(i32, 2), [n(1), c(1)])]],
    ['lanes', 'a lane that is not there', [n(1), n(2), v, raw('extract', i32, [v], [2])]],
    ['lanes', 'a dot with one product for a lane', [n(1), n(2), v, raw('dot', vector(i32, 2), [v, v, v])]],
    ['lanes', 'a dot of floats', [n(1), c(1), floats, raw('dot', i32, [floats, floats, n(1)])]],
    ['lanes', 'a dot whose sum is another vector', [n(1), n(2), v, raw('dot', i32, [v, v, v])]],
    ['lanes', 'lanes of another count', [n(1), n(2), v, raw('extract', vector(i32, 3), [v], [0, 1])]],
    ['lanes', 'a cast that drops lanes', [n(1), n(2), v, raw('cast', f32, [v])]],
    ['same-dtype', 'a scalar added to a vector', [n(1), n(2), v, raw('add', vector(i32, 2), [v, n(1)])]],
    ['bool-result', 'a comparison with too few lanes', [n(1), n(2), v, raw('lt', bool, [v, v])]],
    ['bool-condition', 'one condition for two lanes', [n(1), n(2), v, yes, raw('where', vector(i32, 2), [yes, v, v])]],
    ['gate', 'a gate with other lanes', [p, n(1), spot, n(2), v, binary('lt', v, v), constant(0, vector(f32, 4)), store(spot, constant(0, vector(f32, 4)), binary('lt', v, v))]],
    ['bool-condition', 'an if of an integer', [n(1), raw('if', nothing, [n(1)])]],
    ['launch-name', 'an unknown dimension', [n(1), raw('special', i32, [n(1)], { name: 'warp' })]],
    ['level', 'a reduction', [c(1), n(4), loop, raw('reduce', f32, [c(1), loop], 'add')]],
    ['end', 'an end without a range', [raw('end', nothing)]],
    ['space', 'scratch in global memory', [scratch(0, f32, 4), raw('scratch', pointer(f32, 'global'), [], { id: 0, size: 8 })]],
  ])('[%s] %s', (check, _, uops) => expect(() => verifyProgram(uops)).toThrow(new RegExp(`^\\[${check}\\]`)))

  test('ordering may name what stands in a closed block', () => {
    const write = store(total, c(1)), again = store(total, c(2))
    const ordered = raw('after', f32, [total, write, again])
    verifyProgram([n(4), c(1), c(2), total, write, loop, again, close, ordered, load(ordered)])
  })
})

test('an error holds the check, the reason and the node', () => {
  expect(() => verify(raw('add', f32, [x, raw('cast', f16, [x])]), 'tensor')).toThrow(
    /^\[same-dtype\] a source is f16 and the result f32: add f32 \(reshape f32 \[2, 3\], cast f16\)/)
})

test('whatever parses is either well-formed or refused with IR_INVALID', () => {
  const graph = parse('petagrad-ir 1\n%0 = const f32 1\n%1 = const f32 2\n%2 = permute f32 %0 [3]\n')
  expect(() => verify(graph, 'tensor')).toThrow(/\[shape\]/)
  expect(() => verifyProgram(parseProgram('petagrad-program 1\n%0 = load f32\n'))).toThrow(/\[arity\]/)
  const level: Level = 'tensor'
  for (const root of tensorSamples()) for (const u of toposort(root)) if (u.src.length > 0) expect(() => verify(raw(u.op, u.dtype, [], u.arg), level)).toThrow(/\[arity\]/)
})
