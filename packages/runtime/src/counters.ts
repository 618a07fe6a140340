import type { RuntimeStatistics } from './contract.js'

/** The runtime's statistics while they grow. */
export type Counters = { -readonly [K in keyof RuntimeStatistics]: RuntimeStatistics[K] }

export const newCounters = (): Counters => ({
  schedules: 0, scheduleCacheHits: 0, kernelsCompiled: 0, kernelCacheHits: 0, kernelsRun: 0, replays: 0, allocations: 0,
  scheduleMs: 0, codegenMs: 0, renderMs: 0, compileMs: 0,
})
