import { constant, dtypes, encodeValues, interpret, isPointer, PetagradError, sameShape, shapeOf, substitute, toposort, uop, verify, type UOp } from '@petagrad/ir'
import type { BufferBytes } from './target.js'

/** Smaller graphs to try in place of one, the greatest steps first. */
type Candidates = (root: UOp) => Iterable<UOp>

/**
 * The smallest graph found that still fails: one step after another is taken as long as what it gives fails too.
 * `attempts` bounds how often `fails` is asked.
 */
export async function shrink(root: UOp, candidates: Candidates, fails: (root: UOp) => Promise<boolean>, attempts = 200): Promise<UOp> {
  let smallest = root
  let left = attempts
  for (let progress = true; progress && left > 0;) {
    progress = false
    for (const candidate of candidates(smallest)) {
      if (left-- <= 0) break
      if (candidate === smallest || !(await fails(candidate))) continue
      smallest = candidate
      progress = true
      break
    }
  }
  return smallest
}

/**
 * Steps for a `sink` of tensors: fewer roots, a root's source for the root, a node's source for the node, and a node's
 * value as a new buffer for all that computes it. New buffers are added to `buffers`.
 */
export function smallerTensorGraphs(buffers: Map<UOp, Uint8Array>): Candidates {
  return function* (sink) {
    const rebuilt = (roots: readonly UOp[]): UOp => uop('sink', dtypes.void, roots)
    if (sink.src.length > 1) for (const root of sink.src) yield rebuilt([root])
    for (const [i, root] of sink.src.entries()) {
      for (const source of root.src) if (isTensor(source)) yield rebuilt(sink.src.map((r, k) => (k === i ? source : r)))
    }
    for (const node of toposort(sink).reverse()) {
      if (node === sink || node.src.length === 0 || !isTensor(node) || node.op === 'assign') continue
      for (const source of node.src) if (source.dtype === node.dtype && sameShape(shapeOf(source), shapeOf(node))) yield* valid(sink, node, source)
      const asBuffer = bufferOf(node, buffers)
      if (asBuffer !== undefined) yield* valid(sink, node, asBuffer)
    }
  }
}

const isTensor = (u: UOp): boolean => u.dtype.kind !== 'void' && u.dtype.kind !== 'index'

/** The node's value in a new buffer; nothing where it already is one, reshaped. */
function bufferOf(node: UOp, buffers: Map<UOp, Uint8Array>): UOp | undefined {
  if (node.op === 'reshape' && node.src[0].op === 'buffer') return undefined
  const { shape, values } = interpret(node, { buffers: copies(buffers) })
  const buffer = uop('buffer', node.dtype, [], { id: node.id + 1_000_000, size: values.length, device: 'test' })
  buffers.set(buffer, encodeValues(node.dtype, values))
  return uop('reshape', node.dtype, [buffer], shape)
}

const copies = (buffers: BufferBytes): Map<UOp, Uint8Array> => new Map([...buffers].map(([b, bytes]) => [b, bytes.slice()]))

function* valid(root: UOp, from: UOp, to: UOp): Iterable<UOp> {
  const candidate = substitute(root, new Map([[from, to]]))
  try {
    verify(candidate, root.op === 'kernel' ? 'kernel' : 'tensor')
  } catch (error) {
    if (error instanceof PetagradError) return // the step made no graph; another one may
    throw error
  }
  yield candidate
}

/** Steps for a kernel: fewer stores, a node's source for the node, a constant for the node. */
export function* smallerKernels(kernel: UOp): Iterable<UOp> {
  if (kernel.src.length > 1) for (const root of kernel.src) yield uop('kernel', dtypes.void, [root], (kernel as UOp<'kernel'>).arg) // the caller's root is a kernel
  for (const node of toposort(kernel).reverse()) {
    if (node.src.length === 0 || node.dtype.kind === 'void' || isPointer(node.dtype)) continue
    for (const source of node.src) if (source.dtype === node.dtype) yield* valid(kernel, node, source)
    if (node.op !== 'range') for (const value of [0, 1]) yield* valid(kernel, node, constant(value, node.dtype))
  }
}
