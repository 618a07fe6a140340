import { binary, dtypes } from '@petagrad/ir'
import { afterEach, describe, expect, it } from 'vitest'
import { compileProfile, configure, createRuntime } from '../src/index.js'
import { InterpretedDevice, interpretedBackend } from './interpreted-backend.js'

const runtimeOf = () => createRuntime({ backends: [interpretedBackend(new InterpretedDevice())], cacheDirectory: 'off' })
afterEach(() => configure({ debug: undefined, log: undefined }))

describe('what codegen did', () => {
  it('is profiled by pass: how often, how long, how many nodes', async () => {
    const runtime = runtimeOf()
    const x = runtime.createBuffer(dtypes.f32, 10), y = runtime.createBuffer(dtypes.f32, 20)
    const start = performance.now()
    const profile = await compileProfile(() => Promise.all([runtime.realize([binary('add', x, x)]), runtime.realize([binary('add', y, y)])]))
    const elapsed = performance.now() - start
    expect(profile.kernels).toBe(2)
    expect(profile.scheduling.map(p => p.name)).toEqual(['prepare', 'decide', 'lower', 'merge', 'order', 'lay out'])
    expect(profile.passes.map(p => p.name)).toContain('render')
    expect(profile.passes.length).toBeGreaterThan(2)
    for (const pass of profile.passes) {
      expect(pass.runs).toBe(2)
      expect(pass.nodes).toBeGreaterThan(0)
    }
    expect(profile.rules.every((r, i, all) => r.hits > 0 && (i === 0 || all[i - 1].hits >= r.hits))).toBe(true)
    expect(profile.passes.reduce((sum, p) => sum + p.milliseconds, 0)).toBeLessThan(elapsed)
  })

  it('is nothing for kernels that are compiled already', async () => {
    const runtime = runtimeOf()
    const x = runtime.createBuffer(dtypes.f32, 10)
    await runtime.realize([binary('add', x, x)])
    expect(await compileProfile(() => runtime.realize([binary('add', x, x)]))).toMatchObject({ kernels: 0, passes: [], rules: [] })
  })

  it.each([[3, /schedule/], [4, /petagrad-program 1\n%0 = /], [5, /: kernel\npetagrad-ir 1\n/]])('shows at level %i', async (debug, pattern) => {
    const lines: string[] = []
    const shown = async (level: number): Promise<string> => {
      lines.length = 0
      configure({ debug: level, log: text => lines.push(text) })
      const runtime = runtimeOf()
      const x = runtime.createBuffer(dtypes.f32, 10)
      await runtime.realize([binary('mul', x, x)])
      return lines.join('\n')
    }
    expect(await shown(debug)).toMatch(pattern)
    expect(await shown(debug - 1)).not.toMatch(pattern)
  })
})
