import {
  address, constant, dtypes, indexAdd, indexConst, indexFloorDiv, indexFloorMod, indexLt, indexMul, indexSub, is, linearForm, load, mulacc,
  openRanges, reduceIdentity, register, store, toposort, uop, boolAnd, indexGe, isFloat, withSrc, type ReduceAlu, type UOp,
} from '@petagrad/ir'
import { extentOf, replaceAxes, type Axis } from './nest.js'

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

/** Reductions that run in one loop. */
interface ReduceLoop {
  readonly ranges: readonly Axis[]
  readonly members: UOp<'reduce'>[]
}

export interface LinearOptions {
  /** Whether accumulation may use `mulacc` for this dtype. */
  readonly fuses: (u: UOp) => boolean
}

/**
 * Puts a kernel's expressions in order: every value stands in the outermost loop that it can, once; reductions become
 * registers that a loop updates. The tasks of several nests are numbered one nest after the other.
 */
export function linearise(nests: readonly FlatNest[], options: LinearOptions): { readonly uops: UOp[]; readonly tasks: number } {
  const tasksOf = nests.map(n => n.order.reduce((t, a) => (a.arg.kind === 'task' ? t * extentOf(a) : t), 1))
  const tasks = tasksOf.reduce((a, b) => a + b, 0)
  const task = uop('special', dtypes.index, [indexConst(tasks)], { name: 'grid0' })
  const root = new Block(undefined, undefined)
  const placedInRoot = new Set<UOp>()
  let registers = 0
  let first = 0
  nests.forEach((nest, i) => {
    const count = tasksOf[i]
    const body = nests.length === 1 ? root : new Block(root, uop('if', dtypes.void, [inTasks(task, first, count, tasks)]))
    if (body !== root && body.opens !== undefined) placePure(body.opens.src[0], root, placedInRoot)
    registers = placeNest(decodeTasks(nest, indexSub(task, first)), body, root, placedInRoot, registers, options)
    if (body !== root) root.items.push(body)
    first += count
  })
  const uops: UOp[] = []
  flattenBlock(root, uops)
  return { uops, tasks }
}

const inTasks = (task: UOp, first: number, count: number, all: number): UOp => {
  const from = first === 0 ? undefined : indexGe(task, first)
  const to = first + count === all ? undefined : indexLt(task, first + count)
  if (from === undefined) return to ?? constant(true, dtypes.bool)
  return to === undefined ? from : boolAnd(from, to)
}

/** Replaces task axes by the digits of the nest's task number. */
function decodeTasks(nest: FlatNest, number: UOp): FlatNest {
  const axes = nest.order.filter(a => a.arg.kind === 'task')
  if (axes.length === 0) return nest
  const map = new Map<UOp, UOp>()
  let stride = 1
  for (const a of [...axes].reverse()) {
    const shifted = indexFloorDiv(number, stride)
    map.set(a, a === axes[0] ? shifted : indexFloorMod(shifted, extentOf(a)))
    stride *= extentOf(a)
  }
  return { stores: replaceAxes(nest.stores, map), order: nest.order.filter(a => a.arg.kind !== 'task') }
}

/** Places a pure expression over task numbers and constants. */
function placePure(u: UOp, block: Block, placed: Set<UOp>): void {
  for (const n of toposort(u)) {
    if (placed.has(n)) continue
    placed.add(n)
    block.items.push(n)
  }
}

