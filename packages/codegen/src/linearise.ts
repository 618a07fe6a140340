import {
  address, constant, dot, dtypes, indexAdd, indexConst, indexFloorDiv, indexFloorMod, indexLt, indexMul, indexSub, is, linearForm, load,
  mulacc, openRanges, reduceIdentity, register, store, toposort, uop, boolAnd, indexGe, isFloat, withSrc, type ReduceAlu, type UOp,
} from '@petagrad/ir'
import { isCommon } from './common-values.js'
import { isDotTerm } from './dot-product.js'
import { extentOf, rebuild, replaceAxes, type Axis, type Chain, type SharedLoop } from './nest.js'

/** A nest after expansion: serial and task axes only, outermost first. */
export interface FlatNest {
  readonly stores: readonly UOp[]
  readonly order: readonly Axis[]
}

/** A loop body (or the function's, or one nest's): what stands in it, in order. */
class Block {
  readonly items: (UOp | Block)[] = []
  readonly depth: number
  constructor(
    readonly parent: Block | undefined,
    /** What opens the block: a range, an `if`, or nothing. */
    readonly opens: UOp | undefined,
  ) {
    this.depth = parent === undefined ? 0 : parent.depth + 1
  }
}

export interface LinearOptions {
  /** Whether accumulation may use `mulacc` for this dtype. */
  readonly fuses: (u: UOp) => boolean
}

/** What runs as tasks of its own: one nest, or the nests of a chain one after another. */
interface Unit {
  readonly nests: readonly FlatNest[]
  /** Loops whose iterations are the tasks, and what stands for their counters in the nests. */
  readonly tasks: readonly SharedLoop[]
}

/**
 * Puts a kernel's expressions in order: every value stands in the outermost loop that it can, once; reductions become
 * registers that a loop updates. The tasks of several nests are numbered one nest after the other.
 */
export function linearise(
  given: readonly FlatNest[],
  chains: readonly Chain[],
  options: LinearOptions,
): { readonly uops: UOp[]; readonly tasks: number } {
  const units = unitsOf(given, chains)
  const tasksOf = units.map(u => u.tasks.reduce((t, { axis }) => t * extentOf(axis), 1))
  const tasks = tasksOf.reduce((a, b) => a + b, 0)
  const task = uop('special', dtypes.index, [indexConst(tasks)], { name: 'grid0' })
  const state: State = { root: new Block(undefined, undefined), inRoot: new Set(), registers: 0, nextAxis: 0, options }
  for (const u of units) for (const n of u.nests) for (const a of n.order) state.nextAxis = Math.max(state.nextAxis, a.arg.axis + 1)
  const axes = state.nextAxis
  state.nextAxis *= units.length
  let first = 0
  units.forEach((unit, i) => {
    const count = tasksOf[i]
    const gate = uop('if', dtypes.void, [inTasks(task, first, count, tasks)])
    const body = units.length === 1 ? state.root : new Block(state.root, gate)
    if (body !== state.root) for (const n of toposort(gate.src[0])) putInRoot(n, state)
    // Ordered after the test, a unit's task number is a value of its own: nothing computed from it leaves the block.
    const number = body === state.root ? task : uop('after', dtypes.index, [indexSub(task, first), gate])
    const digits = digitsOf(unit.tasks, number)
    const linearizer = new NestLinearizer(body, state)
    unit.nests.forEach((nest, turn) => {
      linearizer.place(inTurn(renumber(withDigits(nest, digits), i * axes), unit.nests.slice(0, turn), state))
    })
    if (body !== state.root) state.root.items.push(body)
    first += count
  })
  const uops: UOp[] = []
  flattenBlock(state.root, uops)
  return { uops, tasks }
}

function unitsOf(nests: readonly FlatNest[], chains: readonly Chain[]): Unit[] {
  return nests.flatMap((nest, i): Unit[] => {
    const chain = chains.find(c => c.first <= i && i < c.end)
    if (chain !== undefined) return i > chain.first ? [] : [{ nests: nests.slice(chain.first, chain.end), tasks: chain.shared }]
    return byTasks(nest).map(n => ({ nests: [n], tasks: n.order.filter(a => a.arg.kind === 'task').map(axis => ({ axis, counter: axis })) }))
  })
}

/**
 * What earlier nests of a chain have stored is read as it is when it is this nest's turn: ordered after the number of the
 * turn, a load is another one than the same load in a nest before.
 */
