import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { cases } from '../src/families/index.js'
import { f32, integers, valuesOf } from '../src/input-values.js'
import { peers } from '../src/peers/peers.js'
import { missingMethods } from '../src/tensors.js'

const worker = fileURLToPath(new URL('../python/worker.py', import.meta.url))
const hasNumpy = spawnSync('/usr/bin/python3', ['-c', 'import numpy']).status === 0

describe('cases', () => {
  it('have names of their own', () => {
    expect(new Set(cases.map(c => c.name)).size).toBe(cases.length)
  })

  it('give every input values of its own', () => {
    for (const { name, inputs } of cases) {
      const seeds = Object.values(inputs).map(i => i.seed)
      expect(new Set(seeds).size, name).toBe(seeds.length)
    }
  })

  it('have a peer on each device, those apart that no library there can compute', () => {
    for (const device of ['cpu', 'wasm']) {
      const offered = peers.filter(p => p.devices.includes(device))
      const alone = cases.filter(c => offered.every(p => c[p.language] === undefined)).map(c => c.name)
      expect(alone, device).toEqual(device === 'wasm' ? ['convnet-adam-64'] : [])
    }
  })

  it('name methods of Tensor that exist, or are missing by name', () => {
    for (const c of cases) for (const method of missingMethods(c)) expect(['cumsum', 'sort', 'topk']).toContain(method)
  })
})

describe.skipIf(!hasNumpy)(`inputs in Python${hasNumpy ? '' : ' (no NumPy in /usr/bin/python3)'}`, () => {
  it.each([f32([64], 7, { scale: 4 }), integers('i8', [64], 9, -128, 256), integers('u8', [64], 2, 0, 10)])('are the same numbers: %j', input => {
    const request = JSON.stringify({ op: 'prepare', case: 'x', inputs: { x: input }, program: { step: 'x.astype(np.float64)' } })
    const answer = execFileSync('/usr/bin/python3', [worker, 'numpy', '1'], { input: request + '\n', encoding: 'utf8' })
    expect(JSON.parse(answer).sample).toEqual([...valuesOf(input)])
  })
})
