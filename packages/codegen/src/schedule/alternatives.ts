/** Tiles of one family that a ranking holds: neighbours of a tile hardly differ from it, another family does. */
const OF_A_FAMILY = 2

/** A judged choice, by the cost model. */
interface Judged {
  readonly cost: number
}

/** The choice of that rank: `best` is the first, then what is left by cost, a few of each family. Undefined where there is none. */
export function ranked<T extends Judged>(
  best: T | undefined, all: readonly T[], rank: number, familyOf: (choice: T) => string,
): T | undefined {
  if (best === undefined || rank === 0) return best
  const members = new Map([[familyOf(best), 1]])
  let left = rank
  for (const choice of all.filter(c => c !== best && c.cost < Infinity).sort((a, b) => a.cost - b.cost)) {
    const family = familyOf(choice)
    const n = members.get(family) ?? 0
    if (n >= OF_A_FAMILY) continue
    members.set(family, n + 1)
    if (--left === 0) return choice
  }
  return undefined
}
