import { is, openRanges, PetagradError, type UOp } from '@petagrad/ir'
import type { Capabilities } from '@petagrad/renderer'
import { extentOf, nodesOf, type Axis, type LoopNests, type Nest } from './nest.js'
import { ScheduleBuilder } from './schedule/builder.js'
import { parseSchedule } from './transform.js'

/** Copies of a loop body that no schedule needs; a text that was damaged may ask for millions. */
const MOST_COPIES = 1 << 12

/**
 * Applies a schedule that comes from outside. A step that is no step, that would change the result, or that would write a
 * loop body out without bounds is refused: IR_PARSE or INVALID_ARGUMENT.
 */
export function givenSchedule(nests: LoopNests, text: string, capabilities: Capabilities): ScheduleBuilder {
  const schedule = new ScheduleBuilder(nests)
  for (const step of parseSchedule(text)) schedule.apply(step)
  for (const nest of schedule.state.nests) {
    const copies = Math.max(0, ...nodesOf(nest).map(u => copiesOf(nest, u)))
    if (copies > MOST_COPIES) throw new PetagradError('INVALID_ARGUMENT', `the schedule writes out ${copies} copies of a loop body`)
    const tasks = nest.order.filter(a => a.arg.kind === 'task').reduce((n, a) => n * extentOf(a), 1)
    if (tasks > capabilities.grid.maxExtent) throw new PetagradError('INVALID_ARGUMENT', `the schedule asks for ${tasks} tasks`)
  }
  return schedule
}

function copiesOf(nest: Nest, u: UOp): number {
  if (u.op !== 'store' && u.op !== 'reduce') return 0
  const around = openRanges(u.op === 'reduce' ? u.src[0] : u)
  const isWrittenOut = (a: UOp): a is Axis => is(a, 'range') && ['lane', 'unroll', 'group'].includes(a.arg.kind)
  return nest.order.filter(a => around.has(a) && isWrittenOut(a)).reduce((n, a) => n * extentOf(a), 1)
}
