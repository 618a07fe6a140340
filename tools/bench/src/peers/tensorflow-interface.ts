/** The part of TensorFlow.js that the cases use: the package is not installed with the workspace. */
export interface TfTensor {
  readonly shape: readonly number[]
  dispose(): void
  dataSync(): ArrayLike<number>
}

export interface TfVariable extends TfTensor {
  readonly name: string
}

export interface TfOptimizer {
  minimize(loss: () => TfTensor, returnCost: boolean): TfTensor
}

type Shape = readonly number[]

export interface TensorFlow {
  tensor(values: ArrayLike<number>, shape: Shape, dtype: 'float32' | 'int32'): TfTensor
  variable(value: TfTensor): TfVariable
  tidy<T extends TfTensor>(body: () => T): T
  matMul(a: TfTensor, b: TfTensor, transposeA?: boolean, transposeB?: boolean): TfTensor
  mul(a: TfTensor, b: TfTensor | number): TfTensor
  add(a: TfTensor, b: TfTensor | number): TfTensor
  sub(a: TfTensor, b: TfTensor | number): TfTensor
  relu(x: TfTensor): TfTensor
  rsqrt(x: TfTensor): TfTensor
  square(x: TfTensor): TfTensor
  sum(x: TfTensor, axis?: number): TfTensor
  mean(x: TfTensor, axis?: number, keepDims?: boolean): TfTensor
  softmax(x: TfTensor, axis?: number): TfTensor
  transpose(x: TfTensor, order?: Shape): TfTensor
  reshape(x: TfTensor, shape: Shape): TfTensor
  cumsum(x: TfTensor, axis: number): TfTensor
  topk(x: TfTensor, k: number): { readonly values: TfTensor; readonly indices: TfTensor }
  /** Channels last: [batch, height, width, channels] with [height, width, inputs, outputs]. */
  conv2d(x: TfTensor, filter: TfTensor, stride: number, padding: number | 'same' | 'valid'): TfTensor
  depthwiseConv2d(x: TfTensor, filter: TfTensor, stride: number, padding: number | 'same' | 'valid'): TfTensor
  maxPool(x: TfTensor, size: number, stride: number, padding: 'valid'): TfTensor
  readonly losses: { softmaxCrossEntropy(labels: TfTensor, scores: TfTensor, weights?: undefined, labelSmoothing?: number): TfTensor }
  oneHot(labels: TfTensor, depth: number): TfTensor
  readonly train: { adam(rate: number, beta1?: number, beta2?: number, epsilon?: number): TfOptimizer }
}

/** What is timed, and how its result is laid out as everybody else's. */
export interface TensorFlowRun {
  readonly step: () => TfTensor
  readonly result: (y: TfTensor) => TfTensor
}

/** Gives the step to time; what it leaves behind is freed around it. */
export type TensorFlowProgram = (tf: TensorFlow, inputs: Readonly<Record<string, TfTensor>>) => (() => TfTensor) | TensorFlowRun
