/** Cases run in groups at the same time, so that a device can compile a group's kernels together. */
const GROUP = 100

/** The outcome of each run by its number; the first one asked for starts its whole group. */
export function inGroups(runs: readonly (() => Promise<void>)[]): (i: number) => Promise<void> {
  const groups = new Map<number, readonly Promise<(() => never) | undefined>[]>()
  return async i => {
    const first = i - (i % GROUP)
    let group = groups.get(first)
    if (group === undefined) groups.set(first, (group = runs.slice(first, first + GROUP).map(settled)))
    const failed = await group[i - first]
    failed?.()
  }
}

/** Undefined for a success; for a failure, a function that throws it: nobody may be waiting yet. */
async function settled(run: () => Promise<void>): Promise<(() => never) | undefined> {
  try {
    await run()
    return undefined
  } catch (error) {
    return () => {
      throw error
    }
  }
}
