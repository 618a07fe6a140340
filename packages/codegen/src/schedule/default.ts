import { openRanges } from '@petagrad/ir'
import type { Capabilities } from '@petagrad/renderer'
import { nodesOf, pointsOf, type LoopNests, type Nest } from '../nest.js'
import { ScheduleBuilder, type NestBuilder } from './builder.js'
import { scheduleChain } from './chain.js'
import { capabilitiesUnder, type Choices } from './choices.js'
import { scheduleContraction } from './contraction.js'
import { mergeAxes } from './normalise.js'
import { isInOrder } from '../scans.js'
import { scheduleRows } from './rows.js'
import { scheduleScan } from './scans.js'
import { scheduleStencil } from './stencil.js'
import { scheduleTile } from './tile.js'

/** Points below which a nest is left as plain loops. */
const TINY = 16

/**
 * The schedule for a kernel when nobody gives one: from the shapes and the target's declared numbers alone. With choices,
 * the one that departs from it there.
 */
export function defaultSchedule(nests: LoopNests, capabilities: Capabilities, choices: Choices = new Map()): ScheduleBuilder {
  const schedule = new ScheduleBuilder(nests, choices)
  const under = (nest: number): Capabilities => capabilitiesUnder(choices.get(nest) ?? {}, capabilities)
  for (const chain of nests.chains) scheduleChain(schedule, chain, under(chain.first))
  for (let i = 0; i < nests.nests.length; i++) {
    const nest = schedule.nest(i)
    const target = under(i)
    // The tasks of a chain are its shared loops: inside, a nest has one core.
    scheduleNest(nest, nest.isLink ? { ...target, machine: { ...target.machine, cores: 1 } } : target)
  }
  return schedule
}

function scheduleNest(nest: NestBuilder, capabilities: Capabilities): void {
  mergeAxes(nest)
  if (pointsOf(nest.current) < TINY) return
  if (isInOrder(nest.current.stores)) scheduleScan(nest, capabilities)
  else if (hasLevels(nest.current)) scheduleRows(nest, capabilities)
  else if (scheduleContraction(nest, capabilities)) return
  else if ((nest.choices.tile ?? 0) > 0 || !scheduleStencil(nest, capabilities)) scheduleTile(nest, capabilities)
}

/** Whether some reduction or store sits outside of part of the output loops, or reductions depend on one another. */
function hasLevels(nest: Nest): boolean {
  const nodes = nodesOf(nest)
  const reductions = nodes.filter(u => u.op === 'reduce')
  const outputs = Math.max(...nest.stores.map(s => openRanges(s).size))
  if (nest.stores.some(s => openRanges(s).size !== outputs)) return true
  if (reductions.length === 0) return false
  const loops = new Set(reductions.map(r => r.src.slice(1).map(x => x.id).join()))
  return loops.size > 1 || reductions.some(r => openRanges(r).size !== outputs)
}
