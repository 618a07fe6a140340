import { valuesOf } from '../input-values.js'
import { packagesOf } from '../peers/load-packages.js'
import type { Jax, JaxArray } from '../peers/jax-interface.js'
import { serve } from './serve.js'

interface JaxPackage extends Jax {
  init(device: string): Promise<readonly string[]>
  defaultDevice(device: string): string
  blockUntilReady(array: JaxArray): Promise<JaxArray>
}

const load = await packagesOf(process.argv[2])
const jax = await load('@jax-js/jax') as JaxPackage // the package's own types are not installed with the workspace
await jax.init('wasm')
jax.defaultDevice('wasm')

await serve({
  version: '@jax-js/jax',
  async prepare({ inputs, jax: program }) {
    if (program === undefined) throw new Error('there is no such program')
    const arrays = Object.fromEntries(Object.entries(inputs).map(([name, input]) =>
      [name, jax.numpy.array(valuesOf(input), { shape: input.shape })]))
    const step = program(jax, arrays)
    return {
      first: () => step().data(),
      step: async () => (await jax.blockUntilReady(step())).dispose(),
      async end() {
        for (const array of Object.values(arrays)) array.dispose()
      },
    }
  },
})
