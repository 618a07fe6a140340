import { openRanges, type UOp } from '@petagrad/ir'
import { extentOf, isSubset, iterations, type Group } from './group.js'

/** Register tiles let a contraction's inner loop use what it computes about this often. */
const TILE_REUSE = 8
const NONE: ReadonlySet<UOp> = new Set()

/**
 * One way in which a group reads a node: which element (over the group's ranges), and under which condition. The operands
 * of element-wise operations share the use of the result, and with it what is found out here.
 */
export class Use {
  private knownKey: string | undefined
  private knownDependencies: ReadonlySet<UOp> | undefined
  private knownLevel: ReadonlySet<UOp> | undefined
  private operand: Use | undefined

  private constructor(
    readonly group: Group,
    readonly index: readonly UOp[],
    readonly gate: UOp | undefined,
    /** Ranges of the reductions that the use stands in. */
    readonly reducing: ReadonlySet<UOp>,
    /** Loops outside of those reductions, which a value that depends on `reducing` is computed again for. */
    private readonly around: ReadonlySet<UOp>,
    /** The sum that takes the used value as it is (or zero, outside of its bounds): a sum used so can be part of it. */
    readonly summedBy: UOp | undefined,
  ) {}

  /** Every element once, for a group that stores them. */
  static whole(group: Group, index: readonly UOp[]): Use {
    return new Use(group, index, undefined, NONE, NONE, undefined)
  }

  /** The same use of another element. */
  at(index: readonly UOp[], gate: UOp | undefined): Use {
    return new Use(this.group, index, gate, this.reducing, this.around, this.summedBy)
  }

  /** The use of an operand of an operation: not as it is. */
  asOperand(): Use {
    if (this.summedBy === undefined) return this
    return (this.operand ??= new Use(this.group, this.index, this.gate, this.reducing, this.around, undefined))
  }

  /** The use inside a reduction over `fresh`. */
  reducedOver(index: readonly UOp[], fresh: readonly UOp[], summedBy: UOp | undefined): Use {
    const reducing = new Set([...this.reducing, ...fresh])
    return new Use(this.group, index, this.gate, reducing, new Set([...this.around, ...this.dependencies]), summedBy)
  }

  /** Equal for uses of the same element by the same group. */
  get key(): string {
    return (this.knownKey ??= `${this.group.id}|${this.index.map(i => i.id).join()}|${this.gate?.id ?? ''}`)
  }

  /** The output loops that a value at this use sits in. */
  get level(): ReadonlySet<UOp> {
    return (this.knownLevel ??= new Set([...this.dependencies, ...this.around].filter(r => this.group.ranges.includes(r))))
  }

  /** How often the element is computed, in all. */
  get evaluations(): number {
    return iterations(this.dependencies) * this.recomputed()
  }

  /** Loops whose every iteration computes the used element again. */
  get dependencies(): ReadonlySet<UOp> {
    if (this.knownDependencies === undefined) {
      let all: ReadonlySet<UOp> = this.gate === undefined ? NONE : openRanges(this.gate)
      for (const i of this.index) {
        const more = openRanges(i)
        if (more.size > 0 && !isSubset(more, all)) all = new Set([...all, ...more])
      }
      this.knownDependencies = all
    }
    return this.knownDependencies
  }

  /** A value that depends on a reduction's loop is made again for each loop around the reduction. */
  private recomputed(): number {
    const { group, around, dependencies } = this
    let inside = false
    for (const r of dependencies) if (this.reducing.has(r)) inside = true
    if (!inside) return 1
    let again = 1
    for (const r of around) if (!dependencies.has(r)) again *= extentOf(r)
    return group.contraction === undefined ? again : Math.max(1, again / TILE_REUSE)
  }
}
