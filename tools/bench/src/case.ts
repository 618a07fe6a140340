import type { Tensor } from 'petagrad'
import type { Input } from './input-values.js'
import type { JaxProgram } from './peers/jax-interface.js'
import type { OnnxProgram } from './peers/onnx-program.js'
import type { TensorFlowProgram } from './peers/tensorflow-interface.js'

/** What a case needs at the very least, whoever computes it. */
export interface Work {
  /** Arithmetic operations; a multiply-accumulate counts two. */
  readonly flops: number
  /** Bytes that must be read and written once. */
  readonly reads: number
  readonly writes: number
}

/** A program for python/worker.py: `setup` is run once over the inputs, by name; `step` is the expression that is timed. */
export interface PythonProgram {
  readonly setup?: string
  readonly step: string
  /** PyTorch records gradients. */
  readonly gradients?: boolean
}

export type Tensors = Readonly<Record<string, Tensor>>

/**
 * One thing to compute, in the words of each library. What all of them are given and must agree on is `inputs`; a library
 * that has no word for it is left out.
 */
export interface Case {
  readonly name: string
  readonly inputs: Readonly<Record<string, Input>>
  readonly work: Work
  /** Methods of `Tensor` that it needs. Where one is missing, the case is listed as missing it. */
  readonly needs?: readonly string[]
  /** Which units the arithmetic runs on: the roof differs. Default f32. */
  readonly arithmetic?: 'f32' | 'i8'
  /** Makes the body of the step that is captured; state is made here, outside of it. Results are compared by the first one. */
  ours(inputs: Tensors): () => Tensor | readonly Tensor[]
  readonly torch?: PythonProgram
  readonly numpy?: PythonProgram
  readonly onnx?: OnnxProgram
  readonly tensorflow?: TensorFlowProgram
  readonly jax?: JaxProgram
}

export const bytesOf = (...shapes: readonly (readonly number[])[]): number =>
  shapes.reduce((sum, shape) => sum + 4 * shape.reduce((a, b) => a * b, 1), 0)
