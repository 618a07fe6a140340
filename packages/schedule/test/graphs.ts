import { constant, dtypes, shapeOf, uop, type BinaryOp, type DType, type ReduceAlu, type UOp, type UnaryOp } from '@petagrad/ir'

/** Tensor graphs written out in uops, for tests below the tensor package. */
let buffers = 0
export const f32 = dtypes.f32
const shape = (x: UOp): number[] => shapeOf(x).map(Number)

export const buffer = (dims: readonly number[], dtype: DType = f32): UOp =>
  reshape(uop('buffer', dtype, [], { id: ++buffers, size: dims.reduce((a, b) => a * b, 1), device: '' }), dims)
export const reshape = (x: UOp, dims: readonly number[]): UOp => uop('reshape', x.dtype, [x], dims)
export const expand = (x: UOp, dims: readonly number[]): UOp => uop('expand', x.dtype, [x], dims)
export const permute = (x: UOp, order: readonly number[]): UOp => uop('permute', x.dtype, [x], order)
export const pad = (x: UOp, by: readonly (readonly [number, number])[]): UOp => uop('pad', x.dtype, [x], by)
export const reduce = (alu: ReduceAlu, x: UOp, axes: readonly number[]): UOp => uop('reduce_axis', x.dtype, [x], { alu, axes })
export const scan = (alu: ReduceAlu, x: UOp, axis: number): UOp => uop('scan_axis', x.dtype, [x], { alu, axis, buckets: 0 })
export const unary = (op: UnaryOp, x: UOp): UOp => uop(op, x.dtype, [x])
export const assign = (target: UOp, value: UOp): UOp => uop('assign', target.dtype, [target, value])
export const sink = (...roots: UOp[]): UOp<'sink'> => uop('sink', dtypes.void, roots)

/** `value` in the shape of `like`. */
export const full = (value: number, like: UOp): UOp => {
  const dims = shape(like)
  return expand(reshape(constant(value, like.dtype), dims.map(() => 1)), dims)
}

/** A binary operation with NumPy broadcasting of equal ranks. */
export function alu(op: BinaryOp, a: UOp, b: UOp | number): UOp {
  const right = typeof b === 'number' ? full(b, a) : b
  const dims = shape(a).map((d, i) => Math.max(d, shape(right)[i]))
  const wide = (x: UOp) => (shape(x).every((d, i) => d === dims[i]) ? x : expand(x, dims))
  return uop(op, op === 'lt' || op === 'eq' || op === 'ne' ? dtypes.bool : a.dtype, [wide(a), wide(right)])
}

export function matmul(a: UOp, b: UOp): UOp {
  const [m, k] = shape(a)
  const n = shape(b)[1]
  return reshape(reduce('add', alu('mul', reshape(a, [m, k, 1]), reshape(b, [1, k, n])), [1]), [m, n])
}

export function softmax(x: UOp): UOp {
  const last = [shape(x).length - 1]
  const e = unary('exp2', alu('sub', x, reduce('max', x, last)))
  return alu('mul', e, unary('reciprocal', reduce('add', e, last)))
}

/** [..., m, k] by [..., k, n] with equal leading dimensions. */
export function batchedMatmul(a: UOp, b: UOp): UOp {
  const [m, k] = shape(a).slice(-2)
  const [n] = shape(b).slice(-1)
  const batch = shape(a).slice(0, -2)
  const product = alu('mul', reshape(a, [...batch, m, k, 1]), reshape(b, [...batch, 1, k, n]))
  return reshape(reduce('add', product, [batch.length + 1]), [...batch, m, n])
}

/** softmax(q·kᵀ·scale + mask)·v over [heads, positions, depth], in plain operations. */
export function attention(q: UOp, k: UOp, v: UOp, mask?: UOp): UOp {
  const scores = alu('mul', batchedMatmul(q, permute(k, [0, 2, 1])), 0.25)
  return batchedMatmul(softmax(mask === undefined ? scores : alu('add', scores, mask)), v)
}

