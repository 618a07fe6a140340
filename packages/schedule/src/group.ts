import { bounds, dimUOp, is, range, type AxisKind, type Dim, type UOp } from '@petagrad/ir'

/** A value that a group stores: the node, and the index (over the group's ranges) at which its elements are made. */
export interface GroupStore {
  readonly node: UOp
  readonly index: readonly UOp[]
}

/** A group, and the index of a value of its shape in it. */
export interface OverRanges {
  readonly group: Group
  readonly index: readonly UOp[]
}

/**
 * Loops over `ranges`, and what is stored in them: one kernel in the making, or one nest of a chain inside another's kernel.
 * Values that are not stored anywhere are computed in every group that uses them.
 */
export class Group {
  readonly stores: GroupStore[] = []
  /** Groups whose results this one loads. */
  readonly needs = new Set<Group>()
  /** Sets of loops that reductions and smaller stores sit in: each contains the one before it. */
  private readonly levels: ReadonlySet<UOp>[] = []
  /** A reduction with data reuse owns its kernel: nothing else is reduced in it. */
  contraction: UOp | undefined
  /** Reductions computed in this group. */
  readonly reductions = new Set<UOp>()
  /** Whether some of its loops must be met in order: no chain starts in it. */
  inOrder = false
  private sharedLoops: ReadonlySet<UOp> | undefined
  /** The kernel that this group is part of: itself, or the one whose chain it stands in. */
  readonly kernel: Group
  private axes: number

  private constructor(
    readonly id: number,
    readonly ranges: readonly UOp[],
    /** Reductions number their ranges from here. */
    readonly firstReduceAxis: number,
    kernel?: Group,
  ) {
    this.axes = firstReduceAxis
    this.kernel = kernel ?? this
  }

  static over(id: number, shape: readonly Dim[]): OverRanges {
    const index = shape.map((d, axis) => (d === 1 ? dimUOp(0) : range(d, axis, 'loop')))
    return { group: new Group(id, index.filter(u => u.op === 'range'), shape.length), index }
  }

  /** A nest of this kernel's chain: `shared` says where the shared loops stand; the other axes get loops of their own. */
  chain(id: number, shape: readonly Dim[], shared: readonly (UOp | undefined)[]): OverRanges {
    this.sharedLoops ??= new Set(shared.filter(r => r !== undefined))
    const index = shape.map((d, axis) => shared[axis] ?? (d === 1 ? dimUOp(0) : this.newRange(d, 'loop')))
    return { group: new Group(id, index.filter(u => u.op === 'range'), this.firstReduceAxis, this), index }
  }

  /**
   * Loops that all nests of this kernel stand in, once it is a chain: in each of their iterations the nests run one after
   * another, and what the earlier ones store lives in scratch of that iteration.
   */
  get shared(): ReadonlySet<UOp> | undefined {
    return this.kernel.sharedLoops
  }

  /** Whether several nests run one after another in this kernel. */
  get isChain(): boolean {
    return this.shared !== undefined
  }

  /** The first axis number that no loop made so far has. */
  get freeAxis(): number {
    return this.isChain ? this.kernel.axes : this.firstReduceAxis
  }

  /** A group over an empty shape stores nothing; index arithmetic over its ranges would have no value to stand for. */
  get hasElements(): boolean {
    return this.ranges.every(r => !is(r.src[0], 'const') || r.src[0].arg !== 0)
  }

  newRange(extent: Dim, kind: AxisKind): UOp {
    return range(extent, this.kernel.axes++, kind)
  }

  /** Whether loops `set` can be the outer loops of this group, given those that are outer already. */
  admitsLevel(set: ReadonlySet<UOp>): boolean {
    return this.levels.every(l => isSubset(l, set) || isSubset(set, l))
  }

  addLevel(set: ReadonlySet<UOp>): void {
    if (!this.levels.some(l => l.size === set.size && isSubset(l, set))) this.levels.push(set)
  }

  /** Takes over what `other`, a group over the same ranges, stores. */
  absorb(other: Group): void {
    this.stores.push(...other.stores)
    for (const n of other.needs) this.needs.add(n)
    for (const l of other.levels) this.addLevel(l)
    for (const r of other.reductions) this.reductions.add(r)
  }

  /** Whether the outer loops that the two groups ask for agree. */
  agrees(other: Group): boolean {
    return other.levels.every(l => this.admitsLevel(l))
  }

  /** Whether this group must run after `other`. */
  follows(other: Group): boolean {
    const seen = new Set<Group>([this])
    const stack: Group[] = [this]
    for (let g = stack.pop(); g !== undefined; g = stack.pop()) {
      if (g === other) return true
      for (const n of g.needs) {
        if (seen.has(n)) continue
        seen.add(n)
        stack.push(n)
      }
    }
    return false
  }
}

export const isSubset = (a: ReadonlySet<UOp>, b: ReadonlySet<UOp>): boolean => {
  for (const x of a) if (!b.has(x)) return false
  return true
}

/** How often a loop runs, at most. */
export const extentOf = (r: UOp): number => bounds(r.src[0]).max
export function iterations(ranges: Iterable<UOp>): number {
  let product = 1
  for (const r of ranges) product *= extentOf(r)
  return product
}
