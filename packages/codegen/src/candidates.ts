import type { UOp } from '@petagrad/ir'
import type { Capabilities } from '@petagrad/renderer'
import { declaredNests } from './declared.js'
import { pointsOf, type LoopNests } from './nest.js'
import type { ScheduleBuilder } from './schedule/builder.js'
import type { Choices, NestChoices } from './schedule/choices.js'
import { defaultSchedule } from './schedule/default.js'

/** A schedule that a kernel could have, and how it comes about. */
export interface CandidateSchedule {
  /** As `CodegenOptions.schedule` takes it. */
  readonly schedule: string
  readonly choices: Choices
  /** What the cost model says of its tiles, over what it says of those it departs from; 1 where they are the same. */
  readonly estimate: number
}

/** Values that each choice is varied over. */
const VARIATIONS: { readonly [K in keyof Required<NestChoices>]: readonly number[] } = {
  lanes: [0.5, 1, 2],
  tasks: [0.25, 0.5, 1, 2, 4],
  caches: [0.25, 0.5, 1, 2, 4],
  body: [0.25, 0.5, 1, 2],
  tile: Array.from({ length: 17 }, (_, rank) => rank),
}
const CHOICES = Object.keys(VARIATIONS) as readonly (keyof NestChoices)[] // the keys of the object above
/** Nests with a smaller share of the kernel's points keep the default. */
const LEAST_SHARE = 0.05

/**
 * Schedules that depart in one choice from `around`, which is the default schedule where it is left out: those that the
 * heuristics make for slightly other numbers, each once, those first that the cost model thinks most of.
 */
export function candidateSchedules(kernel: UOp<'kernel'>, capabilities: Capabilities, around: Choices = new Map()): CandidateSchedule[] {
  const { nests } = declaredNests(kernel, capabilities)
  const center = defaultSchedule(nests, capabilities, around)
  const candidates = new Map<string, CandidateSchedule>()
  for (const choices of neighbours(nests, around)) {
    const made = defaultSchedule(nests, capabilities, choices)
    const schedule = made.text
    if (schedule === center.text || candidates.has(schedule)) continue
    candidates.set(schedule, { schedule, choices, estimate: estimateOf(made, center) })
  }
  return [...candidates.values()].sort((a, b) => a.estimate - b.estimate)
}

function* neighbours({ nests }: LoopNests, around: Choices): Generator<Choices> {
  const points = nests.map(pointsOf)
  const all = points.reduce((a, b) => a + b, 0)
  for (let nest = 0; nest < nests.length; nest++) {
    if (points[nest] < all * LEAST_SHARE) continue
    const here = around.get(nest) ?? {}
    for (const choice of CHOICES) {
      for (const value of VARIATIONS[choice]) {
        if (value !== (here[choice] ?? DEFAULTS[choice])) yield new Map([...around, [nest, { ...here, [choice]: value }]])
      }
    }
  }
}

const DEFAULTS: Required<NestChoices> = { lanes: 1, tasks: 1, caches: 1, body: 1, tile: 0 }

function estimateOf(made: ScheduleBuilder, center: ScheduleBuilder): number {
  let [ours, theirs] = [0, 0]
  for (const [nest, cycles] of center.estimates) {
    const other = made.estimates.get(nest)
    if (other === undefined || !Number.isFinite(other) || !Number.isFinite(cycles)) continue
    ours += other
    theirs += cycles
  }
  return theirs === 0 ? 1 : ours / theirs
}
