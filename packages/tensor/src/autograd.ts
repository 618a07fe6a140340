import { PetagradError, shapeOf, toposort, type UOp } from '@petagrad/ir'
import { add, reshape, splat } from './build.js'
import { differentiate } from './gradients.js'
import { bufferUnder, wholeStorage } from './storage.js'
import { activeTrace } from './trace.js'
import type { Tensor } from './tensor.js'

/** Tensors that ask for gradients, by the buffer that holds them. */
const leaves = new WeakMap<UOp, WeakRef<Tensor>>()

/** Lets `backward` find the tensor from its storage. */
export function registerLeaf(tensor: Tensor): void {
  const buffer = bufferUnder(tensor.uop)
  if (buffer !== undefined) leaves.set(buffer, new WeakRef(tensor))
}

export function unregisterLeaf(tensor: Tensor): void {
  const buffer = bufferUnder(tensor.uop)
  if (buffer !== undefined) leaves.delete(buffer)
}

/** The leaves under `root`: nodes that are all of a tensor's storage, before or after an assignment. */
function leavesUnder(root: UOp): ReadonlyMap<UOp, Tensor> {
  const found = new Map<UOp, Tensor>()
  for (const u of toposort(root, n => n.op !== 'assign' && n.op !== 'detach')) {
    if (u.op !== 'buffer' && u.op !== 'assign') continue
    const buffer = bufferUnder(u)
    const tensor = buffer && leaves.get(buffer)?.deref()
    if (tensor !== undefined && wholeStorage(u) === u) found.set(u, tensor)
  }
  return found
}

/** Adds the gradients of a scalar to the `grad` of every tensor under it that asks for one. */
export function backward(loss: Tensor): void {
  requireScalar('backward', loss)
  const targets = leavesUnder(loss.uop)
  if (targets.size === 0) {
    throw new PetagradError('NOT_DIFFERENTIABLE', 'no tensor that requires a gradient has a part in this value', {
      op: 'backward', hint: 'Mark parameters with requiresGrad, and check for detach() and integer casts in between.',
    })
  }
  const gradients = differentiate(loss.uop, splat(1, loss.dtype, shapeOf(loss.uop)), new Set(targets.keys()))
  const trace = activeTrace()
  const sums = new Map<Tensor, UOp>()
  for (const [node, tensor] of targets) {
    const gradient = gradients.get(node)
    if (gradient === undefined) continue
    const known = sums.get(tensor)
    sums.set(tensor, known === undefined ? gradient : add(known, gradient))
  }
  for (const [tensor, sum] of sums) {
    if (trace !== undefined && tensor.grad !== undefined && !trace.graded.has(tensor)) {
      throw new PetagradError('CAPTURE_INVALID', 'a gradient from before the step would be added to in every replay', { op: 'backward', hint: 'Call zeroGrad() in the step before backward().' })
    }
    trace?.graded.add(tensor)
    const gradient = loss.with(reshape(sum, tensor.shape))
    tensor.grad = tensor.grad === undefined ? gradient : tensor.grad.add(gradient)
  }
}

export function requireScalar(op: string, value: Tensor): void {
  if (value.size !== 1) throw new PetagradError('INVALID_ARGUMENT', 'only a scalar has a gradient', { op, shapes: [value.shape], hint: 'Reduce it with .sum() or .mean().' })
  if (value.dtype.kind !== 'float') throw new PetagradError('NOT_DIFFERENTIABLE', 'only floating-point values have gradients', { op, dtypes: [value.dtype.name] })
}
