import { describe, expect, it } from 'vitest'
import { decide, qualify, type TimeLaps } from '../../src/tune/contest.js'
import { randomNumbers } from '../../src/tune/statistics.js'

/** A machine that takes `times[kernel][version]`, give or take, and is slowed down for a while now and then. */
function machine(times: readonly (readonly number[])[], noise: number, seed: number) {
  const random = randomNumbers(seed)
  const ran = times.map(t => t.map(() => 0))
  let [busy, left] = [1, 0]
  const time: TimeLaps = async laps => laps.map(lap => {
    if (left-- <= 0) {
      busy = random() < 0.2 ? 1 + 2 * random() : 1
      left = Math.floor(random() * 40)
    }
    return lap.map((version, kernel) => {
      ran[kernel][version]++
      const spike = random() < 0.03 ? 5 : 1
      return times[kernel][version] * busy * spike * (1 + noise * (random() + random() - random() - random()) / 2)
    })
  })
  return { time, ran }
}

/** As a tuner does: the best of the versions against the first. */
async function winnerOf(times: readonly number[], noise: number, seed: number): Promise<number> {
  const { time } = machine([times], noise, seed)
  const random = randomNumbers(seed + 1e6)
  const [challenger] = await qualify([times.length], time, random)
  const [decision] = await decide([challenger?.version], time, random)
  return decision.faster ? challenger?.version ?? 0 : 0
}

describe('a contest of schedules', () => {
  it.each([0.02, 0.1, 0.3])('never prefers one of many that are as fast as the default, with noise of %d', async noise => {
    for (let seed = 0; seed < 300; seed++) expect(await winnerOf(Array(17).fill(1000), noise, seed), `seed ${seed}`).toBe(0)
  })

  it('leaves the default where what is won is within its margin', async () => {
    for (let seed = 0; seed < 50; seed++) expect(await winnerOf([1000, 990, 985], 0.02, seed), `seed ${seed}`).toBe(0)
  })

  it('finds what is faster, however disturbed the machine is', async () => {
    const times = [1000, 1400, 990, 3000, 850, 1000, 1010, 5000]
    let found = 0
    for (let seed = 0; seed < 100; seed++) found += (await winnerOf(times, 0.1, seed)) === 4 ? 1 : 0
    expect(found).toBeGreaterThan(90)
  })

  it('drops what is hopeless after one round, and half of the rest every few rounds', async () => {
    const { time, ran } = machine([[100, 900, 800, 110, 109, 108, 107, 105, 104]], 0, 1)
    const [challenger] = await qualify([9], time, randomNumbers(1))
    expect(challenger?.version).toBe(8)
    const [usual, ...others] = ran[0]
    expect(others.slice(0, 2)).toEqual([1, 1])
    expect(Math.max(...others)).toBe(others[7])
    expect(usual).toBe(others[7])
    expect(others.reduce((a, b) => a + b)).toBeLessThan(5 * others.length)
  })

  it('decides about several kernels at once, each by itself', async () => {
    const { time } = machine([[1000, 500], [1000, 1000], [1000]], 0.05, 3)
    const decisions = await decide([1, 1, undefined], time, randomNumbers(4))
    expect(decisions.map(d => d.faster)).toEqual([true, false, false])
    expect(decisions[0].after / decisions[0].before).toBeLessThan(0.6)
  })

  it('compares a version with the default of its own round', async () => {
    // Every round is slower than the one before: who comes late is not to suffer from it.
    let round = 0
    const time: TimeLaps = async laps => {
      round++
      return laps.map(([version]) => [[1000, 1000, 700][version] * round])
    }
    const [challenger] = await qualify([3], time, randomNumbers(1))
    expect(challenger).toEqual({ version: 2, ratio: 0.7 })
  })
})
