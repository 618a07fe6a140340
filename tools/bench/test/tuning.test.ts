import { expect, it } from 'vitest'
import { buildCommand, type Options } from '../src/options.js'
import { tunedPetagrad, petagrad } from '../src/peers/peers.js'
import type { Row } from '../src/row.js'
import { tableOf } from '../src/table.js'

const row = (name: string, ratio: number): Row => ({
  suite: 'cpu', case: name, device: 'cpu', threads: 2, unit: 'ms', status: 'measured', median: 2, min: 1, spread: 0, n: 5, tuned_median: 2 / ratio,
  default_over_tuned: ratio,
  tuning: [
    { name: 'k', candidates: 9, defaultNanoseconds: 2e6, nanoseconds: 1e6, schedule: ratio === 1 ? undefined : '0: task 0' },
    { name: 'l', candidates: 9, defaultNanoseconds: 1, nanoseconds: 1, schedule: undefined },
  ],
})

it('the table says what tuning made of each case, and what the default reaches of it', () => {
  const table = tableOf([row('a', 1.21), row('b', 1)])
  expect(table).toMatch(/tuned +÷ tuned +kernels/)
  expect(table).toMatch(/a .*1\.65 ms +1\.21 +1\/2/)
  expect(table).toMatch(/b .*2\.00 ms +1\.00 +0\/2/)
  expect(table).toContain('default over tuned: geometric mean 1.100 (2 cases): the default reaches 0.909 of what tuning does')
})

it('--tune takes a file, or none', async () => {
  const seen: Options[] = []
  const parse = async (...args: string[]) => buildCommand(async options => void seen.push(options)).parseAsync(args, { from: 'user' })
  await parse()
  await parse('--tune')
  await parse('--tune', 'found.json')
  expect(seen.map(o => o.tune)).toEqual([false, true, 'found.json'])
})

it('only the worker that tunes is given the file; the other one has default schedules', () => {
  expect(tunedPetagrad('cpu', 2, 'found.json').command).toMatchObject({ args: [expect.anything(), 'cpu', '2', 'tune'], environment: { PETAGRAD_SCHEDULES: 'found.json' } })
  expect(petagrad('cpu', 2).command.environment).toMatchObject({ PETAGRAD_SCHEDULES: process.env.PETAGRAD_SCHEDULES ?? 'off' })
})
