import { dimUOp, is, isMovement, shapeOf, simplifyGiven, toposort, uop, dtypes, type UOp } from '@petagrad/ir'
import { inlineCost, isContraction, isReduction, isScan, LOAD_COST, reduceLength, ROUND_TRIP_COST, sizeOf, type InlineCost } from './cost.js'
import { chainIndex, isInlineInChain } from './chain.js'
import { Group, iterations } from './group.js'
import { andGate, inside, originOf } from './indexing.js'
import type { Destination } from './prepare.js'
import { Use } from './use.js'

/** Which nodes are stored, and in which kernel each is computed. */
export interface Decision {
  /** One for each kernel. */
  readonly groups: readonly Group[]
  /** The group that stores a node: that of a kernel, or a nest of a kernel's chain. */
  readonly home: ReadonlyMap<UOp, Group>
}

/** A reduction below this many elements in all may run on one core. */
const SERIAL_WORK = 1 << 16
/** Outer iterations that keep every core of a usual machine busy. */
const ENOUGH_PARALLEL = 16
/** Tiny windows (pooling) are reduced again rather than stored. */
const TINY_REDUCTION = 16
const TINY_RECOMPUTE = 64

/** A sum that is made part of another may add this many times what it would add by itself: storing it costs more. */
const SUM_RECOMPUTE = 4
/** Factors of a few elements are made again wherever they are used: a kernel of their own, or waiting for one, costs more. */
const FEW_OPERATIONS = 2048
/** A kernel that goes over its rows several times computes their elements again in each pass. */
const ROW_PASSES = 3

/** Loops that update tables wait for memory most of the time: what they take may be made again in each of so many. */
const TABLE_PASSES = 2

/**
 * Decides what is stored, from the results backwards: every use of a node is known, as an index over the loops of the
 * group that uses it, when the node's turn comes. It is then computed in place, stored by one of the groups that use
 * it (when that group makes each element once), or given a group of its own.
 */
