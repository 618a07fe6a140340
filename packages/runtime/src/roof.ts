import type { MachineModel, Rate, WorkEstimate } from '@petagrad/renderer'

/**
 * Share of what the machine can do at most that a launch reached: the least time for its arithmetic or for its bytes,
 * whichever is longer, over its time. Bytes count as reads from the level that holds all of them. Undefined where the
 * machine has not been measured.
 */
export function roofShare({ ops, bytes }: WorkEstimate, tasks: number, nanoseconds: number, machine: MachineModel): number | undefined {
  const { rates } = machine
  if (rates === undefined) return undefined
  const cores = tasks > 1 ? machine.cores : 1
  const of = (rate: Rate): number => (cores > 1 ? rate.all : rate.one)
  const each = bytes / cores
  const l3 = (machine.l3 * Math.max(1, cores / rates.coresPerL3)) / cores
  const level = each <= machine.l1 ? rates.l1 : each <= machine.l2 ? rates.l2 : each <= l3 ? rates.l3 : rates.memory
  // A multiply-accumulate is two operations.
  return Math.max(ops / (2 * of(rates.multiplyAccumulates)), bytes / of(level)) / (nanoseconds / 1e9)
}
