import type { DeviceArtifact } from '@petagrad/device'
import { PetagradError } from '@petagrad/ir'
import { describe, expect, it } from 'vitest'
import { CompileBatches } from '../src/compile-batches.js'
import { InterpretedDevice } from './interpreted-backend.js'

const source = (text: string): DeviceArtifact => ({ kind: 'source', language: 'x', entry: text, text })
const later = (turns: number): Promise<void> => (turns === 0 ? Promise.resolve() : new Promise<void>(r => setImmediate(r)).then(() => later(turns - 1)))

/** A compiler of whole batches that refuses the text 'wrong'. */
function batchingDevice() {
  const device = new InterpretedDevice()
  const batches: string[][] = []
  const compile = async (artifact: DeviceArtifact): Promise<Uint8Array> => {
    if (artifact.entry === 'wrong') throw new PetagradError('COMPILE_FAILED', 'this one is wrong')
    return new TextEncoder().encode(artifact.entry)
  }
  const batching = Object.assign(device, {
    compile,
    compileMany: async (artifacts: readonly DeviceArtifact[]) => {
      batches.push(artifacts.map(a => a.entry))
      await later(2)
      return Promise.all(artifacts.map(compile))
    },
  })
  return { device: batching, batches }
}

describe('compilation in batches', () => {
  it('goes when a batch is full or when nobody is on the way', async () => {
    const { device, batches } = batchingDevice()
    const queue = new CompileBatches(device, () => undefined)
    const results = await Promise.all(Array.from({ length: 19 }, (_, i) => queue.expecting(async () => {
      await later(i % 4)
      return i === 7 ? undefined : queue.compile(`k${i}`, source(`k${i}`)) // one finds its binary in a cache
    })))
    expect(batches.map(b => b.length)).toEqual([8, 8, 2])
    results.forEach((binary, i) => expect(binary && new TextDecoder().decode(binary)).toBe(i === 7 ? undefined : `k${i}`))
  })

  it('does not wait for those who fail before they ask', async () => {
    const { device } = batchingDevice()
    const queue = new CompileBatches(device, () => undefined)
    const failing = queue.expecting(async () => { await later(3); throw new Error('codegen failed') })
    const good = queue.expecting(() => queue.compile('a', source('a')))
    await expect(failing).rejects.toThrow('codegen failed')
    expect(await good).toHaveLength(1)
  })

  it('does not wait for those who wait for the same answer', async () => {
    const { device } = batchingDevice()
    const queue = new CompileBatches(device, () => undefined)
    let answer: Promise<Uint8Array> | undefined
    const ask = () => queue.expecting(() => (answer === undefined ? (answer = queue.compile('a', source('a'))) : queue.waitFor(answer)))
    expect(await Promise.all([ask(), ask(), ask()])).toHaveLength(3)
  })

  it('fails only what is wrong', async () => {
    const { device } = batchingDevice()
    const queue = new CompileBatches(device, () => undefined)
    const results = await Promise.allSettled(['a', 'wrong', 'b'].map(name => queue.expecting(() => queue.compile(name, source(name)))))
    expect(results.map(r => r.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })
})