export function decide(destinations: ReadonlyMap<UOp, readonly Destination[]>): Decision {
  const home = new Map<UOp, Group>()
  const groups: Group[] = []
  const uses = new Map<UOp, Map<string, Use>>()
  const costs = new Map<UOp, InlineCost>()
  const stored = (u: UOp): boolean => u.op === 'buffer' || home.has(u)

  const addUse = (u: UOp, use: Use): void => {
    if (u.op === 'const' || u.op === 'iota') return
    let list = uses.get(u)
    if (list === undefined) uses.set(u, (list = new Map()))
    if (!list.has(use.key)) list.set(use.key, use)
  }

  const store = (u: UOp, group: Group, index: readonly UOp[]): void => {
    home.set(u, group)
    group.stores.push({ node: u, index })
  }

  for (const u of toposort([...destinations.keys()]).reverse()) {
    if (u.op === 'const' && !destinations.has(u)) continue
    const list = [...(uses.get(u)?.values() ?? [])]
    if (u.op === 'buffer') continue
    if (destinations.has(u) || u.op === 'contiguous' || !inlined(u, list)) {
      // What nobody else reads is not stored by the group that makes it.
      const wanted = destinations.has(u) || list.some(use => use.group.kernel !== list[0].group.kernel)
      const host = wanted ? list.find(use => canHost(u, use, list)) : undefined
      if (host !== undefined) {
        store(u, host.group, host.index)
        host.group.addLevel(host.level)
        note(u, host)
      } else {
        const chained = wanted || u.op === 'contiguous' ? undefined : chainIndex(u, list)
        const { group, index } = chained === undefined
          ? (beside(u) ?? Group.over(groups.length, shapeOf(u.op === 'place' ? u.src[0] : u)))
          : list[0].group.kernel.chain(groups.length, shapeOf(u), chained)
        if (!groups.includes(group)) groups.push(group)
        store(u, group, index)
        list.push(Use.whole(group, index))
        note(u, list[list.length - 1])
      }
      const maker = home.get(u)
      for (const use of list) {
        if (use.group === maker) spread(u, use)
        else if (maker !== undefined && use.group.kernel !== maker.kernel) use.group.kernel.needs.add(maker.kernel)
      }
    } else {
      for (const use of list) {
        note(u, use)
        spread(u, use)
      }
    }
  }
  return { groups: groups.filter(g => g.kernel === g), home }

  /** The group that puts another value into the places that `u` is put into, if neither waits for the other. */
  function beside(u: UOp): { readonly group: Group; readonly index: readonly UOp[] } | undefined {
    if (u.op !== 'place') return undefined
    for (const group of groups) {
      const same = group.stores.find(s => s.node.op === 'place' && s.node.src[1] === u.src[1])
      if (same !== undefined && ![...uses.get(u)?.values() ?? []].some(use => group.follows(use.group))) return { group, index: same.index }
    }
    return undefined
  }

  /** Records what computing `u` for `use` asks of the group's loops. */
  function note(u: UOp, use: Use): void {
    if (isScan(u)) {
      use.group.reductions.add(u)
      use.group.addLevel(aroundScan(u, use))
      use.group.inOrder = true
    } else if (is(u, 'scatter')) {
      use.group.reductions.add(u)
      use.group.addLevel(new Set(use.group.ranges.filter(r => r !== use.index[u.arg.axis])))
      use.group.inOrder = true
    } else if (isReduction(u)) {
      use.group.reductions.add(u)
      if (isContraction(u)) use.group.contraction = u
      use.group.addLevel(use.level)
    }
  }

  function spread(u: UOp, use: Use): void {
    if (isMovement(u.op)) {
      const origin = originOf(u, use.index)
      const gate = andGate(use.gate, origin.gate)
      const index = gate === undefined ? origin.index : origin.index.map(i => simplifyGiven(i, gate))
      addUse(u.src[0], use.at(index, gate))
    } else if (isReduction(u)) {
      const inner = [...use.index]
      const shape = shapeOf(u.src[0])
      const fresh: UOp[] = []
      for (const a of u.arg.axes) {
        if (shape[a] === 1) continue
        inner[a] = use.group.newRange(shape[a], 'reduce')
        fresh.push(inner[a])
      }
      addUse(u.src[0], use.reducedOver(inner, fresh, u.arg.alu === 'add' ? u : undefined))
    } else if (u.op === 'gather') {
      const [x, indices] = u.src
      const rank = shapeOf(indices).length
      const at = use.index.slice(0, rank)
      // Which element is only known at run time: a stand-in with the same dependencies is what later decisions need.
      const chosen = uop('custom', dtypes.index, at, { name: `element${indices.id}` })
      addUse(indices, use.asOperand().at(at, use.gate))
      const gate = andGate(use.gate, inside(chosen, shapeOf(x)[0]))
      addUse(x, use.asOperand().at([chosen, ...use.index.slice(rank)], gate))
    } else if (is(u, 'scatter')) {
      const along = shapeOf(u.src[0]).slice(u.arg.axis).map(d => (d === 1 ? dimUOp(0) : use.group.newRange(d, 'loop')))
      const outer = use.index.slice(0, u.arg.axis)
      const inner = use.at(outer, use.gate).reducedOver([...outer, ...along], along.filter(r => r.op === 'range'), undefined)
      for (const s of u.src) addUse(s, inner)
    } else if (is(u, 'argsort')) {
      addUse(u.src[0], filling(use, u.arg.axis, Number(shapeOf(u.src[0])[u.arg.axis])))
    } else if (is(u, 'scan_axis') && u.src.length > 2) {
      for (const s of u.src.slice(0, 2)) addUse(s, use.asOperand())
      addUse(u.src[2], filling(use, u.arg.axis, u.arg.buckets))
    } else {
      const operand = use.asOperand()
      for (const s of u.src) addUse(s, operand)
    }
  }

  /** Whether every use of `u` should compute it in place. */
  function inlined(u: UOp, list: readonly Use[]): boolean {
    if (isMovement(u.op) || u.op === 'const' || u.op === 'iota') return true
    if (u.op === 'scatter' || u.op === 'place') return false
    const size = Math.max(1, sizeOf(u))
    if (isReduction(u)) return reductionInlined(u, list, size)
    if (isScan(u)) return list.every(use => use.group === list[0].group && scans(u, use))
    let evaluations = 0
    for (const use of list) evaluations += use.evaluations
    const cost = inlineCost(u, stored, costs)
    const again = Math.max(0, evaluations - size)
    if (cost.ops < 1 && cost.loads <= 1) return true // a cast, or no work at all
    if (cost.loads === 0 && cost.ops <= ROUND_TRIP_COST) return true // made from loop counters: a causal mask
    const inChain = list[0].group.isChain && list.every(use => use.group.kernel === list[0].group.kernel)
    if (inChain || (again > 0 && chainIndex(u, list) !== undefined)) return isInlineInChain(u, list, cost)
    if (evaluations * cost.ops <= FEW_OPERATIONS) return true
    if (evaluations <= TABLE_PASSES * size && list.every(use => updatesTable(use.group))) return true
    if (evaluations <= ROW_PASSES * size && list.every(use => use.group === list[0].group)) return true
    return again * (cost.ops + LOAD_COST * Math.max(0, cost.loads - 1)) <= size * ROUND_TRIP_COST
  }

  function reductionInlined(u: UOp<'reduce_axis'>, list: readonly Use[], size: number): boolean {
    const length = reduceLength(u)
    let evaluations = 0
    for (const use of list) evaluations += use.evaluations
    const contraction = isContraction(u)
    if (!contraction && length <= TINY_REDUCTION && (evaluations / size) * length <= TINY_RECOMPUTE) {
      return list.every(use => use.group.contraction === undefined && use.group.admitsLevel(use.level))
    }
    if (list.length === 1 && joinsSum(u, list[0], evaluations, size)) return true
    if (evaluations > size || list.some(use => use.group !== list[0].group)) return false
    return list.every(use => fits(u, use, contraction, length * size))
  }

  /** Whether a sum becomes one with the sum that uses it: Σ Σ x over all ranges, the only reduction of its kernel. */
  function joinsSum(u: UOp<'reduce_axis'>, use: Use, evaluations: number, size: number): boolean {
    const { group, summedBy } = use
    if (u.arg.alu !== 'add' || summedBy === undefined || evaluations > size * SUM_RECOMPUTE) return false
    return group.reductions.size === 1 && group.reductions.has(summedBy)
  }

  /** Whether a reduction may be computed where `use` needs it, once for each of its elements. */
  function fits(u: UOp, use: Use, contraction: boolean, work: number): boolean {
    const { group } = use
    if (group.contraction !== undefined && group.contraction !== u) return false
    const level = use.level
    if (contraction || group.isChain) {
      // Its loops are tiled as one nest: it must be the only reduction, made once per element of the group.
      const alone = group.reductions.size === 0 || (group.reductions.size === 1 && group.reductions.has(u))
      return alone && use.gate === undefined && use.reducing.size === 0 && level.size === group.ranges.length
    }
    if (!group.admitsLevel(level)) return false
    const serial = level.size < group.ranges.length || use.reducing.size > 0
    return !serial || work <= SERIAL_WORK || iterations(level) >= ENOUGH_PARALLEL
  }

  /** Whether a scan can go along with the loops of the group of `use`: it sees every element once, and the loops around it can be. */
  function scans(u: UOp<'scan_axis'> | UOp<'argsort'>, use: Use): boolean {
    if (use.gate !== undefined || use.reducing.size > 0 || use.group.contraction !== undefined || use.group.isChain) return false
    return use.level.size === use.group.ranges.length && coversOnce(u, use) && use.group.admitsLevel(aroundScan(u, use))
  }

  /** Whether the group of `use` may also store `u`: it makes each element once, and waits for nobody who needs them. */
  function canHost(u: UOp, use: Use, list: readonly Use[]): boolean {
    if (u.op === 'scatter' || u.op === 'place') return false
    if (use.gate !== undefined || use.reducing.size > 0 || !coversOnce(u, use)) return false
    const level = use.level
    if (!use.group.admitsLevel(level) || use.group !== use.group.kernel) return false
    // What is assigned may be read by the same kernel as it was: every task must have its own elements.
    if (level.size < use.group.ranges.length && destinations.get(u)?.some(d => d.kind === 'assign')) return false
    if (isScan(u) && !scans(u, use)) return false
    if (isReduction(u) && !fits(u, use, isContraction(u), reduceLength(u) * sizeOf(u))) return false
    if (!isReduction(u) && level.size < use.group.ranges.length && use.group.contraction !== undefined) return false
    return list.every(other => other.group === use.group || (other.group.kernel !== use.group && !use.group.follows(other.group.kernel)))
  }
}

