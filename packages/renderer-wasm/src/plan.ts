import { is, type UOp } from '@petagrad/ir'
import { withoutOrder } from './addresses.js'
import { findBlocks, livesUntil, type Block } from './blocks.js'
import { isMemoryAccess, operandsOf, registerOf } from './operands.js'

/**
 * How a value gets to its users: computed in place on the operand stack (`inline`), through a local variable (`local`),
 * or, read from a register that does not change meanwhile, out of that (`register`).
 */
export type Carrier = 'inline' | 'local' | 'register'

export interface Plan {
  readonly carriers: ReadonlyMap<UOp, Carrier>
  /** For values in locals, registers and ranges: the last place where they are needed. */
  readonly lastUse: ReadonlyMap<UOp, number>
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

/** Leaves and what is read without being computed. */
const isFree = (u: UOp): boolean =>
  u.op === 'const' || u.op === 'param' || u.op === 'special' || u.op === 'variable' || u.op === 'scratch' || u.op === 'register' || u.op === 'after'

const isEffect = (u: UOp): boolean =>
  u.op === 'store' || u.op === 'range' || u.op === 'end' || u.op === 'if' || u.op === 'endif' || u.op === 'barrier'

/** Decides for every value how it is carried, and for how long. Walks backwards, so that users come before what they use. */
export function planProgram(uops: readonly UOp[]): Plan {
  const { defined, evaluated } = findBlocks(uops)
  const place = new Map(uops.map((u, at) => [u, at]))
  const moving = new Map<UOp, MovingAddress[]>()
  const carriers = new Map<UOp, Carrier>()
  const lastUse = new Map<UOp, number>()
  const uses = new Map<UOp, number>()
  /** Where a value is computed: for inline ones, where their user is. */
  const computedAt = new Map<UOp, number>()
  const depth = new Map<UOp, number>()
  const user = new Map<UOp, UOp>()
  let nextStore = Infinity
  /** The next place at which something is computed for itself, not for its user. */
  let nextComputed = Infinity
  const nextRegisterStore = new Map<UOp, number>()

  const need = (u: UOp, from: Block, at: number): void => {
    const home = place.get(u)
    if (home === undefined || (isFree(u) && u.op !== 'register')) return // leaves are there everywhere
    lastUse.set(u, Math.max(lastUse.get(u) ?? 0, livesUntil(defined[home], from, at)))
  }

  const choose = (u: UOp, at: number): Carrier => {
    const reg = registerOf(u)
    const last = lastUse.get(u) ?? at
    if (reg !== undefined && (nextRegisterStore.get(reg) ?? Infinity) >= last) return 'register'
    const only = user.get(u)
    const there = only === undefined ? undefined : computedAt.get(only)
    if (only === undefined || there === undefined || uses.get(u) !== 1 || only.op === 'range') return 'local'
    if (evaluated[there] !== defined[at] || (depth.get(only) ?? 0) >= DEEPEST) return 'local'
    if (reg !== undefined && (nextRegisterStore.get(reg) ?? Infinity) < there) return 'local'
    if (isMemoryAccess(u) && nextStore < there) return 'local'
    // The order of the program is meant: a value moves to a later user only if no more values live meanwhile for that.
    return nextComputed >= there || operandsOf(u).filter(o => !isFree(o)).length <= 1 ? 'inline' : 'local'
  }

  /** If `u` is the start of a moving address, carries it as such. */
  const carryMoving = (u: UOp, at: number): boolean => {
    const block = defined[at]
    const range = uops.at(Math.max(block.first, 0))
    const step = u.op === 'index' && range?.op === 'range' ? stepOf(u.src[1], range) : undefined
    if (step === undefined || range === undefined) return false
    const start = withoutOrder(u.src[0])
    const home = place.get(start)
    if (home !== undefined && defined[home] === block && !isFree(start)) return false
    const list = moving.get(range)
    if (list === undefined) moving.set(range, [{ address: u, start, step }])
    else list.push({ address: u, start, step })
    carriers.set(u, 'local')
    computedAt.set(u, block.first)
    uses.set(start, (uses.get(start) ?? 0) + 1)
    user.set(start, u)
    need(start, evaluated[block.first], block.first)
    return true
  }

  for (let at = uops.length - 1; at >= 0; at--) {
    const u = uops[at]
    const effect = isEffect(u)
    if (isFree(u) || (!effect && !uses.has(u))) continue
    if (carryMoving(u, at)) continue
    let here = at
    if (!effect) {
      const carrier = choose(u, at)
      carriers.set(u, carrier)
      if (carrier === 'inline') {
        const only = user.get(u)
        here = (only && computedAt.get(only)) ?? at
        depth.set(u, ((only && depth.get(only)) ?? 0) + 1)
      }
    }
    computedAt.set(u, here)
    if (here === at && carriers.get(u) !== 'register') nextComputed = at
    const from = evaluated[here]
    for (const operand of operandsOf(u)) {
      uses.set(operand, (uses.get(operand) ?? 0) + 1)
      user.set(operand, u)
      // The extent of a loop is compared with at its end.
      need(operand, from, u.op === 'range' ? defined[at].last : here)
    }
    const reg = registerOf(u)
    if (reg !== undefined) {
      if (carriers.get(u) === 'register') lastUse.set(reg, Math.max(lastUse.get(reg) ?? 0, lastUse.get(u) ?? at))
      need(reg, from, here)
      if (u.op === 'store') nextRegisterStore.set(reg, at)
    }
    if ((u.op === 'store' && reg === undefined) || u.op === 'barrier') nextStore = at
  }
  return { carriers, lastUse, moving }
}

/** The constant that `offset` grows by when the range counts on, if it is a multiple of the range. */
function stepOf(offset: UOp, range: UOp): number | undefined {
  if (offset === range) return 1
  return offset.op === 'mul' && offset.src[0] === range && is(offset.src[1], 'const') ? Number(offset.src[1].arg) : undefined
}
