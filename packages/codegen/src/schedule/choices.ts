import type { Capabilities } from '@petagrad/renderer'

/**
 * Where a nest's schedule departs from the default one. Factors say what the heuristics are told instead of the target's
 * own numbers, so that whatever they choose is a schedule like any other: 1, or left out, is the default.
 */
export interface NestChoices {
  /** Which tile of those that the cost model ranks; 0 is the cheapest, the default's. */
  readonly tile?: number
  /** Bytes of a vector. */
  readonly lanes?: number
  /** Cores that want tasks, and tasks that are worth starting. */
  readonly tasks?: number
  /** Bytes of the first and second level caches. */
  readonly caches?: number
  /** How much of a loop is written out, and accumulators. */
  readonly body?: number
}

/** By nest of the kernel; nests that are not in it have the default. */
export type Choices = ReadonlyMap<number, NestChoices>

/** The target as the heuristics see it under these choices. */
export function capabilitiesUnder({ lanes = 1, tasks = 1, caches = 1 }: NestChoices, capabilities: Capabilities): Capabilities {
  if (lanes === 1 && tasks === 1 && caches === 1) return capabilities
  const { machine } = capabilities
  return {
    ...capabilities,
    machine: {
      ...machine,
      vectorBytes: machine.vectorBytes * lanes,
      cores: Math.max(1, Math.round(machine.cores * tasks)),
      l1: machine.l1 * caches,
      l2: machine.l2 * caches,
    },
  }
}