function inTurn(nest: FlatNest, earlier: readonly FlatNest[], state: State): FlatNest {
  if (earlier.length === 0) return nest
  const turn = putInRoot(indexConst(earlier.length), state)
  const arrays = earlier.flatMap(n => n.stores.map(s => s.src[0].src[0])).filter(a => a.op === 'scratch')
  return { ...nest, stores: replaceAxes(nest.stores, new Map(arrays.map(a => [a, uop('after', a.dtype, [a, turn])]))) }
}

/** Stores that are cut into tasks in different ways are different nests. */
function byTasks(nest: FlatNest): FlatNest[] {
  const families = new Map<string, UOp[]>()
  for (const s of nest.stores) {
    const open = openRanges(s)
    const key = nest.order.filter(a => a.arg.kind === 'task' && open.has(a)).map(a => a.arg.axis).join()
    families.set(key, [...(families.get(key) ?? []), s])
  }
  return [...families.values()].map(stores => {
    const used = new Set(toposort(stores))
    return { stores, order: nest.order.filter(a => used.has(a)) }
  })
}

const inTasks = (task: UOp, first: number, count: number, all: number): UOp => {
  const from = first === 0 ? undefined : indexGe(task, first)
  const to = first + count === all ? undefined : indexLt(task, first + count)
  if (from === undefined) return to ?? constant(true, dtypes.bool)
  return to === undefined ? from : boolAnd(from, to)
}

/** Nests that were peeled from one another share ranges: each gets its own, so that every node stands in one place. */
function renumber(nest: FlatNest, offset: number): FlatNest {
  if (offset === 0) return nest
  const map = new Map(nest.order.map(a => [a, uop('range', a.dtype, a.src, { axis: a.arg.axis + offset, kind: a.arg.kind })]))
  return { stores: replaceAxes(nest.stores, map), order: nest.order.map(a => map.get(a) ?? a) }
}

/** The counters of task loops as the digits of the task's number. */
function digitsOf(tasks: readonly SharedLoop[], number: UOp): ReadonlyMap<UOp, UOp> {
  const map = new Map<UOp, UOp>()
  let stride = 1
  for (const { axis, counter } of [...tasks].reverse()) {
    const shifted = indexFloorDiv(number, stride)
    map.set(counter, axis === tasks[0].axis ? shifted : indexFloorMod(shifted, extentOf(axis)))
    stride *= extentOf(axis)
  }
  return map
}

const withDigits = (nest: FlatNest, digits: ReadonlyMap<UOp, UOp>): FlatNest =>
  digits.size === 0 ? nest : { stores: replaceAxes(nest.stores, digits), order: nest.order.filter(a => !digits.has(a)) }

/** What all nests of a program share. */
interface State {
  readonly root: Block
  readonly inRoot: Set<UOp>
  registers: number
  nextAxis: number
  readonly options: LinearOptions
}

function putInRoot(node: UOp, state: State): UOp {
  if (!state.inRoot.has(node)) {
    state.inRoot.add(node)
    state.root.items.push(node)
  }
  return node
}

/** Loops as a tree: stores that share outer loops share their blocks, and split where their loops do. */
interface LoopTree {
  readonly stores: UOp[]
  readonly inner: Map<Axis, LoopTree>
}

class NestLinearizer {
  private readonly blocks = new Map<UOp, Block>()
  /** Expression → what stands for it in the program. */
  private readonly placed = new Map<UOp, UOp>()
  private readonly position = new Map<number, number>()
  private reductions = new Map<string, UOp<'reduce'>[]>()

  constructor(
    private readonly body: Block,
    private readonly state: State,
  ) {}

  place(nest: FlatNest): void {
    nest.order.forEach((a, i) => this.position.set(a.arg.axis, i))
    const stores = this.ownLoops(nest)
    this.reductions = loopsOf(stores, u => this.byOrder(u.src.slice(1)))
    this.placeLoops(this.treeOf(stores), this.body)
  }

  /** Outermost first. Axes made by renaming stand where the renamed one does. */
  private byOrder(axes: Iterable<UOp>): Axis[] {
    return [...axes].filter((a): a is Axis => is(a, 'range')).sort((a, b) => this.rank(a) - this.rank(b))
  }
  private rank(a: Axis): number {
    return this.position.get(a.arg.axis) ?? 0
  }
  private fresh(a: Axis): Axis {
    const made = uop('range', a.dtype, a.src, { axis: this.state.nextAxis++, kind: a.arg.kind })
    this.position.set(made.arg.axis, this.rank(a))
    return made
  }

