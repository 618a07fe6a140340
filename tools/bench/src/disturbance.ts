import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'

/** Processor time so far, in ticks: of everybody, and of one process with all its threads. */
export interface ProcessorTime {
  readonly everybody: number
  readonly own: number
  readonly at: number
}

/** Ticks a second of /proc on every Linux. */
const TICKS = 100

/** Undefined where there is no /proc. */
export async function processorTime(pid: number): Promise<ProcessorTime | undefined> {
  try {
    const [machine, process] = await Promise.all([readFile('/proc/stat', 'utf8'), readFile(`/proc/${pid}/stat`, 'utf8')])
    return { everybody: busyTicks(machine), own: processTicks(process), at: performance.now() }
  } catch {
    return undefined
  }
}

/** The first line: user, nice, system, idle, iowait, irq, softirq, steal. Steal is what the host gave to others. */
export function busyTicks(stat: string): number {
  const [, user, nice, system, , , irq, softirq, steal] = stat.split('\n')[0].split(/\s+/).map(Number)
  return user + nice + system + irq + softirq + steal
}

/** Fields 14 and 15, user and system time; the name before them is in parentheses and may hold spaces. */
export function processTicks(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(fields[11]) + Number(fields[12])
}

/** The share of the machine that other processes used between two readings. */
export function othersShare(from: ProcessorTime, to: ProcessorTime, cores = availableParallelism()): number {
  const available = ((to.at - from.at) / 1e3) * TICKS * cores
  return Math.max(0, to.everybody - from.everybody - (to.own - from.own)) / available
}
