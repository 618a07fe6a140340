import { dtypes, pointer, vector, type AddressSpace, type DType } from './dtype.js'
import type { ArgTypes, AxisKind, BinaryOp, CastOp, ConstValue, Dim, Op, ReduceAlu, UnaryOp } from './op.js'
import type { Facts } from './symbolic/facts.js'

/**
 * One node of the one graph: `{op, dtype, src, arg}`. Nodes are interned, so structural equality is identity, and
 * every pass can memoise by node. Build them with `uop` or the builders below; never mutate one.
 */
export interface UOp<O extends Op = Op> {
  /** Creation order; a node's id is greater than those of its sources. */
  readonly id: number
  readonly op: O
  readonly dtype: DType
  readonly src: readonly UOp[]
  readonly arg: ArgTypes[O]
}

/** A node with room for the intern table's own field, and for what symbolic analysis knows (a WeakMap costs far more per access). */
interface Interned {
  readonly id: number
  readonly op: Op
  readonly dtype: DType
  readonly src: readonly UOp[]
  readonly arg: unknown
  /** The first of the nodes whose youngest source is this one; `next` leads to the others. */
  users: Interned | undefined
  userCount: number
  /** The users by hash, once they are many; those of one hash are then chained by `next`. */
  usersByHash: Map<number, Interned> | undefined
  next: Interned | undefined
  facts: Facts | undefined
  /** For `openRanges`. */
  open: ReadonlySet<UOp> | undefined
  /** For `shapeOf`. */
  shape: readonly Dim[] | undefined
  /** For `toposort`: 2·walk once entered, one more once emitted. */
  mark: number
}

/** Fields are declared here and assigned there: initialisers would run as a function of their own for each node. */
class Node implements Interned {
  declare readonly id: number
  declare readonly op: Op
  declare readonly dtype: DType
  declare readonly src: readonly UOp[]
  declare readonly arg: unknown
  declare users: Interned | undefined
  declare userCount: number
  declare usersByHash: Map<number, Interned> | undefined
  declare next: Interned | undefined
  declare facts: Facts | undefined
  declare open: ReadonlySet<UOp> | undefined
  declare shape: readonly Dim[] | undefined
  declare mark: number
  constructor(id: number, op: Op, dtype: DType, src: readonly UOp[], arg: unknown) {
    this.id = id
    this.op = op
    this.dtype = dtype
    this.src = src
    this.arg = arg
    this.users = undefined
    this.userCount = 0
    this.usersByHash = undefined
    this.next = undefined
    this.facts = undefined
    this.open = undefined
    this.shape = undefined
    this.mark = 0
  }
}

let nextId = 0

/*
 * Sources are read everywhere, so their arrays are of one kind: packed, never frozen, and not the holey ones that `map`
 * makes. Engines compile code for the kinds that they have seen, and again for every kind that turns up later.
 */
const NO_SRC: readonly UOp[] = emptyPacked()

function emptyPacked(): UOp[] {
  const list: UOp[] = [{ id: -1, op: 'sink', dtype: dtypes.void, src: [], arg: undefined }]
  list.pop()
  return list
}

function packed(src: readonly UOp[]): readonly UOp[] {
  switch (src.length) {
    case 1: return [src[0]]
    case 2: return [src[0], src[1]]
    case 3: return [src[0], src[1], src[2]]
  }
  const list: UOp[] = [src[0]]
  for (let i = 1; i < src.length; i++) list.push(src[i])
  return list
}

/*
 * A node is kept alive by its youngest source, through that source's `users`, and leaves are held weakly. So
 * a graph over a buffer dies with the buffer, and no node needs a weak reference of its own: interning a node is a
 * look through the few users of one source.
 */
type Leaves = Map<unknown, WeakRef<Interned>>
const leaves = new Map<DType, Leaves>()
const deadLeaves = new FinalizationRegistry<{ readonly kin: Leaves; readonly key: unknown }>(({ kin, key }) => {
  if (kin.get(key)?.deref() === undefined) kin.delete(key)
})

