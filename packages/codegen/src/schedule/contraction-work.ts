import type { Capabilities } from '@petagrad/renderer'
import type { NestBuilder } from './builder.js'
import type { Contraction } from './contraction-facts.js'
import type { ContractionTile } from './contraction-tile.js'
import type { DotContraction } from './dot-units.js'

/**
 * What a loop of a contraction runs over. Columns' operands move along `shared` and `column`, not along `row`; `block` is a
 * part of the sums that runs outside of columns and rows, `whole` all of them, inside of columns and rows.
 */
export type Role = 'task' | 'shared' | 'block' | 'column' | 'row' | 'whole' | 'sum' | 'written'

/** A contraction on its way to a schedule. */
export interface Work {
  readonly nest: NestBuilder
  readonly c: Contraction
  readonly tile: ContractionTile
  readonly capabilities: Capabilities
  /** By axis number. */
  readonly roles: Map<number, Role>
  readonly mayOverlap: boolean
  readonly dot: DotContraction | undefined
}

/** Numbers of the loops with that role, outermost first. */
export const loopsOf = ({ nest, roles }: Work, role: Role): number[] =>
  nest.current.order.map(a => a.arg.axis).filter(n => roles.get(n) === role)