  /**
   * A range is one loop of the program. Where stores (the main part and the rest of a peeled axis) use one range below
   * different loops, all but the first get a range of their own; so do the reductions and copies in them.
   */
  private ownLoops(nest: FlatNest): readonly UOp[] {
    const owned = new Set<UOp>()
    const names = new Map<string, Axis>()
    const byPath = new Map<string, { readonly map: Map<UOp, UOp>; readonly stores: UOp[] }>()
    for (const s of nest.stores) {
      const path = this.byOrder(openRanges(s))
      const pathKey = path.map(a => a.id).join('/')
      let family = byPath.get(pathKey)
      if (family === undefined) {
        const map = new Map<UOp, UOp>()
        let key = ''
        for (const a of path) {
          key = `${key}/${a.id}`
          const name = names.get(key) ?? (owned.has(a) ? this.fresh(a) : a)
          names.set(key, name)
          owned.add(a)
          if (name !== a) map.set(a, name)
        }
        byPath.set(pathKey, (family = { map, stores: [] }))
      }
      family.stores.push(s)
    }
    return [...byPath.values()].flatMap(({ map, stores }) => this.ownClosedLoops(map.size === 0 ? stores : replaceAxes(stores, map), names))
  }

  private ownClosedLoops(stores: readonly UOp[], names: Map<string, Axis>): readonly UOp[] {
    const done = new Map<UOp, UOp>() // what becomes another node
    for (const u of toposort(stores)) {
      const rebuilt = u.src.some(x => done.has(x)) ? rebuild(u, u.src.map(x => done.get(x) ?? x)) : u
      if (rebuilt.op !== 'reduce' && rebuilt.op !== 'end') {
        if (rebuilt !== u) done.set(u, rebuilt)
        continue
      }
      const where = this.byOrder(openRanges(rebuilt)).map(a => a.id).join()
      const map = new Map<UOp, UOp>()
      for (const r of rebuilt.src) {
        if (!is(r, 'range')) continue
        const first = `first ${r.id}`
        const key = `${r.id} in ${where}`
        const name = names.get(key) ?? (names.has(first) ? this.fresh(r) : r)
        names.set(first, r)
        names.set(key, name)
        if (name !== r) map.set(r, name)
      }
      const named = map.size === 0 ? rebuilt : replaceAxes([rebuilt], this.withLoopsInside(rebuilt, map))[0]
      if (named !== u) done.set(u, named)
    }
    return stores.map(s => done.get(s) ?? s)
  }

  /** Loops inside a loop that gets another range run once for each of the two: they get ranges of their own as well. */
  private withLoopsInside(u: UOp, map: ReadonlyMap<UOp, UOp>): ReadonlyMap<UOp, UOp> {
    const all = new Map(map)
    for (const n of toposort(u).reverse()) {
      if ((n.op !== 'reduce' && n.op !== 'end') || ![...openRanges(n)].some(r => all.has(r))) continue
      for (const r of n.src) if (is(r, 'range') && !all.has(r)) all.set(r, this.fresh(r))
    }
    return all
  }

  private treeOf(stores: readonly UOp[]): LoopTree {
    const tree: LoopTree = { stores: [], inner: new Map() }
    for (const s of stores) {
      let at = tree
      for (const a of this.byOrder(openRanges(s))) {
        let next = at.inner.get(a)
        if (next === undefined) at.inner.set(a, (next = { stores: [], inner: new Map() }))
        at = next
      }
      at.stores.push(s)
    }
    return tree
  }

  /** All values are read before anything is stored: an update in place sees the old contents. */
  private placeLoops(tree: LoopTree, block: Block): void {
    const ready = tree.stores.map(s => this.readyStore(s))
    for (const [axis, inner] of tree.inner) {
      this.value(axis.src[0])
      const loop = new Block(block, axis)
      this.blocks.set(axis, loop)
      this.placeLoops(inner, loop)
      block.items.push(loop)
    }
    block.items.push(...ready)
  }

  /** A store whose address, value and gate stand in their places. */
  private readyStore(s: UOp): UOp {
    const [to, value, gate] = s.src.map(x => this.value(x))
    return store(to, value, gate)
  }

