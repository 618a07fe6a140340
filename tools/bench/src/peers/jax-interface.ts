/**
 * The part of jax-js that the cases use: the package is not installed with the workspace. An operation uses its operands
 * up; `ref` keeps one.
 */
export interface JaxArray {
  readonly ref: JaxArray
  add(other: JaxArray | number): JaxArray
  sub(other: JaxArray | number): JaxArray
  mul(other: JaxArray | number): JaxArray
  div(other: JaxArray | number): JaxArray
  sum(axis?: number | null): JaxArray
  mean(axis?: number | null, options?: { readonly keepdims?: boolean }): JaxArray
  transpose(order?: readonly number[]): JaxArray
  reshape(shape: readonly number[]): JaxArray
  dispose(): void
  data(): Promise<ArrayLike<number>>
}

export type JaxArrays = Readonly<Record<string, JaxArray>>

export interface Jax {
  readonly numpy: {
    array(values: number | ArrayLike<number>, options?: { readonly shape: readonly number[] }): JaxArray
    zerosLike(x: JaxArray): JaxArray
    matmul(a: JaxArray, b: JaxArray): JaxArray
    sqrt(x: JaxArray): JaxArray
    square(x: JaxArray): JaxArray
    cumsum(x: JaxArray, axis: number): JaxArray
    sort(x: JaxArray, axis?: number): JaxArray
    matrixTranspose(x: JaxArray): JaxArray
  }
  readonly nn: {
    relu(x: JaxArray): JaxArray
    softmax(x: JaxArray, axis?: number): JaxArray
    logSoftmax(x: JaxArray, axis: number): JaxArray
    oneHot(x: JaxArray, classes: number): JaxArray
  }
  readonly lax: {
    convGeneralDilated(
      x: JaxArray, filter: JaxArray, strides: readonly number[], padding: readonly (readonly [number, number])[],
      options?: { readonly featureGroupCount?: number },
    ): JaxArray
    topK(x: JaxArray, k: number, axis?: number): [JaxArray, JaxArray]
  }
  jit<A, R>(body: (argument: A) => R): (argument: A) => R
  valueAndGrad(body: (parameters: JaxArrays) => JaxArray): (parameters: JaxArrays) => [JaxArray, JaxArrays]
}

/** Gives the step to time. It owns `inputs` and must not use them up. */
export type JaxProgram = (jax: Jax, inputs: JaxArrays) => () => JaxArray
