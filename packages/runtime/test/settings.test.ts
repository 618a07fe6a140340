import { afterEach, describe, expect, it } from 'vitest'
import { configure, settings } from '../src/settings.js'

const names = ['PETAGRAD_DEBUG', 'PETAGRAD_PROFILE', 'PETAGRAD_CACHE', 'PETAGRAD_DEVICE', 'PETAGRAD_THREADS', 'PETAGRAD_SCHEDULES', 'PETAGRAD_TUNE', 'XDG_CACHE_HOME']
const before = new Map(names.map(n => [n, process.env[n]]))

afterEach(() => {
  configure({ debug: undefined, profile: undefined, cacheDirectory: undefined, device: undefined, threads: undefined, log: undefined })
  for (const [name, value] of before) {
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
})

describe('settings', () => {
  it('come from the environment at the time of asking', () => {
    process.env['PETAGRAD_DEBUG'] = '3'
    process.env['PETAGRAD_DEVICE'] = 'wasm'
    process.env['PETAGRAD_THREADS'] = '5'
    process.env['PETAGRAD_SCHEDULES'] = 'tuned.json'
    process.env['PETAGRAD_TUNE'] = '1'
    expect(settings()).toMatchObject({ debug: 3, device: 'wasm', threads: 5, schedules: 'tuned.json', tune: true })
    process.env['PETAGRAD_DEBUG'] = ''
    expect(settings().debug).toBe(0)
  })

  it('yield to configure, until it gives them back', () => {
    process.env['PETAGRAD_DEBUG'] = '3'
    configure({ debug: 1, device: 'cpu' })
    expect(settings()).toMatchObject({ debug: 1, device: 'cpu' })
    configure({ debug: undefined })
    expect(settings()).toMatchObject({ debug: 3, device: 'cpu' })
  })

  it('keep compiled kernels where the XDG specification says, or where told, or nowhere', () => {
    delete process.env['PETAGRAD_CACHE']
    process.env['XDG_CACHE_HOME'] = '/somewhere'
    expect(settings().cacheDirectory).toBe('/somewhere/petagrad')
    process.env['PETAGRAD_CACHE'] = '/elsewhere'
    expect(settings().cacheDirectory).toBe('/elsewhere')
    process.env['PETAGRAD_CACHE'] = 'off'
    expect(settings().cacheDirectory).toBeUndefined()
    configure({ cacheDirectory: 'off' })
    process.env['PETAGRAD_CACHE'] = '/elsewhere'
    expect(settings().cacheDirectory).toBeUndefined()
  })

  it.each([
    ['PETAGRAD_DEBUG', 'loud'], ['PETAGRAD_DEBUG', '8'], ['PETAGRAD_DEBUG', '-1'], ['PETAGRAD_DEBUG', '1.5'],
    ['PETAGRAD_THREADS', '0'], ['PETAGRAD_THREADS', 'all'], ['PETAGRAD_THREADS', '1e9'], ['PETAGRAD_TUNE', 'yes'],
  ])('refuse %s=%s by name', (name, value) => {
    process.env[name] = value
    expect(() => settings()).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(name) }))
  })
})