/** Arguments that are objects are made canonical, so that comparing them is comparing references. Held weakly: every buffer has its own. */
const canonicalArgs = new Map<string, WeakRef<object>>()
const deadArgs = new FinalizationRegistry<string>(key => {
  if (canonicalArgs.get(key)?.deref() === undefined) canonicalArgs.delete(key)
})
const opCodes = new Map<Op, number>()
const dtypeCodes = new Map<DType, number>()
const argCodes = new WeakMap<object, number>()
let lastArgCode = 0

function code<K>(table: Map<K, number>, key: K): number {
  let c = table.get(key)
  if (c === undefined) table.set(key, (c = table.size + 1))
  return c
}

/** A string that two arguments share exactly when they are equal. Uops inside are named by id. */
export function argKey(arg: unknown): string {
  switch (typeof arg) {
    case 'number': return Object.is(arg, -0) ? '-0' : String(arg)
    case 'bigint': return `${arg}n`
    case 'string': return JSON.stringify(arg)
    case 'boolean': return arg ? 't' : 'f'
    case 'undefined': return ''
    case 'object': {
      if (arg === null) return 'null'
      if (Array.isArray(arg)) return `[${arg.map(argKey).join()}]`
      if (arg instanceof Node) return `%${arg.id}`
      const fields: string[] = []
      for (const [k, v] of Object.entries(arg)) fields.push(`${k}=${argKey(v)}`)
      return `{${fields.sort().join()}}`
    }
    default: throw new TypeError(`a uop argument cannot be a ${typeof arg}`)
  }
}

function canonical(arg: unknown): unknown {
  if (arg === undefined || typeof arg !== 'object' || arg === null || argCodes.has(arg)) return arg
  const key = argKey(arg)
  const known = canonicalArgs.get(key)?.deref()
  if (known !== undefined) return known
  canonicalArgs.set(key, new WeakRef(Object.freeze(arg)))
  deadArgs.register(arg, key)
  argCodes.set(arg, ++lastArgCode)
  return arg
}

function argHash(arg: unknown): number {
  switch (typeof arg) {
    case 'number': return (arg * 0x9e3779b1) ^ (arg * 4096)
    case 'bigint': return Number(BigInt.asIntN(32, arg))
    case 'boolean': return arg ? 7 : 11
    case 'object': return arg === null ? 0 : (argCodes.get(arg) ?? 0)
    default: return 0
  }
}

/** The node with these parts: the existing one if there is one. */
export function uop<O extends Op>(op: O, dtype: DType, src: readonly UOp[] = NO_SRC, arg?: ArgTypes[O]): UOp<O> {
  if (src.length === 0) return typed<O>(leaf(op, dtype, arg))
  const a = canonical(arg)
  let youngest = src[0]
  for (let i = 1; i < src.length; i++) if (src[i].id > youngest.id) youngest = src[i]
  const home = youngest as UOp & Interned // every uop is a Node: this module is their only maker
  const byHash = home.usersByHash
  const hash = byHash === undefined ? 0 : hashOf(op, dtype, src, a)
  const first = byHash === undefined ? home.users : byHash.get(hash)
  for (let n = first; n !== undefined; n = n.next) {
    if (n.op === op && n.dtype === dtype && Object.is(n.arg, a) && sameSources(n.src, src)) return typed<O>(n)
  }
  const node = new Node(nextId++, op, dtype, packed(src), a)
  node.next = first
  if (byHash !== undefined) byHash.set(hash, node)
  else {
    home.users = node
    if (++home.userCount > MOST_UNHASHED) hashUsers(home)
  }
  return typed<O>(node)
}

/** Most nodes have a few users, and looking through those is faster than hashing and takes no table. */
const MOST_UNHASHED = 8

function hashUsers(home: Interned): void {
  const table = new Map<number, Interned>()
  for (let n = home.users; n !== undefined;) {
    const rest = n.next
    const hash = hashOf(n.op, n.dtype, n.src, n.arg)
    n.next = table.get(hash)
    table.set(hash, n)
    n = rest
  }
  home.users = undefined
  home.usersByHash = table
}

function hashOf(op: Op, dtype: DType, src: readonly UOp[], arg: unknown): number {
  let h = Math.imul(code(opCodes, op), 0x85ebca6b) ^ Math.imul(code(dtypeCodes, dtype), 0xc2b2ae35) ^ argHash(arg)
  for (let i = 0; i < src.length; i++) h = Math.imul(h ^ src[i].id, 0x01000193)
  return h | 0
}

