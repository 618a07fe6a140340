/** An attribute of a node that is a whole number (INT) or a list of them (INTS). */
export type Attribute = number | readonly number[]

export interface OnnxNode {
  readonly op: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes?: Readonly<Record<string, Attribute>>
  /** Attributes of type FLOAT. */
  readonly floats?: Readonly<Record<string, number>>
}

export interface OnnxConstant {
  readonly dtype: 'f32' | 'i64'
  readonly shape: readonly number[]
  readonly values: readonly number[]
}

/** A graph over the inputs of a case. Inputs that are constant become initializers, the others are fed. */
export interface OnnxProgram {
  readonly nodes: readonly OnnxNode[]
  /** Default 17, which brought LayerNormalization. */
  readonly operatorSet?: number
  readonly constants?: Readonly<Record<string, OnnxConstant>>
  readonly result: { readonly name: string; readonly dtype: 'f32' | 'i32'; readonly shape: readonly number[] }
}

/** The graph of one node `y = op(inputs)`. */
export function oneNode(op: string, inputs: readonly string[], shape: readonly number[], attributes: OnnxNode['attributes'] = {}): OnnxProgram {
  return { nodes: [{ op, inputs, outputs: ['y'], attributes }], result: { name: 'y', dtype: 'f32', shape } }
}
