import { median, shuffled } from './statistics.js'

/**
 * Runs laps of a step whose kernels have several versions. In lap l kernel k runs as version `laps[l][k]`, and its time is
 * at the same place of the answer, in any unit. Version 0 is the one to beat.
 */
export type TimeLaps = (laps: readonly (readonly number[])[]) => Promise<readonly (readonly number[])[]>

/** Rounds after which the slower half of a kernel's versions is dropped. */
const ROUNDS = 3
/** A version that takes so many times as long as the one to beat is dropped after one round. */
const HOPELESS = 2
/** Rounds that decide, so many of which must be won, and how much must be won by. */
const DECIDING_ROUNDS = 15
const WINS = 13
const MARGIN = 0.03

/** The best of a kernel's versions besides 0, and its time over that of version 0; undefined where there are no others. */
export interface Challenger {
  readonly version: number
  readonly ratio: number
}

/**
 * Finds each kernel's best version by successive halving. A version is only ever compared with version 0 of the same round:
 * what slows the machine down for a while slows down both.
 */
export async function qualify(versions: readonly number[], time: TimeLaps, random: () => number): Promise<(Challenger | undefined)[]> {
  const ratios = versions.map(n => Array.from({ length: n }, (): number[] => []))
  let alive = versions.map(n => Array.from({ length: Math.max(0, n - 1) }, (_, i) => i + 1))
  const score = (kernel: number, version: number): number => median(ratios[kernel][version])
  const round = async (): Promise<void> => {
    const orders = alive.map(candidates => shuffled([0, ...candidates], random))
    const laps = Array.from({ length: Math.max(...orders.map(o => o.length)) }, (_, lap) => orders.map(o => o[lap] ?? 0))
    const times = await time(laps)
    orders.forEach((order, kernel) => {
      const base = times[order.indexOf(0)][kernel]
      order.forEach((version, lap) => {
        if (version !== 0) ratios[kernel][version].push(times[lap][kernel] / Math.max(base, 1))
      })
    })
  }
  for (let done = 1; alive.some(a => a.length > 1); done++) {
    await round()
    if (done === 1) alive = alive.map((a, kernel) => best(a, v => score(kernel, v), a.filter(v => score(kernel, v) < HOPELESS).length))
    if (done % ROUNDS === 0) alive = alive.map((a, kernel) => best(a, v => score(kernel, v), Math.ceil(a.length / 2)))
  }
  if (alive.some((a, kernel) => a.length === 1 && ratios[kernel][a[0]].length < ROUNDS)) for (let i = 0; i < ROUNDS; i++) await round()
  return alive.map(([version], kernel) => (version === undefined ? undefined : { version, ratio: score(kernel, version) }))
}

/** The `count` items of least score, one at least. */
const best = (items: readonly number[], score: (item: number) => number, count: number): number[] =>
  [...items].sort((a, b) => score(a) - score(b)).slice(0, Math.max(1, count))

/** What the deciding rounds say of a kernel: medians of both times, and whether the challenger is faster beyond doubt. */
export interface Decision {
  readonly faster: boolean
  readonly before: number
  readonly after: number
}

/**
 * Times challengers against version 0 anew: the luck that made one the best of many is no part of it. One that wins nearly
 * all rounds by enough has to do it a second time. `undefined` has no challenger.
 */
export async function decide(challengers: readonly (number | undefined)[], time: TimeLaps, random: () => number): Promise<Decision[]> {
  const first = await duel(challengers, time, random)
  const again = challengers.map((c, kernel) => (first[kernel].faster ? c : undefined))
  if (again.every(c => c === undefined)) return first
  const second = await duel(again, time, random)
  return first.map((decision, kernel) => (decision.faster ? second[kernel] : decision))
}

async function duel(challengers: readonly (number | undefined)[], time: TimeLaps, random: () => number): Promise<Decision[]> {
  const before = challengers.map((): number[] => [])
  const after = challengers.map((): number[] => [])
  for (let round = 0; round < DECIDING_ROUNDS; round++) {
    // Which goes first is left to chance, for each kernel by itself: no challenger always runs beside another's.
    const firstLap = challengers.map(c => (c !== undefined && random() < 0.5 ? c : 0))
    const times = await time([firstLap, challengers.map((c, kernel) => (firstLap[kernel] === 0 ? (c ?? 0) : 0))])
    challengers.forEach((c, kernel) => {
      const challengersLap = c !== undefined && firstLap[kernel] === c ? 0 : 1
      before[kernel].push(times[1 - challengersLap][kernel])
      after[kernel].push(times[challengersLap][kernel])
    })
  }
  return challengers.map((c, kernel) => {
    const ratios = after[kernel].map((t, i) => t / Math.max(before[kernel][i], 1))
    const faster = c !== undefined && median(ratios) <= 1 - MARGIN && ratios.filter(r => r < 1).length >= WINS
    return { faster, before: median(before[kernel]), after: median(after[kernel]) }
  })
}
