import { applyStep, printStep, type Step } from '../transform.js'
import type { Axis, LoopNests, Nest } from '../nest.js'
import { extentOf, findAxis, pointsOf } from '../nest.js'
import type { Choices, NestChoices } from './choices.js'

type WithoutNest<S> = S extends Step ? Omit<S, 'nest'> : never

/** Applies steps one after another and keeps the list: the schedule. */
export class ScheduleBuilder {
  readonly steps: Step[] = []
  /** By nest: cycles that its tile takes by the cost model, where one was searched for. */
  readonly estimates = new Map<number, number>()

  constructor(
    public state: LoopNests,
    readonly choices: Choices = new Map(),
  ) {}

  apply(step: Step): void {
    this.state = applyStep(this.state, step)
    this.steps.push(step)
  }

  get text(): string {
    return this.steps.map(printStep).join('\n')
  }

  /** One nest of the kernel, by number: what a heuristic works on. */
  nest(number: number): NestBuilder {
    return new NestBuilder(this, number)
  }
}

export class NestBuilder {
  constructor(
    private readonly schedule: ScheduleBuilder,
    private readonly number: number,
  ) {}

  get current(): Nest {
    return this.schedule.state.nests[this.number]
  }

  /** How its schedule is to depart from the default one. */
  get choices(): NestChoices {
    return this.schedule.choices.get(this.number) ?? {}
  }

  /** Notes what the cost model says of the tile that was chosen, in cycles per point. */
  estimate(cyclesPerPoint: number): void {
    this.schedule.estimates.set(this.number, cyclesPerPoint * pointsOf(this.current))
  }

  /** Whether it is one of a chain: it runs inside of a task. */
  get isLink(): boolean {
    return this.schedule.state.chains.some(c => c.first <= this.number && this.number < c.end)
  }

  axis(axis: number): Axis {
    return findAxis(this.current, axis)
  }

  apply(step: WithoutNest<Step>): void {
    this.schedule.apply({ ...step, nest: this.number } as Step) // the union without `nest`, with it again
  }

  /** Splits and returns the number of the new inner axis. */
  split(axis: number, factor: number): number {
    const fresh = this.schedule.state.nextAxis
    this.apply({ kind: 'split', axis, factor })
    return fresh
  }

  /** Covers and returns the number of the new inner axis. */
  cover(axis: number, factor: number): number {
    const fresh = this.schedule.state.nextAxis
    this.apply(extentOf(this.axis(axis)) % factor === 0 ? { kind: 'split', axis, factor } : { kind: 'cover', axis, factor })
    return fresh
  }

  /** Stages and returns the numbers of the copy's axes. */
  stage(slot: number, axis: number): readonly number[] {
    const fresh = this.schedule.state.nextAxis
    this.apply({ kind: 'stage', slot, axis })
    return Array.from({ length: this.schedule.state.nextAxis - fresh }, (_, i) => fresh + i)
  }

  /** Keeps partial results in scratch; returns the numbers of the axes that are new. */
  accumulate(axis: number, over: number): number[] {
    const before = new Set(this.current.order.map(a => a.arg.axis))
    this.apply({ kind: 'accumulate', axis, over })
    return this.current.order.map(a => a.arg.axis).filter(n => !before.has(n))
  }

  merge(outer: number, inner: number): number {
    const fresh = this.schedule.state.nextAxis
    this.apply({ kind: 'merge', outer, inner })
    return fresh
  }

  /** Peels and returns the number of the new axis, which counts the rest. */
  peel(axis: number, at: number): number {
    const fresh = this.schedule.state.nextAxis
    this.apply({ kind: 'peel', axis, at })
    return fresh
  }
}