export function layerNorm(x: UOp): { readonly out: UOp; readonly mean: UOp; readonly scale: UOp } {
  const n = shape(x)[1]
  const mean = alu('mul', reduce('add', x, [1]), 1 / n)
  const centred = alu('sub', x, mean)
  const variance = alu('mul', reduce('add', alu('mul', centred, centred), [1]), 1 / n)
  const scale = unary('reciprocal', unary('sqrt', alu('add', variance, 1e-5)))
  return { out: alu('mul', centred, scale), mean, scale }
}

/** x [n, c, h, w], weight [o, c, k, k], stride 1, no padding. */
/** x[n, c, h, w] by windows: [n, c, h - kh + 1, w - kw + 1, kh, kw]. */
function windowsOf(x: UOp, kh: number, kw: number): UOp {
  const [n, c, h, w] = shape(x)
  const windows = expand(reshape(x, [n, c, h, w, 1, 1]), [n, c, h, w, kh, kw])
  const rows = uop('shear', x.dtype, [windows], { axis: 2, by: 4, factor: 1, offset: 0, size: h - kh + 1 })
  return uop('shear', x.dtype, [rows], { axis: 3, by: 5, factor: 1, offset: 0, size: w - kw + 1 })
}

export function conv2d(x: UOp, weight: UOp): UOp {
  const [n, c, h, w] = shape(x)
  const [o, , kh, kw] = shape(weight)
  const size = [h - kh + 1, w - kw + 1]
  const product = alu('mul', reshape(windowsOf(x, kh, kw), [n, 1, c, ...size, kh, kw]), reshape(weight, [1, o, c, 1, 1, kh, kw]))
  return reshape(reduce('add', product, [2, 5, 6]), [n, o, ...size])
}

/** weight[c, kh, kw], one window for each channel. */
export function depthwise(x: UOp, weight: UOp): UOp {
  const [c, kh, kw] = shape(weight)
  return reduce('add', alu('mul', windowsOf(x, kh, kw), reshape(weight, [1, c, 1, 1, kh, kw])), [4, 5])
}

/** Small graphs of every kind that schedules treat differently. */
export const samples: Readonly<Record<string, () => UOp[]>> = {
  'element-wise': () => [alu('add', alu('mul', buffer([7, 33]), 3), buffer([7, 33]))],
  broadcast: () => [alu('mul', buffer([9, 1]), buffer([1, 20]))],
  'sum of all': () => [reduce('add', buffer([13, 40]), [0, 1])],
  'sum of columns': () => [reduce('add', buffer([24, 19]), [0])],
  'max of rows': () => [reduce('max', buffer([11, 37]), [1])],
  matmul: () => [matmul(buffer([17, 23]), buffer([23, 29]))],
  'matmul of transposed': () => [matmul(buffer([12, 40]), permute(buffer([9, 40]), [1, 0]))],
  'linear with bias and relu': () => [alu('max', alu('add', matmul(buffer([8, 16]), buffer([16, 24])), reshape(buffer([24]), [1, 24])), 0)],
  softmax: () => [softmax(buffer([10, 35]))],
  layernorm: () => [layerNorm(buffer([6, 48])).out],
  convolution: () => [conv2d(buffer([2, 3, 10, 11]), buffer([8, 3, 3, 3]))],
  'padded convolution': () => [conv2d(pad(buffer([2, 4, 9, 9]), [[0, 0], [0, 0], [2, 2], [2, 2]]), buffer([6, 4, 5, 5]))],
  'depthwise convolution': () => [depthwise(pad(buffer([1, 3, 10, 21]), [[0, 0], [0, 0], [1, 1], [1, 1]]), buffer([3, 3, 3]))],
  attention: () => [attention(buffer([2, 9, 20]), buffer([2, 10, 20]), buffer([2, 10, 6]), buffer([1, 9, 10]))],
  'attention of few': () => [attention(buffer([2, 6, 8]), buffer([2, 6, 8]), buffer([2, 6, 8]))],
  transpose: () => [permute(buffer([21, 18]), [1, 0])],
  'running sum of rows': () => [scan('add', buffer([12, 35]), 1)],
  'running maximum of columns': () => [alu('add', scan('max', alu('mul', buffer([9, 40]), 2), 0), 1)],
  'running sums of a softmax': () => [scan('add', softmax(buffer([10, 35])), 1)],
  scalar: () => [alu('mul', reduce('add', buffer([5]), [0]), 2)],
}
