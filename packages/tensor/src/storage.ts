import { is, isMovement, toposort, withSrc, type DType, type UOp } from '@petagrad/ir/graph'
import { defaultRuntime, type Executor } from '@petagrad/runtime'
import { viewBytes, type TypedArray } from './host-data.js'

/*
 * Buffers and assignments. A tensor that has storage holds a view of a buffer, or of an `assign` into one that has not
 * run yet. Once it has run, the node means the buffer, wherever it appears.
 */

const owners = new WeakMap<UOp, Executor>()
const hostBytes = new WeakMap<UOp, Uint8Array>()
/** Tensors that hold a buffer as their own memory; at zero it is given back. */
const holders = new WeakMap<UOp, number>()
/** Assignments that have run, and when. */
const executed = new WeakMap<UOp, number>()

/** A new buffer of the default runtime, of zeros unless `bytes` are given. */
export function newBuffer(dtype: DType, size: number, options: { readonly bytes?: Uint8Array; readonly device?: string } = {}): UOp<'buffer'> {
  const executor = defaultRuntime()
  const buffer = executor.createBuffer(dtype, size, { data: options.bytes, device: options.device })
  owners.set(buffer, executor)
  if (options.bytes !== undefined) hostBytes.set(buffer, options.bytes)
  return buffer
}

/** The executor whose buffer this is. */
export const ownerOf = (buffer: UOp): Executor => owners.get(buffer) ?? defaultRuntime()

/** Records that `executor` made `buffer` while running a graph. */
export const adopt = (buffer: UOp<'buffer'>, executor: Executor): void => void owners.set(buffer, executor)

export function hold(buffer: UOp<'buffer'>): void {
  holders.set(buffer, (holders.get(buffer) ?? 0) + 1)
}

/** One tensor fewer holds the buffer; with the last one the memory goes, whatever expressions still mention it. */
export function letGo(buffer: UOp<'buffer'>): void {
  const count = (holders.get(buffer) ?? 1) - 1
  holders.set(buffer, count)
  if (count > 0) return
  const executor = ownerOf(buffer)
  executor.retain(buffer)
  executor.release(buffer)
  hostBytes.delete(buffer)
}

/** The bytes that a tensor was made from, as long as no computation has used it. */
export function hostBytesOf(u: UOp): Uint8Array | undefined {
  const buffer = wholeBuffer(u)
  return buffer && hostBytes.get(buffer)
}

/** The same as values. */
export function hostValues(u: UOp): TypedArray | undefined {
  const bytes = hostBytesOf(u)
  return bytes === undefined ? undefined : viewBytes(bytes, u.dtype)
}

export const forgetHostValues = (buffer: UOp): boolean => hostBytes.delete(buffer)

/** The buffer that `u` is all of, in its own order. */
export function wholeBuffer(u: UOp): UOp<'buffer'> | undefined {
  let base = u
  while (base.op === 'reshape') base = base.src[0]
  return is(base, 'buffer') ? base : undefined
}

/** The buffer or assignment that `u` is all of. */
export function wholeStorage(u: UOp): UOp | undefined {
  let base = u
  while (base.op === 'reshape') base = base.src[0]
  return base.op === 'buffer' || base.op === 'assign' ? base : undefined
}

/** The buffer that a view or an assignment is about. */
export function bufferUnder(u: UOp): UOp<'buffer'> | undefined {
  let base = u
  while (base.op === 'assign' || (isMovement(base.op) && base.op !== 'expand' && base.op !== 'pad' && base.op !== 'shear')) base = base.src[0]
  return is(base, 'buffer') ? base : undefined
}

export const markExecuted = (assign: UOp, time: number): void => void executed.set(assign, time)
export const executedAt = (assign: UOp): number | undefined => executed.get(assign)
export const markPending = (assign: UOp): boolean => executed.delete(assign)

/** The roots with every assignment that has run replaced by what it assigned to. */
export function settle(roots: readonly UOp[]): readonly UOp[] {
  const order = toposort(roots)
  if (!order.some(u => executed.has(u))) return roots
  const settled = new Map<UOp, UOp>()
  const at = (u: UOp): UOp => settled.get(u) ?? u
  for (const u of order) settled.set(u, executed.has(u) ? at(u.src[0]) : u.src.length === 0 ? u : withSrc(u, u.src.map(at)))
  return roots.map(at)
}
