import { valuesOf } from '../input-values.js'
import { packagesOf } from '../peers/load-packages.js'
import type { TensorFlow, TfTensor } from '../peers/tensorflow-interface.js'
import { serve } from './serve.js'

interface WasmBackend {
  setThreadsCount(count: number): void
}

interface TensorFlowPackage extends TensorFlow {
  setBackend(name: string): Promise<boolean>
  getBackend(): string
  readonly version: { readonly tfjs: string }
}

const [threads, directory] = [Number(process.argv[2]), process.argv[3]]
const load = await packagesOf(directory)
const tf = (await load('@tensorflow/tfjs') as { default: TensorFlowPackage }).default // a CommonJS package
const wasm = (await load('@tensorflow/tfjs-backend-wasm') as { default: WasmBackend }).default // a CommonJS package
wasm.setThreadsCount(threads)
if (!await tf.setBackend('wasm')) throw new Error('TensorFlow.js could not start its WebAssembly backend')

await serve({
  version: tf.version.tfjs,
  async prepare({ inputs, tensorflow }) {
    if (tensorflow === undefined) throw new Error('there is no such program')
    const tensors = Object.fromEntries(Object.entries(inputs).map(([name, input]) =>
      [name, tf.tensor(valuesOf(input), input.shape, input.dtype === 'f32' ? 'float32' : 'int32')]))
    const program = tensorflow(tf, tensors)
    const { step, result } = typeof program === 'function' ? { step: program, result: (y: TfTensor) => y } : program
    return {
      first: async () => result(step()).dataSync(),
      step: () => {
        tf.tidy(step).dispose()
        return undefined
      },
      async end() {
        for (const tensor of Object.values(tensors)) tensor.dispose()
      },
    }
  },
})