/** Whether a group's loop looks up where each element goes. */
const updatesTable = (group: Group): boolean => group.stores.some(s => s.node.op === 'place' || s.node.op === 'scatter')

/** The loops that must be around a scan: all but the one along its axis. */
const aroundScan = (u: UOp<'scan_axis'> | UOp<'argsort'>, use: Use): ReadonlySet<UOp> =>
  new Set(use.group.ranges.filter(r => r !== use.index[u.arg.axis]))

/** The use in a loop that fills a table before the loop along `axis` begins. */
function filling(use: Use, axis: number, size: number): Use {
  const all = use.group.newRange(size, 'loop')
  return use.reducedOver(use.index.map((i, a) => (a === axis ? all : i)), [all], undefined)
}

/** The index is the group's own loops, each at most once and over its whole dimension. */
function coversOnce(u: UOp, use: Use): boolean {
  const shape = shapeOf(u)
  const seen = new Set<UOp>()
  return use.index.every((i, axis) => {
    if (shape[axis] === 1) return true
    if (!is(i, 'range') || seen.has(i) || !use.group.ranges.includes(i)) return false
    seen.add(i)
    const extent = shape[axis]
    return typeof extent === 'number' ? is(i.src[0], 'const') && i.src[0].arg === extent : i.src[0] === extent
  })
}