/** Only `uop` calls this, with the op and argument that it was given together. */
const typed = <O extends Op>(n: Interned): UOp<O> => n as unknown as UOp<O>

function sameSources(a: readonly UOp[], b: readonly UOp[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

function leaf(op: Op, dtype: DType, arg: unknown): Interned {
  let kin = leaves.get(dtype)
  if (kin === undefined) leaves.set(dtype, (kin = new Map()))
  // Constants are most of what is asked for, and their value is a key as it is; but -0 is another one than 0.
  const key = op === 'const' && !Object.is(arg, -0) ? arg : `${op} ${argKey(arg)}`
  const known = kin.get(key)?.deref()
  if (known !== undefined) return known
  const node = new Node(nextId++, op, dtype, NO_SRC, canonical(arg))
  kin.set(key, new WeakRef<Interned>(node))
  deadLeaves.register(node, { kin, key })
  return node
}

/** True if `u` is a node of kind `op`; narrows its argument type. */
export const is = <O extends Op>(u: UOp, op: O): u is UOp<O> => u.op === op

/** `u` with other sources. Same node if nothing changed. */
export function withSrc(u: UOp, src: readonly UOp[]): UOp {
  return sameSources(u.src, src) ? u : uop(u.op, u.dtype, src, u.arg)
}

/** `u`'s operation and argument with another dtype and other sources. */
export const remake = (u: UOp, dtype: DType, src: readonly UOp[]): UOp => uop(u.op, dtype, src, u.arg)

let walks = 0

/**
 * All nodes under the roots, sources before users, each once. Where `enter` is false a node's sources are left out;
 * it must not start another walk.
 */
export function toposort(roots: UOp | readonly UOp[], enter?: (u: UOp) => boolean): UOp[] {
  const order: UOp[] = []
  const entered = 2 * ++walks
  const list = (Array.isArray(roots) ? roots : [roots]) as readonly (UOp & Interned)[] // every uop is a Node
  const stack: (UOp & Interned)[] = []
  for (let i = list.length - 1; i >= 0; i--) stack.push(list[i])
  while (stack.length > 0) {
    const u = stack[stack.length - 1]
    if (u.mark < entered) {
      u.mark = entered
      const before = stack.length
      if (enter === undefined || enter(u)) {
        const src = u.src as readonly (UOp & Interned)[] // every uop is a Node
        for (let i = src.length - 1; i >= 0; i--) if (src[i].mark < entered) stack.push(src[i])
      }
      if (stack.length > before) continue
    }
    if (u.mark === entered) {
      u.mark = entered + 1
      order.push(u)
    }
    stack.pop()
  }
  return order
}

/** Replaces nodes by the map, bottom up; nodes above a replaced one are rebuilt. */
export function substitute(root: UOp, map: ReadonlyMap<UOp, UOp>, memo = new Map<UOp, UOp>()): UOp {
  for (const u of toposort(root, n => !map.has(n) && !memo.has(n))) {
    if (memo.has(u)) continue
    const direct = map.get(u)
    memo.set(u, direct ?? (u.src.length === 0 ? u : withSrc(u, u.src.map(s => memo.get(s) ?? s))))
  }
  return memo.get(root) ?? root
}

// ---- builders

/** A constant, converted to what the dtype holds (bigint for i64 and u64, boolean for bool). No rounding is done here. */
export function constant(value: ConstValue, dtype: DType): UOp<'const'> {
  return uop('const', dtype, NO_SRC, constValue(value, dtype.scalar))
}

function constValue(value: ConstValue, dtype: DType): ConstValue {
  if (dtype.kind === 'bool') return typeof value === 'boolean' ? value : Boolean(value)
  if (dtype === dtypes.i64 || dtype === dtypes.u64) return typeof value === 'bigint' ? value : BigInt(Number(value))
  return typeof value === 'number' ? value : Number(value)
}

export const indexConst = (value: number): UOp<'const'> => constant(value, dtypes.index)
/** A dimension as a uop of dtype index. */
export const dimUOp = (d: Dim): UOp => (typeof d === 'number' ? indexConst(d) : d)
/** The reverse: a constant becomes a number. */
export const uopDim = (u: UOp): Dim => (is(u, 'const') ? Number(u.arg) : u)

const boolOf = (d: DType): DType => vector(dtypes.bool, d.lanes)
export const unary = (op: UnaryOp, x: UOp): UOp => uop(op, x.dtype, [x])
/** Both sides have one dtype; comparisons give bool with as many lanes. */
export const binary = (op: BinaryOp, a: UOp, b: UOp): UOp =>
  uop(op, op === 'lt' || op === 'eq' || op === 'ne' ? boolOf(a.dtype) : a.dtype, [a, b])
export const where = (condition: UOp, a: UOp, b: UOp): UOp => uop('where', a.dtype, [condition, a, b])
export const mulacc = (a: UOp, b: UOp, c: UOp): UOp => uop('mulacc', c.dtype, [a, b, c])
/** `to` is a scalar dtype; lanes are kept. */
export const cast = (op: CastOp, x: UOp, to: DType): UOp => {
  const dtype = vector(to, x.dtype.lanes)
  return dtype === x.dtype ? x : uop(op, dtype, [x])
}

/** Arguments of ranges by kind and axis: they are asked for so often that naming one for its canonical form would show. */
const rangeArgs = new Map<AxisKind, ArgTypes['range'][]>()
/** Axes of usual kernels; what is remembered is never given back. */
const REMEMBERED_AXES = 256

export function range(extent: Dim, axis: number, kind: AxisKind): UOp<'range'> {
  let byAxis = rangeArgs.get(kind)
  if (byAxis === undefined) rangeArgs.set(kind, (byAxis = []))
  const known = byAxis[axis] as ArgTypes['range'] | undefined
  const made = uop('range', dtypes.index, [dimUOp(extent)], known ?? { axis, kind })
  if (known === undefined && axis < REMEMBERED_AXES) byAxis[axis] = made.arg
  return made
}
export const variable = (name: string, min: number, max: number): UOp<'variable'> =>
  uop('variable', dtypes.index, NO_SRC, { name, min, max })
export const param = (slot: number, element: DType, size: number): UOp<'param'> =>
  uop('param', pointer(element, 'global'), NO_SRC, { slot, size })
export const scratch = (id: number, element: DType, size: number, space: Exclude<AddressSpace, 'global'> = 'private'): UOp<'scratch'> =>
  uop('scratch', pointer(element, space), NO_SRC, { id, size })
export const register = (id: number, dtype: DType): UOp<'register'> => uop('register', dtype, NO_SRC, { id })
export const address = (memory: UOp, offset: UOp): UOp<'index'> => uop('index', memory.dtype, [memory, offset])

/** Reads the element at an address (or a register); with `lanes`, that many consecutive elements. */
export function load(from: UOp, gated?: { readonly gate: UOp; readonly alternative: UOp }, lanes = from.dtype.lanes): UOp<'load'> {
  const dtype = from.dtype.space === undefined ? from.dtype : vector(from.dtype.scalar, lanes)
  return uop('load', dtype, gated ? [from, gated.alternative, gated.gate] : [from])
}
export const store = (to: UOp, value: UOp, gate?: UOp): UOp<'store'> =>
  uop('store', dtypes.void, gate ? [to, value, gate] : [to, value])
export const reduce = (alu: ReduceAlu, value: UOp, ranges: readonly UOp[]): UOp =>
  ranges.length === 0 ? value : uop('reduce', value.dtype, [value, ...ranges], alu)
export const scan = (alu: ReduceAlu, value: UOp, ranges: readonly UOp[]): UOp<'scan'> => uop('scan', value.dtype, [value, ...ranges], alu)
export const vectorize = (elements: readonly UOp[]): UOp =>
  elements.length === 1 ? elements[0] : uop('vectorize', vector(elements[0].dtype, elements.length), elements)
/** `sum` plus the products of neighbouring lanes of `a` and `b`, as many for each lane of `sum` as they have more lanes. */
export const dot = (a: UOp, b: UOp, sum: UOp): UOp<'dot'> => uop('dot', sum.dtype, [a, b, sum])
export const extract = (x: UOp, lanes: readonly number[]): UOp => uop('extract', vector(x.dtype, lanes.length), [x], lanes)
