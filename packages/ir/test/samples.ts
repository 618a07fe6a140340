import {
  address, binary, cast, constant, dataTypes, dtypes, extract, indexConst, load, mulacc, param, range, reduce, register, scratch, store, unary, uop, variable, vector,
  vectorize, where, type UOp,
} from '../src/index.js'

const { bool, i32, i64, u8, f16, f32, f64 } = dtypes
const nothing = dtypes.void

export const buffer = (dtype = f32, size = 12, id = 0): UOp => uop('buffer', dtype, [], { id, size, device: 'test "quoted"' })
const shaped = (...shape: number[]): UOp => uop('reshape', f32, [buffer(f32, shape.reduce((a, b) => a * b, 1))], shape)

/** Well-formed tensor graphs that together hold every tensor-level op. */
export function tensorSamples(): UOp[] {
  const x = shaped(3, 4)
  const n = variable('n', 1, 64)
  const integers = uop('reshape', i32, [buffer(i32, 12, 1)], [3, 4])
  const condition = binary('lt', x, uop('detach', f32, [x]))
  return [
    ...['neg', 'reciprocal', 'exp2', 'log2', 'sin', 'sqrt', 'trunc'].map(op => unary(op as 'neg', x)),
    ...['add', 'sub', 'mul', 'div', 'mod', 'max', 'lt', 'eq', 'ne'].map(op => binary(op as 'add', x, unary('neg', x))),
    ...['floordiv', 'floormod', 'shl', 'shr', 'and', 'or', 'xor'].map(op => binary(op as 'add', integers, uop('flip', i32, [integers], [0, 1]))),
    where(condition, x, unary('neg', x)), mulacc(x, x, x), cast('cast', x, f16), cast('bitcast', x, i32), binary('and', condition, condition),
    uop('permute', f32, [x], [1, 0]), uop('pad', f32, [x], [[1, 2], [0, 0]]), uop('shrink', f32, [x], [[0, 2], [1, 4]]),
    uop('expand', f32, [shaped(3, 1, 4)], [3, n, 4]), uop('shear', f32, [x], { axis: 0, by: 1, factor: -2, offset: 3, size: 5 }),
    uop('iota', i64, [], { size: binary('mul', n, indexConst(2)) }), uop('contiguous', f32, [x]), uop('copy', f32, [x], { device: 'other' }),
    uop('reduce_axis', f32, [x], { alu: 'add', axes: [0, 1] }), uop('reduce_axis', bool, [condition], { alu: 'max', axes: [] }),
    uop('scan_axis', f32, [x], { alu: 'mul', axis: 1, buckets: 0 }), uop('scan_axis', f32, [x, integers], { alu: 'add', axis: 0, buckets: 9 }),
    uop('scatter', f32, [x, integers], { alu: 'max', axis: 1, size: 5 }), uop('place', f32, [x, integers], { axis: 0, size: 12 }),
    uop('sort', f32, [x], { axis: 1, descending: true, count: 2 }), uop('argsort', i32, [x], { axis: 0, descending: false, count: 3 }),
    uop('gather', f32, [x, uop('iota', i32, [], { size: 7 })]), cast('cast', n, f32),
    uop('sink', nothing, [uop('assign', f32, [x, unary('sqrt', x)]), uop('assign', f32, [uop('assign', f32, [x, x]), x])]),
    ...dataTypes.map(d => constant(d.kind === 'bool' ? true : 3, d)),
    ...[NaN, Infinity, -Infinity, -0, 5e-324, 1.7976931348623157e308, 1e21, 0.1].map(v => constant(v, f64)),
    constant(-(2n ** 63n), i64), constant(2n ** 64n - 1n, dtypes.u64), constant(false, bool),
  ]
}

/** Well-formed kernels that together hold every kernel-level op. */
export function kernelSamples(): UOp<'kernel'>[] {
  const [out, a] = [param(0, f32, 12), param(1, f32, 64)]
  const i = range(12, 0, 'loop'), k = range(5, 1, 'reduce'), tile = scratch(0, f32, 5), fill = range(variable('n', 1, 5), 2, 'loop')
  const gate = binary('lt', binary('add', i, k), indexConst(8))
  const loaded = load(address(a, binary('add', binary('mul', i, indexConst(5)), k)), { gate, alternative: constant(0, f32) })
  const filled = uop('end', nothing, [store(address(tile, fill), load(address(a, fill))), fill])
  const read = load(address(uop('after', tile.dtype, [tile, filled]), k))
  return [
    uop('kernel', nothing, [store(address(out, i), reduce('add', binary('mul', loaded, read), [k]))], { name: 'staged' }),
    uop('kernel', nothing, [store(address(out, i), uop('scan', f32, [load(address(a, i)), i], 'max'))], { name: 'scanned' }),
    uop('kernel', nothing, [store(address(out, i), constant(1, f32), binary('lt', i, indexConst(3))), uop('end', nothing, [store(address(a, k), uop('custom', f32, [read], { name: 'c' })), k])], { name: '' }),
  ]
}

/** Well-formed programs that together hold every program-level op. */
export function programSamples(): UOp[][] {
  const v4 = vector(f32, 4)
  const c = (value: number): UOp => constant(value, i32)
  const y = param(0, f32, 16), n = variable('n', 1, 9), wide = uop('cast', i32, [n]), task = uop('special', i32, [c(2)], { name: 'grid0' })
  const total = register(0, v4), zero = constant(-0, v4), clear = store(total, zero)
  const r = uop('range', i32, [wide], { axis: 0, kind: 'reduce' }), at = address(y, r), here = address(at, task), scalar = load(here)
  const lanes = vectorize([scalar, scalar, scalar, scalar]), before = uop('after', v4, [total, clear, r]), old = load(before)
  const compared = binary('lt', lanes, old), chosen = where(compared, lanes, old), keep = store(total, chosen), end = uop('end', nothing, [r])
  const done = uop('after', v4, [total, end]), result = load(done), gate = binary('lt', task, c(1)), to = address(y, task)
  const picked = extract(result, [3]), pair = extract(result, [1, 0]), open = uop('if', nothing, [gate]), closed = uop('endif', nothing, [open])
  const masked = uop('load', v4, [to, result, gate]), shared = scratch(1, u8, 64, 'shared'), slot = address(shared, task), byte = constant(7, u8)
  const fours = vectorize([c(1), c(2)]), eights = vectorize([c(1), c(2), c(1), c(2)]), summed = uop('dot', fours.dtype, [eights, eights, fours])
  return [
    [y, n, wide, c(2), task, total, zero, clear, r, at, here, scalar, lanes, before, old, compared, chosen, keep, end, done, result, c(1), gate, to,
      picked, pair, masked, open, store(to, masked), closed],
    [c(1), c(2), fours, eights, summed, shared, task, slot, byte, store(slot, byte), uop('barrier', nothing), uop('custom', nothing, [byte], { name: 'note' })],
  ]
}