  /** The innermost open loop that `u` depends on. */
  private blockOf(u: UOp): Block {
    let deepest = this.body
    for (const r of openRanges(u)) {
      const b = this.blocks.get(r)
      if (b !== undefined && b.depth > deepest.depth) deepest = b
    }
    return deepest
  }

  /** Makes sure that the value of `u` stands in its block; returns the node that stands for it. */
  private value(u: UOp): UOp {
    const known = this.placed.get(u)
    if (known !== undefined) return known
    if (is(u, 'reduce')) return this.placeReduction(u)
    if (is(u, 'scan')) return this.placeScan(u)
    let stands: UOp = u
    if (u.op === 'index') stands = this.placeAddress(u)
    else if (u.op === 'after') {
      for (const e of u.src.slice(1)) this.placeBefore(e)
      const before = u.src.slice(1).map(e => (e.dtype.kind === 'index' ? this.value(e) : (this.placed.get(e) ?? e)))
      stands = this.put(withSrc(u, [this.value(u.src[0]), ...before]), this.blockOf(u))
    } else if (u.op !== 'range') stands = this.put(withSrc(u, u.src.map(s => this.value(s))), this.blockOf(u))
    this.placed.set(u, stands)
    return stands
  }

  private put(node: UOp, block: Block): UOp {
    if (isCommon(node) || block === this.state.root) return putInRoot(node, this.state)
    block.items.push(node)
    return node
  }

  /**
   * Offsets are summed from the outermost loop inwards, pointer by pointer, so that each part is added in the loop
   * that changes it; the constant comes last, where targets have it for free.
   */
  private placeAddress(u: UOp): UOp {
    const base = this.value(u.src[0])
    const outside = this.blockOf(u.src[0])
    const { terms, constant: fixed } = linearForm(u.src[1])
    const byBlock = new Map<Block, UOp>()
    for (const [atom, c] of terms) {
      const b = this.blockOf(atom)
      byBlock.set(b, indexAdd(byBlock.get(b) ?? indexConst(0), indexMul(atom, c)))
    }
    const parts = [...byBlock].sort(([a], [b]) => a.depth - b.depth)
    if (parts.length === 0) parts.push([outside, indexConst(0)])
    let pointer = base
    parts.forEach(([block, sum], i) => {
      const offset = this.value(i === parts.length - 1 ? indexAdd(sum, fixed) : sum)
      const node = address(pointer, offset)
      if (!this.placed.has(node)) this.placed.set(node, this.put(node, block.depth >= outside.depth ? block : outside))
      pointer = node
    })
    return pointer
  }

  /** What a value is ordered after: a copy, a store, or an iteration of a loop. */
  private placeBefore(u: UOp): void {
    if (u.op === 'end') this.placeCopy(u)
    else if (u.dtype.kind === 'index') this.value(u)
    else if (u.op === 'store' && !this.placed.has(u)) {
      const ready = this.readyStore(u)
      this.blockOf(u).items.push(ready)
      this.placed.set(u, ready)
    }
  }

  /** A staged copy: its stores, in loops of their own. */
  private placeCopy(u: UOp): void {
    if (this.placed.has(u)) return
    const ranges = this.byOrder(u.src.filter(s => s.op === 'range'))
    const inner = this.openLoops(ranges, this.blockOf(u))
    const stores = u.src.filter(s => s.op === 'store')
    const copied = stores.map(s => this.readyStore(s))
    inner.items.push(...copied)
    this.placed.set(u, ranges.length === 0 ? copied[copied.length - 1] : this.closeLoops(ranges))
  }

  private openLoops(ranges: readonly Axis[], parent: Block): Block {
    return ranges.reduce((outer, r) => {
      this.value(r.src[0])
      const loop = new Block(outer, r)
      this.blocks.set(r, loop)
      return loop
    }, parent)
  }

  /** Closes loops; returns the `end` of the outermost. */
  private closeLoops(ranges: readonly Axis[]): UOp {
    for (const r of [...ranges].reverse()) {
      const loop = this.blocks.get(r)
      if (loop !== undefined) loop.parent?.items.push(loop)
    }
    return uop('end', dtypes.void, [ranges[0]])
  }

