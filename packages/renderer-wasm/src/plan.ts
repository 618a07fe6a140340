import { is, type Op, type UOp } from '@petagrad/ir/graph'
import { withoutOrder, type AddressedProgram } from './addresses.js'
import { findBlocks, livesUntil, type Block, type BlockStructure } from './blocks.js'
import { isMemoryAccess, operandsOf, registerOf } from './operands.js'

/**
 * How a value gets to its users: computed in place on the operand stack (`inline`), through a local variable (`local`),
 * or, read from a register that does not change meanwhile, out of that (`register`).
 */
export type Carrier = 'inline' | 'local' | 'register'

/** What is decided about one uop of a program. */
export interface Carried {
  readonly carrier: Carrier | undefined
  /** For values in locals and registers: the last place where they are needed; -1 if they never are. */
  readonly lastUse: number
}

export interface Plan {
  readonly values: ReadonlyMap<UOp, Carried>
  /** Addresses that a loop moves by a constant each time round, by the loop's range: kept in a local that is added to. */
  readonly moving: ReadonlyMap<UOp, readonly MovingAddress[]>
}

export interface MovingAddress {
  readonly address: UOp
  /** Where it starts, known before the loop. */
  readonly start: UOp
  /** Bytes from one iteration to the next. */
  readonly step: number
}

/** Nesting that the stack code of one value may reach; beyond, a local takes it up. */
const DEEPEST = 64

const FREE = new Set<Op>(['const', 'param', 'special', 'variable', 'scratch', 'register', 'after'])
const EFFECTS = new Set<Op>(['store', 'range', 'end', 'if', 'endif', 'barrier'])

/** Leaves and what is read without being computed. */
const isFree = (u: UOp): boolean => FREE.has(u.op)

/** Decides for every value how it is carried, and for how long. */
export function planProgram(program: AddressedProgram): Plan {
  return new Planner(program).plan()
}

class Value implements Carried {
  carrier: Carrier | undefined = undefined
  lastUse = -1
  uses = 0
  /** The user, where there is one only. */
  user: Value | undefined = undefined
  /** Where it is computed: for inline ones, where their user is. */
  computedAt = -1
  /** Inline values around it. */
  depth = 0

  constructor(
    readonly uop: UOp,
    readonly at: number,
  ) {}
}

/** Walks backwards, so that users come before what they use. */
class Planner {
  private readonly values = new Map<UOp, Value>()
  private readonly list: readonly Value[]
  private readonly blocks: BlockStructure
  private readonly places: AddressedProgram['places']
  private readonly moving = new Map<UOp, MovingAddress[]>()
  private readonly nextRegisterStore = new Map<UOp, number>()
  private nextStore = Infinity
  /** The next place at which something is computed for itself, not for its user. */
  private nextComputed = Infinity

  constructor({ uops, places }: AddressedProgram) {
    this.places = places
    this.blocks = findBlocks(uops)
    this.list = uops.map((u, at) => new Value(u, at))
    for (const v of this.list) this.values.set(v.uop, v)
  }

  plan(): Plan {
    for (let at = this.list.length - 1; at >= 0; at--) {
      const v = this.list[at]
      const effect = EFFECTS.has(v.uop.op)
      if (isFree(v.uop) || (!effect && v.uses === 0)) continue
      if (v.uop.op === 'index' && this.carryMoving(v)) continue
      this.carry(v, effect)
    }
    return { values: this.values, moving: this.moving }
  }

  private carry(v: Value, effect: boolean): void {
    const { uop, at } = v
    const operands = operandsOf(uop, this.places)
    const register = registerOf(uop)
    v.computedAt = at
    if (!effect) {
      v.carrier = this.choose(v, operands, register)
      if (v.carrier === 'inline' && v.user !== undefined) {
        v.computedAt = v.user.computedAt
        v.depth = v.user.depth + 1
      }
    }
    if (v.computedAt === at && v.carrier !== 'register') this.nextComputed = at
    const from = this.blocks.evaluated[v.computedAt]
    // The extent of a loop is compared with at its end.
    const until = uop.op === 'range' ? this.blocks.defined[at].last : v.computedAt
    for (const operand of operands) this.use(operand, v, from, until)
    if (register !== undefined) {
      const target = this.values.get(register)
      if (target !== undefined) {
        if (v.carrier === 'register') target.lastUse = Math.max(target.lastUse, v.lastUse)
        this.need(target, from, v.computedAt)
      }
      if (uop.op === 'store') this.nextRegisterStore.set(register, at)
    } else if (uop.op === 'store' || uop.op === 'barrier') this.nextStore = at
  }

  private use(operand: UOp, by: Value, from: Block, until: number): void {
    const v = this.values.get(operand)
    if (v === undefined || isFree(operand)) return // leaves are there everywhere
    v.uses++
    v.user = by
    this.need(v, from, until)
  }

  private need(v: Value, from: Block, until: number): void {
    v.lastUse = Math.max(v.lastUse, livesUntil(this.blocks.defined[v.at], from, until))
  }

  private choose(v: Value, operands: readonly UOp[], register: UOp | undefined): Carrier {
    const overwritten = register === undefined ? Infinity : (this.nextRegisterStore.get(register) ?? Infinity)
    if (register !== undefined && overwritten >= v.lastUse) return 'register'
    const { user } = v
    if (user === undefined || v.uses !== 1 || user.uop.op === 'range' || user.depth >= DEEPEST) return 'local'
    const there = user.computedAt
    if (this.blocks.evaluated[there] !== this.blocks.defined[v.at] || overwritten < there) return 'local'
    if (this.nextStore < there && isMemoryAccess(v.uop)) return 'local'
    // The order of the program is meant: a value moves to a later user only if no more values live meanwhile for that.
    if (this.nextComputed >= there) return 'inline'
    return operands.reduce((n, o) => (isFree(o) ? n : n + 1), 0) <= 1 ? 'inline' : 'local'
  }

  /** If the address moves with its loop, carries it as such. */
  private carryMoving(v: Value): boolean {
    const block = this.blocks.defined[v.at]
    const range = block.first < 0 ? undefined : this.list[block.first].uop
    const step = range?.op === 'range' ? stepOf(v.uop.src[1], range) : undefined
    if (step === undefined || range === undefined) return false
    const start = withoutOrder(v.uop.src[0])
    const home = this.values.get(start)
    if (home !== undefined && !isFree(start) && this.blocks.defined[home.at] === block) return false
    const list = this.moving.get(range)
    if (list === undefined) this.moving.set(range, [{ address: v.uop, start, step }])
    else list.push({ address: v.uop, start, step })
    v.carrier = 'local'
    v.computedAt = block.first
    this.use(start, v, this.blocks.evaluated[block.first], block.first)
    return true
  }
}

/** The constant that `offset` grows by when the range counts on, if it is a multiple of the range. */
function stepOf(offset: UOp, range: UOp): number | undefined {
  if (offset === range) return 1
  return offset.op === 'mul' && offset.src[0] === range && is(offset.src[1], 'const') ? Number(offset.src[1].arg) : undefined
}
