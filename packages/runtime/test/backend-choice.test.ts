import { binary, dtypes } from '@petagrad/ir'
import { afterEach, describe, expect, it } from 'vitest'
import { configure, createRuntime, type Backend, type BackendSource, type RuntimeOptions } from '../src/index.js'
import { elementwiseSchedule } from './elementwise-schedule.js'
import { interpretedBackend } from './interpreted-backend.js'

const missing = (name: string, reason: string): Backend => ({
  name, probe: async () => ({ available: false, reason }), open: async () => { throw new Error('it was opened') },
})
const runtimeOf = (backends: readonly BackendSource[], options: Partial<RuntimeOptions> = {}) =>
  createRuntime({ backends, cacheDirectory: 'off', schedule: elementwiseSchedule, ...options })
const here = interpretedBackend(undefined, 'here')
const there = interpretedBackend(undefined, 'there')
const gpu = missing('gpu', 'libgpu.so was not found; install the GPU driver')

afterEach(() => {
  configure({ device: undefined })
  delete process.env['PETAGRAD_DEVICE']
})

describe('the device', () => {
  it('is the first that is available, in the order given', async () => {
    expect(await runtimeOf([gpu, here, there]).device()).toMatchObject({ name: 'here', reason: 'first available of gpu, here, there' })
  })

  it('is what the option names, before the environment, before the order', async () => {
    process.env['PETAGRAD_DEVICE'] = 'there'
    expect(await runtimeOf([here, there]).device()).toMatchObject({ name: 'there', reason: 'named by configure() or PETAGRAD_DEVICE' })
    expect(await runtimeOf([here, there], { device: 'here' }).device()).toMatchObject({ name: 'here', reason: 'named by the device option' })
  })

  it('that nobody offers is refused with the names of those that are', async () => {
    await expect(runtimeOf([here, there], { device: 'quantum' }).device()).rejects.toMatchObject({
      code: 'UNKNOWN_DEVICE', message: expect.stringMatching(/"quantum".*Known devices: here, there/),
    })
  })

  it('that cannot run is refused with what its probe said', async () => {
    await expect(runtimeOf([gpu, here], { device: 'gpu' }).device()).rejects.toMatchObject({
      code: 'DEVICE_UNAVAILABLE', message: expect.stringContaining('libgpu.so was not found; install the GPU driver'),
    })
    await expect(runtimeOf([gpu]).device()).rejects.toMatchObject({ code: 'DEVICE_UNAVAILABLE', message: expect.stringContaining('gpu: libgpu.so') })
    await expect(runtimeOf([]).device()).rejects.toMatchObject({ code: 'DEVICE_UNAVAILABLE' })
  })

  it('is loaded only when it is needed, and one that fails to load is not available', async () => {
    const loaded: string[] = []
    const loader = (name: string, backend: () => Backend): BackendSource => ({ name, load: async () => { loaded.push(name); return backend() } })
    const runtime = runtimeOf([loader('broken', () => { throw new Error('no such module') }), loader('here', () => here), loader('unused', () => there)])
    expect(loaded).toEqual([])
    expect(await runtime.device()).toMatchObject({ name: 'here' })
    expect(loaded).not.toContain('unused')
    expect(await runtime.deviceReports()).toMatchObject([
      { name: 'broken', available: false, reason: 'no such module' },
      { name: 'here', available: true, reason: 'first available of broken, here, unused', description: 'an interpreter of kernels' },
      { name: 'unused', available: true },
    ])
  })

  it('of a graph is the one its buffers are on', async () => {
    const runtime = runtimeOf([here, there])
    const on = (device?: string) => runtime.createBuffer(dtypes.f32, 1, { device })
    const [result] = await runtime.realize([binary('add', on('there'), on('there'))])
    expect(result.arg.device).toBe('there')
    await runtime.realize([binary('add', on(), on('here'))]) // the default device under both of its names
    await expect(runtime.realize([binary('add', on('here'), on('there'))])).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT', message: expect.stringContaining('here and there'),
    })
    await expect(runtime.realize([binary('add', on('quantum'), on('quantum'))])).rejects.toMatchObject({ code: 'UNKNOWN_DEVICE' })
  })
})
