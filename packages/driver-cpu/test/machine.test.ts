import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCpuDevice, probeCpu } from '../src/index.js'
import { factsOf } from '../src/machine.js'

const words = (l3: number, memory: number): number[] => [49152, 1 << 20, 1e11, 2e11, 4e11, 8e11, 2e11, 4e11, l3 / 2, l3, memory / 2, memory]

describe('what was measured', () => {
  it('says how fast each level is, for one core and for all', () => {
    expect(factsOf(words(2e11, 1e11), 2)).toEqual({
      l1: 49152, l2: 1 << 20,
      rates: {
        multiplyAccumulates: { one: 1e11, all: 2e11 }, l1: { one: 4e11, all: 8e11 }, l2: { one: 2e11, all: 4e11 },
        l3: { one: 1e11, all: 2e11 }, memory: { one: 5e10, all: 1e11 }, coresPerL3: 1,
      },
    })
  })

  it('tells a cache that cores share from one for each: it does not hold three quarters of itself for all of them', () => {
    expect(factsOf(words(1.1e11, 1e11), 4).rates?.coresPerL3).toBe(4)
    expect(factsOf(words(3e11, 1e11), 4).rates?.coresPerL3).toBe(1)
    expect(factsOf(words(3e11, 1e11), 1).rates?.coresPerL3).toBe(1)
  })

  it('is left out where it came to nothing', () => {
    expect(factsOf([0, 0, ...words(2e11, 1e11).slice(2, -2), 0, 0], 2)).toEqual({})
  })
})

const { available, reason } = await probeCpu()

describe.skipIf(!available)(`the machine of a cpu device${available ? '' : ` (${reason})`}`, () => {
  let directory = ''
  const before = process.env.PETAGRAD_CACHE
  beforeAll(async () => {
    directory = await fs.mkdtemp(path.join(tmpdir(), 'petagrad-machine-'))
    process.env.PETAGRAD_CACHE = directory
  })
  afterAll(async () => {
    if (before === undefined) delete process.env.PETAGRAD_CACHE
    else process.env.PETAGRAD_CACHE = before
    await fs.rm(directory, { recursive: true, force: true })
  })
  const machine = async () => {
    const device = await createCpuDevice({ threads: 1 })
    await device.close()
    return device.target.machine
  }
  const records = async (): Promise<string[]> =>
    (await fs.readdir(path.join(directory, 'cpu'))).filter(f => f.startsWith('machine-')).map(f => path.join(directory, 'cpu', f))

  it('is measured once, and read from then on', async () => {
    const first = await machine()
    expect(first.rates?.multiplyAccumulates.one).toBeGreaterThan(1e8)
    expect(first.rates?.memory.one).toBeGreaterThan(1e8)
    const [record] = await records()
    const changed = { ...first, rates: { ...first.rates, memory: { one: 123, all: 456 } } }
    await fs.writeFile(record, JSON.stringify(changed))
    const later = await machine()
    expect(later.rates?.memory).toEqual({ one: 123, all: 456 })
    expect(Object.keys(later).sort()).toEqual(Object.keys(first).sort()) // one with undefined in it would hide a renderer's own
    expect(await records()).toHaveLength(1)
  })

  it.each(['', '{"l1": 1', '{"l1": "large"}', '{"rates": {"l1": {"one": 1, "all": 1}}}', '{"rates": 7}'])('is measured again where the record is damaged: %j', async content => {
    const [record] = await records()
    await fs.writeFile(record, content)
    expect((await machine()).rates?.memory.one).toBeGreaterThan(1e6)
    expect(await fs.readFile(record, 'utf8')).not.toBe(content)
  })
})
