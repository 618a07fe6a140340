import { constant, dtypes, is, itemSize, pointer, uop, type UOp } from '@petagrad/ir/graph'
import { scratchOffsets } from './scratch.js'
import { leastOf } from './least.js'

/** An address: a pointer value and the bytes to add to it. */
export interface Place {
  readonly base: UOp
  readonly bytes: number
  /** The machine may add them: its offsets are unsigned, and sums that pass the end of memory trap. */
  readonly inInstruction: boolean
}

export interface AddressedProgram {
  /** The program without its `index` uops, with the pointer values of the places instead. */
  readonly uops: readonly UOp[]
  /** What the addresses of loads and stores are. */
  readonly places: ReadonlyMap<UOp, Place>
}

/** Before the first uop. */
const START = -1

/**
 * Counts addresses in bytes: a pointer value is a param, the scratch area or a sum of those with offsets that are not
 * constant. Accesses that differ by a constant share it; it stands where its last part does.
 */
export function placeAddresses(uops: readonly UOp[]): AddressedProgram {
  const scratch = scratchOffsets(uops)
  const scratchRoot = scratch.keys().next().value
  const places = new Map<UOp, Place>()
  /** What stands before all, and what stands at each place: its uop and the pointer values that can be made from there on. */
  const first: UOp[] = []
  const slots: (UOp[] | undefined)[] = []
  const slotOf = new Map<UOp, number>()
  const put = (u: UOp, slot: number): UOp => {
    if (!slotOf.has(u)) {
      slotOf.set(u, slot)
      if (slot === START) first.push(u)
      else (slots[slot] ??= []).push(u)
    }
    return u
  }
  /** Params, constants and the task's number are there from the start. */
  const standsAt = (u: UOp): number => (u.src.length === 0 || u.op === 'special' ? START : slotOf.get(u) ?? START)

  const placeOf = (u: UOp): { readonly base: UOp; readonly bytes: number } => {
    const known = places.get(u)
    if (known !== undefined) return known
    const memory = withoutOrder(u)
    if (is(memory, 'scratch')) return { base: scratchRoot ?? memory, bytes: scratch.get(memory) ?? 0 }
    return { base: memory, bytes: 0 }
  }
  const inBytes = (offset: UOp, size: number): UOp => {
    let x = offset
    let factor = size
    if (x.op === 'mul' && is(x.src[1], 'const') && x.dtype.bits === 32) {
      factor = Math.imul(factor, Number(x.src[1].arg))
      x = x.src[0]
    }
    if (x.dtype.bits === 64) x = put(uop('cast', dtypes.i32, [x]), standsAt(x)) // addresses have 32 bits
    return factor === 1 ? x : put(uop('mul', dtypes.i32, [x, constant(factor, dtypes.i32)]), standsAt(x))
  }

  uops.forEach((u, slot) => {
    if (u.op === 'index') {
      const parent = placeOf(u.src[0])
      const size = itemSize(u.dtype)
      const { rest, fixed } = splitConstant(u.src[1])
      const bytes = parent.bytes + fixed * size
      if (rest === undefined) {
        places.set(u, place(parent.base, bytes))
        return
      }
      const offset = inBytes(rest, size)
      // Where the offset may be negative, what makes up for it is added before: every base is an address in memory.
      const least = leastOf(rest) * size
      const lift = least < 0 && Number.isFinite(least) ? -least : 0
      const pointerType = pointer(dtypes.u8, u.dtype.space ?? 'global')
      const lifted = lift === 0 ? parent.base : put(uop('index', pointerType, [parent.base, constant(lift, dtypes.i32)]), standsAt(parent.base))
      const base = uop('index', pointerType, [lifted, offset])
      put(base, Math.max(standsAt(lifted), standsAt(offset)))
      places.set(u, place(base, bytes - lift))
      return
    }
    const ordered = u.op === 'after' ? places.get(u.src[0]) : undefined
    if (ordered !== undefined) {
      places.set(u, ordered)
      return
    }
    put(u, slot)
  })
  return { uops: [...first, ...slots.flatMap(list => list ?? [])], places }
}

function splitConstant(offset: UOp): { readonly rest: UOp | undefined; readonly fixed: number } {
  if (is(offset, 'const')) return { rest: undefined, fixed: Number(offset.arg) }
  const [a, b] = offset.src
  if (offset.op === 'add' && is(b, 'const')) {
    const inner = splitConstant(a)
    return { rest: inner.rest, fixed: inner.fixed + Number(b.arg) }
  }
  if (offset.op === 'sub' && is(b, 'const')) {
    const inner = splitConstant(a)
    return { rest: inner.rest, fixed: inner.fixed - Number(b.arg) }
  }
  return { rest: offset, fixed: 0 }
}

export function withoutOrder(u: UOp): UOp {
  let x = u
  while (x.op === 'after') x = x.src[0]
  return x
}

const place = (base: UOp, bytes: number): Place => ({ base, bytes, inInstruction: bytes >= 0 && isWithinMemory(base) })

/** Offsets that are bounded have been lifted to zero or more. */
function isWithinMemory(base: UOp): boolean {
  let b = base
  while (b.op === 'index') {
    if (leastOf(b.src[1]) === -Infinity) return false
    b = b.src[0]
  }
  return true
}
