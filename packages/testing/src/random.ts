/** A seeded source of randomness: the same seed gives the same choices everywhere. */
export class Random {
  private state: number

  constructor(readonly seed: number) {
    this.state = seed | 0
  }

  /** In [0, 1). mulberry32 (T. Ettinger, public domain) passes what a test generator needs. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }

  /** An integer in [0, n). */
  below(n: number): number {
    return Math.floor(this.next() * n)
  }

  /** An integer in [low, high]. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1)
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]
  }

  shuffled<T>(items: readonly T[]): T[] {
    const list = [...items]
    for (let i = list.length - 1; i > 0; i--) {
      const j = this.below(i + 1)
      ;[list[i], list[j]] = [list[j], list[i]]
    }
    return list
  }
}

/** The seed of a random test: `PETAGRAD_SEED` in the environment, where there is one, else the given one. */
export function seedFrom(environment: Readonly<Record<string, string | undefined>>, otherwise: number): number {
  const given = Number(environment.PETAGRAD_SEED)
  return Number.isInteger(given) ? given : otherwise
}