function placeNest(nest: FlatNest, body: Block, root: Block, placedInRoot: Set<UOp>, firstRegister: number, options: LinearOptions): number {
  const blocks = new Map<UOp, Block>()
  const placed = new Map<UOp, UOp>() // expression → what stands for it in the program
  const position = new Map<UOp, number>(nest.order.map((a, i) => [a, i]))
  const byOrder = (axes: readonly UOp[]): Axis[] =>
    axes.filter((a): a is Axis => is(a, 'range')).sort((a, b) => (position.get(a) ?? 0) - (position.get(b) ?? 0))
  let registers = firstRegister

  const loops = new Map<string, ReduceLoop>()
  const closed = new Set<UOp>()
  for (const u of toposort(nest.stores)) {
    if (is(u, 'reduce')) {
      const ranges = byOrder(u.src.slice(1))
      const key = ranges.map(r => r.id).join()
      const loop = loops.get(key)
      if (loop === undefined) loops.set(key, { ranges, members: [u] })
      else loop.members.push(u)
      for (const r of ranges) closed.add(r)
    } else if (u.op === 'end') for (const r of u.src) closed.add(r)
  }

  let innermost = body
  const outputLoops: Block[] = []
  for (const a of nest.order) {
    if (closed.has(a)) continue
    innermost = new Block(innermost, a)
    outputLoops.push(innermost)
    blocks.set(a, innermost)
    placeExtent(a)
  }

  const addresses: { readonly to: UOp; readonly value: UOp; readonly gate: UOp | undefined; readonly block: Block }[] = nest.stores.map(s => {
    const to = place(s.src[0])
    const value = place(s.src[1])
    const gate = s.src.length > 2 ? place(s.src[2]) : undefined
    return { to, value, gate, block: blockOf(s) }
  })
  for (const loop of [...outputLoops].reverse()) {
    for (const a of addresses) if (a.block === loop) loop.items.push(store(a.to, a.value, a.gate))
    loop.parent?.items.push(loop)
  }
  for (const a of addresses) if (!outputLoops.includes(a.block)) a.block.items.push(store(a.to, a.value, a.gate))
  return registers

  function placeExtent(a: Axis): void {
    place(a.src[0])
  }

  /** The innermost open loop that `u` depends on. */
  function blockOf(u: UOp): Block {
    let deepest = body
    for (const r of openRanges(u)) {
      const b = blocks.get(r)
      if (b !== undefined && b.depth > deepest.depth) deepest = b
    }
    return deepest
  }

  /** Makes sure that the value of `u` stands in its block; returns the node that stands for it. */
  function place(u: UOp): UOp {
    const known = placed.get(u)
    if (known !== undefined) return known
    if (is(u, 'range')) {
      placed.set(u, u)
      return u
    }
    if (is(u, 'reduce')) {
      placeReduction(u)
      return placed.get(u) ?? u
    }
    let stands: UOp
    if (u.op === 'index') stands = placeAddress(u)
    else if (u.op === 'after') {
      place(u.src[0])
      for (const e of u.src.slice(1)) placeCopy(e)
      stands = put(withSrc(u, [u.src[0], ...u.src.slice(1).map(e => placed.get(e) ?? e)]), blockOf(u))
    } else {
      const src = u.src.map(place)
      const node = withSrc(u, src)
      // Anything that reads no memory is valid everywhere, and shared by all nests.
      const pure = u.src.length === 0 || (blockOf(u) === body && !readsMemory(u))
      stands = put(node, pure ? root : blockOf(u))
    }
    placed.set(u, stands)
    return stands
  }

  function put(node: UOp, block: Block): UOp {
    if (block === root) {
      if (placedInRoot.has(node)) return node
      placedInRoot.add(node)
    }
    block.items.push(node)
    return node
  }

  /**
   * Offsets are summed from the outermost loop inwards, pointer by pointer, so that each part is added in the loop
   * that changes it; the constant comes last, where targets have it for free.
   */
  function placeAddress(u: UOp): UOp {
    const base = place(u.src[0])
    const { terms, constant: fixed } = linearForm(u.src[1])
    const byBlock = new Map<Block, UOp>()
    for (const [atom, c] of terms) {
      const b = blockOf(atom)
      byBlock.set(b, indexAdd(byBlock.get(b) ?? indexConst(0), indexMul(atom, c)))
    }
    const parts = [...byBlock].sort(([a], [b]) => a.depth - b.depth)
    if (parts.length === 0) return put(address(base, place(indexConst(fixed))), blockOf(u))
    let pointer = base
    parts.forEach(([block, sum], i) => {
      const last = i === parts.length - 1
      const offset = place(last ? indexAdd(sum, fixed) : sum)
      const deeper = block.depth >= blockOf(u.src[0]).depth ? block : blockOf(u.src[0])
      const node = address(pointer, offset)
      if (!placed.has(node)) {
        put(node, deeper)
        placed.set(node, node)
      }
      pointer = node
    })
    return pointer
  }

  /** A staged copy: its stores, in loops of their own. */
  function placeCopy(u: UOp): void {
    if (placed.has(u)) return
    const ranges = byOrder(u.src.filter(s => s.op === 'range'))
    const inner = openLoops(ranges, blockOf(u))
    for (const s of u.src) {
      if (s.op !== 'store') continue
      const to = place(s.src[0])
      inner.items.push(store(to, place(s.src[1]), s.src.length > 2 ? place(s.src[2]) : undefined))
    }
    placed.set(u, closeLoops(ranges) ?? u)
  }

  function openLoops(ranges: readonly Axis[], parent: Block): Block {
    let inner = parent
    for (const r of ranges) {
      placeExtent(r)
      inner = new Block(inner, r)
      blocks.set(r, inner)
    }
    return inner
  }

  /** Closes loops; returns the `end` of the outermost. */
  function closeLoops(ranges: readonly Axis[]): UOp | undefined {
    for (const r of [...ranges].reverse()) {
      const b = blocks.get(r)
      if (b !== undefined) b.parent?.items.push(b)
    }
    return ranges.length === 0 ? undefined : uop('end', dtypes.void, [ranges[0]])
  }

  /** Reductions over one set of ranges: one loop, an accumulator each. */
  function placeReduction(u: UOp<'reduce'>): void {
    const ranges = byOrder(u.src.slice(1))
    const members = loops.get(ranges.map(r => r.id).join())?.members ?? [u]
    const parent = members.map(blockOf).reduce((a, b) => (b.depth > a.depth ? b : a))
    const accumulators = members.map(m => {
      const acc = register(registers++, m.dtype)
      const identity = place(constant(reduceIdentity(m.arg, m.dtype), m.dtype))
      parent.items.push(acc, store(acc, identity))
      return acc
    })
    const inner = openLoops(ranges, parent)
    const current = accumulators.map(acc => uop('after', acc.dtype, [acc, ranges[ranges.length - 1]]))
    const values = members.map(m => operands(m.arg, m.src[0]).map(v => placeTerm(m.arg, v)))
    members.forEach((m, i) => {
      let sum: UOp = load(current[i])
      inner.items.push(current[i], sum)
      for (const term of values[i]) {
        sum = term.length === 2 ? mulacc(term[0], term[1], sum) : uop(m.arg, m.dtype, [sum, term[0]])
        inner.items.push(sum)
      }
      inner.items.push(store(accumulators[i], sum))
    })
    const end = closeLoops(ranges) ?? u
    members.forEach((m, i) => {
      const done = uop('after', m.dtype, [accumulators[i], end])
      const result = load(done)
      parent.items.push(done, result)
      placed.set(m, result)
    })
  }

  /** A term to accumulate: the two factors of a product that the target adds in one go, or one value. */
  function placeTerm(op: ReduceAlu, v: UOp): readonly UOp[] {
    if (op === 'add' && v.op === 'mul' && isFloat(v.dtype) && options.fuses(v) && !placed.has(v)) return [place(v.src[0]), place(v.src[1])]
    return [place(v)]
  }
}

/** a ⊕ b ⊕ c as a list: they are accumulated one after another. */
function operands(op: ReduceAlu, v: UOp): UOp[] {
  const list: UOp[] = []
  let rest = v
  while (rest.op === op && !(rest.dtype.kind === 'index')) {
    list.unshift(rest.src[1])
    rest = rest.src[0]
  }
  list.unshift(rest)
  return list
}

const memoryReaders = new WeakMap<UOp, boolean>()
function readsMemory(u: UOp): boolean {
  const known = memoryReaders.get(u)
  if (known !== undefined) return known
  for (const n of toposort(u, x => !memoryReaders.has(x))) {
    memoryReaders.set(n, memoryReaders.get(n) ?? (n.op === 'load' || n.op === 'index' || n.src.some(s => memoryReaders.get(s) === true)))
  }
  return memoryReaders.get(u) ?? false
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
