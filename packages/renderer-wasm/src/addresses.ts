import { constant, dtypes, is, itemSize, pointer, uop, withSrc, type UOp } from '@petagrad/ir'
import { scratchOffsets } from './scratch.js'
import { leastOf } from './least.js'

/** An address: a pointer value and the bytes to add to it. */
interface Place {
  readonly base: UOp
  readonly bytes: number
}

/**
 * The program with its addresses counted in bytes: every access is to `index(base, constant)`, where the base is a
 * param, the scratch area or a sum of those with offsets that are not constant. Accesses that differ by a constant
 * share their base, which stands where its last part does, and the constant goes into the instruction.
 */
export function normaliseAddresses(uops: readonly UOp[]): UOp[] {
  const scratch = scratchOffsets(uops)
  const scratchRoot = scratch.keys().next().value
  const replaced = new Map<UOp, UOp>()
  const places = new Map<UOp, Place>()
  /** What stands after the uop at a place, itself included; the last entry stands before all. */
  const slots: UOp[][] = Array.from({ length: uops.length + 1 }, () => [])
  const START = -1
  const slotOf = new Map<UOp, number>()
  const put = (u: UOp, slot: number): UOp => {
    if (!slotOf.has(u)) {
      slotOf.set(u, slot)
      slots.at(slot)?.push(u)
    }
    return u
  }
  const now = (u: UOp): UOp => replaced.get(u) ?? u
  /** Params, constants and the task's number are there from the start. */
  const standsAt = (u: UOp): number => (u.src.length === 0 || u.op === 'special' ? START : slotOf.get(u) ?? START)

  const placeOf = (u: UOp): Place => {
    const known = places.get(u)
    if (known !== undefined) return known
    const memory = withoutOrder(now(u))
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
      const { rest, fixed } = splitConstant(now(u.src[1]))
      const bytes = parent.bytes + fixed * size
      if (rest === undefined) {
        places.set(u, { base: parent.base, bytes })
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
      places.set(u, { base, bytes: bytes - lift })
      return
    }
    const ordered = u.op === 'after' ? places.get(u.src[0]) : undefined
    if (ordered !== undefined) {
      places.set(u, ordered)
      return
    }
    const src = u.src.map(s => {
      const place = places.get(s)
      if (place === undefined) return now(s)
      return uop('index', pointer(dtypes.u8, 'global'), [place.base, constant(place.bytes, dtypes.i32)])
    })
    const next = withSrc(u, src)
    if (next !== u) replaced.set(u, next)
    put(next, slot)
  })
  return [...(slots.at(START) ?? []), ...slots.slice(0, START).flat()]
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

/** What an access adds to its pointer value, and whether the machine may do it: its offsets are unsigned and its sums do not wrap. */
export function accessOf(address: UOp): { readonly base: UOp; readonly bytes: number; readonly inInstruction: boolean } {
  const bytes = is(address.src[1], 'const') ? Number(address.src[1].arg) : 0
  const base = address.src[0]
  return { base, bytes, inInstruction: bytes >= 0 && isWithinMemory(base) }
}

/** Offsets that are bounded have been lifted to zero or more. */
function isWithinMemory(base: UOp): boolean {
  let b = base
  while (b.op === 'index') {
    if (leastOf(b.src[1]) === -Infinity) return false
    b = b.src[0]
  }
  return true
}
