import { PetagradError, shapeOf, toposort, type UOp } from '@petagrad/ir/graph'
import { add, reshape, splat } from './build.js'
import { differentiate } from './gradients.js'
import { leafOf } from './leaves.js'
import { unfold } from './origins.js'
import { recordLoss } from './realize.js'
import { bufferUnder, wholeStorage } from './storage.js'
import { activeTrace } from './trace.js'
import type { Tensor } from './tensor.js'

/** The leaves under `root`: nodes that are all of a tensor's storage, before or after an assignment. */
function leavesUnder(root: UOp): ReadonlyMap<UOp, Tensor> {
  const found = new Map<UOp, Tensor>()
  for (const u of toposort(root, n => n.op !== 'assign' && n.op !== 'detach')) {
    if (u.op !== 'buffer' && u.op !== 'assign') continue
    const buffer = bufferUnder(u)
    const tensor = leafOf(buffer)
    if (tensor !== undefined && wholeStorage(u) === u) found.set(u, tensor)
  }
  return found
}

/** Adds the gradients of a scalar to the `grad` of every tensor under it that asks for one. */
export function backward(loss: Tensor): void {
  requireScalar('backward', loss)
  const { root, fold } = unfold(loss.uop)
  const targets = leavesUnder(root)
  if (targets.size === 0) {
    throw new PetagradError('NOT_DIFFERENTIABLE', 'no tensor that requires a gradient has a part in this value', {
      op: 'backward', hint: 'Mark parameters with requiresGrad, and check for detach() and integer casts in between.',
    })
  }
  const gradients = differentiate(root, splat(1, loss.dtype, shapeOf(root)), new Set(targets.keys()))
  recordLoss(loss)
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
    const gradient = loss.with(fold(reshape(sum, tensor.shape)))
    tensor.grad = tensor.grad === undefined ? gradient : tensor.grad.add(gradient)
  }
}

export function requireScalar(op: string, value: Tensor): void {
  if (value.size !== 1) throw new PetagradError('INVALID_ARGUMENT', 'only a scalar has a gradient', { op, shapes: [value.shape], hint: 'Reduce it with .sum() or .mean().' })
  if (value.dtype.kind !== 'float') throw new PetagradError('NOT_DIFFERENTIABLE', 'only floating-point values have gradients', { op, dtypes: [value.dtype.name] })
}
