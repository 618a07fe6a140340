import { toposort } from '@petagrad/ir'
import { Tensor, manualSeed } from '@petagrad/tensor'
import { beforeEach, describe, expect, it } from 'vitest'
import { Adam } from '../src/index.js'
import { useInterpreter } from '../../tensor/test/interpreted.js'
import { convnet } from './convnet.js'

describe('the training step of the digit network', () => {
  beforeEach(() => {
    useInterpreter()
    manualSeed(1)
  })

  it('has few nodes and is built fast', () => {
    const build = (): { readonly nodes: number; readonly ms: number } => {
      const model = convnet()
      const optimizer = new Adam(model.parameters())
      const start = performance.now()
      const loss = model.forward(Tensor.from(new Float32Array(64 * 784), { shape: [64, 1, 28, 28] })).crossEntropy(Tensor.from(new Int32Array(64)))
      loss.backward()
      optimizer.step()
      const roots = [loss, ...model.parameters().values(), ...optimizer.buffers().values()].map(t => t.uop)
      return { nodes: toposort(roots).length, ms: performance.now() - start }
    }
    const first = build()
    const second = build()
    console.log(`nodes ${first.nodes}, first ${first.ms.toFixed(1)} ms, second ${second.ms.toFixed(1)} ms`)
    expect(first.nodes).toBeLessThan(2500)
  })
})