  /** Reductions over one set of ranges: one loop, an accumulator each. */
  private placeReduction(u: UOp<'reduce'>): UOp {
    const ranges = this.byOrder(u.src.slice(1))
    const members = this.reductions.get(ranges.map(r => r.id).join()) ?? [u]
    const parent = members.map(m => this.blockOf(m)).reduce((a, b) => (b.depth > a.depth ? b : a))
    const accumulators = members.map(m => {
      const acc = register(this.state.registers++, m.dtype)
      const identity = this.value(constant(reduceIdentity(m.arg, m.dtype), m.dtype))
      parent.items.push(acc, store(acc, identity))
      return acc
    })
    const inner = this.openLoops(ranges, parent)
    const sums = members.map((m, i): UOp => {
      const current = uop('after', m.dtype, [accumulators[i], ranges[ranges.length - 1]])
      const sum = load(current)
      inner.items.push(current, sum)
      return sum
    })
    // Term by term through all accumulators: what several of them take is loaded when the first does, and soon done with.
    const terms = members.map(m => operands(m.arg, m.src[0]))
    for (let t = 0; t < Math.max(...terms.map(list => list.length)); t++) {
      members.forEach((m, i) => {
        if (t >= terms[i].length) return
        const term = this.placeTerm(m.arg, terms[i][t])
        const fused = isDotTerm(terms[i][t]) ? dot : mulacc
        sums[i] = term.length === 2 ? fused(term[0], term[1], sums[i]) : uop(m.arg, m.dtype, [sums[i], term[0]])
        inner.items.push(sums[i])
      })
    }
    members.forEach((_, i) => inner.items.push(store(accumulators[i], sums[i])))
    const end = this.closeLoops(ranges)
    members.forEach((m, i) => {
      const done = uop('after', m.dtype, [accumulators[i], end])
      const result = load(done)
      parent.items.push(done, result)
      this.placed.set(m, result)
    })
    return this.placed.get(u) ?? u
  }

  /** A scan: a register that begins outside of its loops, and in them takes each value in turn. */
  private placeScan(u: UOp<'scan'>): UOp {
    const ranges = this.byOrder(u.src.slice(1))
    const outer = this.blocks.get(ranges[0])?.parent ?? this.body
    const inner = this.blocks.get(ranges[ranges.length - 1]) ?? this.body
    const carried = register(this.state.registers++, u.dtype)
    outer.items.push(carried, store(carried, this.value(constant(reduceIdentity(u.arg, u.dtype), u.dtype))))
    const value = this.value(u.src[0])
    const current = uop('after', u.dtype, [carried, ranges[ranges.length - 1]])
    const before = load(current)
    const total = uop(u.arg, u.dtype, [before, value])
    inner.items.push(current, before, total, store(carried, total))
    this.placed.set(u, total)
    return total
  }

  /** A term to accumulate: the two factors of a product (or several: a dot) that the target adds in one go, or one value. */
  private placeTerm(op: ReduceAlu, v: UOp): readonly UOp[] {
    if (op === 'add' && isDotTerm(v) && !this.placed.has(v)) return v.src.slice(0, 2).map(s => this.value(s))
    const fused = op === 'add' && v.op === 'mul' && isFloat(v.dtype) && this.state.options.fuses(v) && !this.placed.has(v)
    return fused ? v.src.map(s => this.value(s)) : [this.value(v)]
  }
}

/** Reductions by the loop that they run in. */
function loopsOf(stores: readonly UOp[], rangesOf: (u: UOp<'reduce'>) => readonly UOp[]): Map<string, UOp<'reduce'>[]> {
  const loops = new Map<string, UOp<'reduce'>[]>()
  for (const u of toposort(stores)) {
    if (!is(u, 'reduce')) continue
    const key = rangesOf(u).map(r => r.id).join()
    loops.set(key, [...(loops.get(key) ?? []), u])
  }
  return loops
}

/** a ⊕ b ⊕ c as a list: they are accumulated one after another. */
function operands(op: ReduceAlu, v: UOp): UOp[] {
  const list: UOp[] = []
  let rest = v
  while (rest.op === op) {
    list.unshift(rest.src[1])
    rest = rest.src[0]
  }
  list.unshift(rest)
  return list
}

function flattenBlock(block: Block, out: UOp[]): void {
  if (block.opens !== undefined) out.push(block.opens)
  for (const item of block.items) {
    if (item instanceof Block) flattenBlock(item, out)
    else out.push(item)
  }
  if (block.opens?.op === 'if') out.push(uop('endif', dtypes.void, [block.opens]))
  else if (block.opens !== undefined) out.push(uop('end', dtypes.void, [block.opens]))
}
