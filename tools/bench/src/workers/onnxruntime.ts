import { valuesOf, type Input, type InputArray } from '../input-values.js'
import { packagesOf } from '../peers/load-packages.js'
import { encodeModel, type Protobuf } from '../peers/onnx-model.js'
import { serve } from './serve.js'

interface OrtTensor {
  readonly data: ArrayLike<number | bigint>
}

interface OrtSession {
  run(feeds: Record<string, OrtTensor>, fetches?: Record<string, OrtTensor>): Promise<Record<string, OrtTensor>>
  release(): Promise<void>
}

/** What is used of onnxruntime-common, which both packages hand out. */
interface Ort {
  readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<OrtSession> }
  readonly Tensor: new (type: string, data: InputArray, shape: readonly number[]) => OrtTensor
  readonly env: { readonly versions: { readonly common: string }; readonly wasm: { numThreads: number; simd: boolean }; logLevel: string }
}

const [name, threads, directory] = [process.argv[2], Number(process.argv[3]), process.argv[4]]
const load = await packagesOf(directory)
const ort = await defaultExport<Ort>(name)
const protobuf = await defaultExport<Protobuf>('protobufjs')
const web = name === 'onnxruntime-web'
if (web) ort.env.wasm.numThreads = threads
ort.env.logLevel = 'error'

const types = { f32: 'float32', i32: 'int32', i8: 'int8', u8: 'uint8' } as const
const tensorOf = (input: Input): OrtTensor => new ort.Tensor(types[input.dtype], valuesOf(input), input.shape)

await serve({
  version: ort.env.versions.common,
  async prepare({ inputs, onnx }) {
    if (onnx === undefined) throw new Error('onnxruntime has no such operation')
    const session = await ort.InferenceSession.create(encodeModel(protobuf, onnx, inputs), {
      executionProviders: [web ? 'wasm' : 'cpu'],
      graphOptimizationLevel: 'all',
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
    })
    const feeds = Object.fromEntries(Object.entries(inputs).filter(([, i]) => !i.constant).map(([key, input]) => [key, tensorOf(input)]))
    // Results go to memory that is there already, where the package can: onnxruntime-web copies its results out anyway.
    const { result } = onnx
    const fetches = web ? undefined : { [result.name]: tensorOf({ ...result, seed: 0, scale: 0, low: 0, count: 1, constant: false }) }
    return {
      first: async () => (await session.run(feeds, fetches))[result.name].data,
      step: () => session.run(feeds, fetches),
      end: () => session.release(),
    }
  },
})

/** A CommonJS package's exports are the default export of its import. */
async function defaultExport<T>(packageName: string): Promise<T> {
  const module = await load(packageName) as { readonly default?: T } & T // the caller names the package's interface
  return module.default ?? module
}
