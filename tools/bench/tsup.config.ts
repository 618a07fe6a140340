import { library } from '../../tsup.base.ts'

// Workers are entries of their own: each runs in a process of its own.
export default library({
  entry: {
    bench: 'src/bench.ts',
    petagrad: 'src/workers/petagrad.ts',
    onnxruntime: 'src/workers/onnxruntime.ts',
    tensorflow: 'src/workers/tensorflow.ts',
    jax: 'src/workers/jax.ts',
    'compile-model': 'src/workers/compile-model.ts',
    'first-result': 'src/workers/first-result.ts',
    'roof-thread': 'src/roof/wasm-thread.ts',
  },
  platform: 'node',
})
