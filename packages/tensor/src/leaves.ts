import type { UOp } from '@petagrad/ir/graph'
import { bufferUnder } from './storage.js'
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

export const leafOf = (buffer: UOp | undefined): Tensor | undefined => buffer && leaves.get(buffer)?.deref()
export const isLeaf = (buffer: UOp | undefined): boolean => buffer !== undefined && leaves.has(buffer)
