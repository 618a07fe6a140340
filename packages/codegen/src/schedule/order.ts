import { bounds, openRanges, type UOp } from '@petagrad/ir'
import type { Capabilities } from '@petagrad/renderer'
import { closedAxes, extentOf, isFixed, nodesOf, reducedAxes, type Axis, type Nest } from '../nest.js'
import type { NestBuilder } from './builder.js'

/** Arithmetic of one task, in units of a few nanoseconds for a core: below it, starting tasks costs more than it gains. */
const TASK_WORK = 1 << 14
const TASKS_PER_CORE = 8

/** Output loops, then reduction loops, then what is written out, as listed. Copies stay where they were put. */
export function orderAxes(nest: NestBuilder, last: readonly number[]): void {
  const reduced = reducedAxes(nest.current)
  const tail = new Set(last)
  const numbers = (keep: (a: Axis) => boolean) => nest.current.order.filter(a => !tail.has(a.arg.axis) && keep(a)).map(a => a.arg.axis)
  const tasks = numbers(a => a.arg.kind === 'task')
  const outer = numbers(a => a.arg.kind !== 'task' && !reduced.has(a))
  const order = [...tasks, ...outer, ...numbers(a => reduced.has(a)), ...tail]
  if (order.some((n, i) => n !== nest.current.order[i].arg.axis)) nest.apply({ kind: 'reorder', order })
}

/** Gives the outermost output loops to the cores, in pieces that are worth starting. */
export function assignTasks(nest: NestBuilder, capabilities: Capabilities, inner: ReadonlySet<number>, only?: readonly number[]): void {
  const { cores } = capabilities.machine
  if (cores < 2) return
  const reduced = reducedAxes(nest.current)
  const copying = closedAxes(nest.current, 'end')
  const closed = new Set<UOp>([...reduced, ...copying])
  const firstCopy = nest.current.order.findIndex(a => copying.has(a))
  const staged = firstCopy < 0 ? nest.current.order.length : firstCopy
  const candidates = nest.current.order.filter(
    (a, i) => !closed.has(a) && !inner.has(a.arg.axis) && isFixed(a) && i < staged && (only === undefined || only.includes(a.arg.axis)),
  )
  const work = workOf(nest.current)
  const wanted = Math.min(cores * TASKS_PER_CORE, Math.floor((work * (nest.choices.tasks ?? 1)) / TASK_WORK))
  if (wanted < 2) return
  let tasks = 1
  for (const a of candidates) {
    if (tasks >= cores * 2) break
    const axis = a.arg.axis
    const extent = extentOf(a)
    const need = Math.ceil(wanted / tasks)
    if (extent > need * 2) {
      const chunk = divisorNear(extent, extent / need)
      if (chunk > 1) nest.split(axis, chunk)
      tasks *= extent / chunk
    } else tasks *= extent
    nest.apply({ kind: 'as', axis, how: 'task' })
  }
}

/** Arithmetic of a nest, roughly. */
function workOf(nest: Nest): number {
  let work = 0
  for (const u of nodesOf(nest)) {
    if (u.dtype.kind === 'index' || u.src.length === 0 || u.op === 'index') continue
    let n = 1
    for (const r of openRanges(u.op === 'reduce' ? u.src[0] : u)) n *= bounds(r.src[0]).max
    work += n
  }
  return work
}

function divisorNear(n: number, wanted: number): number {
  let best = 1
  for (let d = 1; d <= n; d++) if (n % d === 0 && Math.abs(d - wanted) < Math.abs(best - wanted)) best = d
  return best
}
