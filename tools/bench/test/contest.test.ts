import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import type { Case } from '../src/case.js'
import { Contest, type Entrant } from '../src/contest.js'
import { WorkerProcess } from '../src/worker-process.js'

const file = fileURLToPath(new URL('./fake-worker.mjs', import.meta.url))
const entrant = (name: string, ...args: readonly string[]): Entrant =>
  ({ name, command: { file: process.execPath, args: [file, ...args], environment: {} } })
const benchmark: Case = {
  name: 'nothing',
  inputs: {},
  work: { flops: 1, reads: 1, writes: 1 },
  ours: () => () => [],
}

describe('a contest', () => {
  let contest: Contest | undefined
  const run = (...entrants: readonly Entrant[]): ReturnType<Contest['run']> => {
    contest = new Contest({ rounds: 3, roundMs: 20 })
    return contest.run(benchmark, entrants)
  }
  afterEach(async () => contest?.close())

  it('sums up the samples of every round of every entrant', async () => {
    const outcomes = await run(entrant('a', 'steady'), entrant('b', 'slow'))
    // 5 ms fill a sample: three iterations of 2 ms, so three samples a round; two of 4 ms, so three of them.
    expect(outcomes.get('a')).toMatchObject({ median: 2, min: 2, spread: 0, n: 9 })
    expect(outcomes.get('b')).toMatchObject({ median: 4, n: 9 })
  })

  it('names who computes something else', async () => {
    const outcomes = await run(entrant('a', 'steady', '1'), entrant('b', 'steady', '1.0005'), entrant('c', 'steady', '1.1'))
    expect(outcomes.get('b')).toMatchObject({ median: 2 })
    expect(outcomes.get('c')).toEqual({ failed: "its result differs from a's: 1.1 where 1 was expected" })
  })

  it('goes on without a contender that cannot start, and says what it said', async () => {
    const outcomes = await run(entrant('a', 'steady'), entrant('b', 'dies'))
    expect(outcomes.get('a')).toMatchObject({ median: 2 })
    expect(outcomes.get('b')).toEqual({ failed: 'Error: the library is not installed' })
  })

  it('says why a file cannot be run', async () => {
    const outcomes = await run({ name: 'a', command: { file: '/nowhere/python3', args: [], environment: {} } })
    expect(outcomes.get('a')).toEqual({ failed: expect.stringContaining('ENOENT') })
  })

  it('reports an error that a worker answers', async () => {
    expect((await run(entrant('a', 'fails'))).get('a')).toEqual({ failed: 'cannot run 2' })
  })

  it('skips lines that are no answers', async () => {
    expect((await run(entrant('a', 'chatty'))).get('a')).toMatchObject({ median: 2 })
  })

  it('gives up on a worker that does not answer', async () => {
    const worker = new WorkerProcess('a', entrant('a', 'silent').command)
    await expect(worker.ask({ op: 'run', samples: 1, iterations: 1 }, 100)).rejects.toThrow('no answer to run in 0.1 s')
    expect(worker.alive).toBe(false)
  })
})
