const ALIGNMENT = 64

const roundUp = (bytes: number): number => Math.ceil(Math.max(bytes, 1) / ALIGNMENT) * ALIGNMENT

/** Free blocks are kept by size: four classes per power of two. */
const classOf = (bytes: number): number => {
  const lines = bytes / ALIGNMENT
  const power = Math.floor(Math.log2(lines))
  return power * 4 + Math.floor((lines / 2 ** power - 1) * 4)
}

/**
 * Hands out ranges of an address space that grows. Blocks are aligned to 64 bytes; neighbours that are free are one
 * block. Only arithmetic: no memory is touched.
 */
export class Allocator {
  /** Free blocks by start, with their sizes, and by end, with their starts. */
  private readonly freeAt = new Map<number, number>()
  private readonly freeEnd = new Map<number, number>()
  private readonly classes: (Set<number> | undefined)[] = []
  private readonly used = new Map<number, number>()
  private end: number
  /** Bytes in use, in whole blocks. */
  allocatedBytes = 0

  constructor(first: number) {
    this.end = roundUp(first)
  }

  get allocations(): number {
    return this.used.size
  }

  /** How far the space must reach for `bytes` more at its end, whatever is free inside. */
  endWith(bytes: number): number {
    const tail = this.freeEnd.get(this.end) ?? this.end
    return tail + roundUp(bytes)
  }

  /** The address of a block, or undefined when the space is full. */
  allocate(bytes: number): number | undefined {
    const size = roundUp(bytes)
    const start = this.find(size)
    if (start === undefined) return undefined
    const room = this.freeAt.get(start) ?? size
    this.remove(start, room)
    if (room > size) this.insert(start + size, room - size)
    this.used.set(start, size)
    this.allocatedBytes += size
    return start
  }

  /** Gives a block back that `allocate` returned. */
  free(start: number): void {
    let size = this.used.get(start)
    if (size === undefined) return
    this.used.delete(start)
    this.allocatedBytes -= size
    let from = start
    const after = this.freeAt.get(start + size)
    if (after !== undefined) {
      this.remove(start + size, after)
      size += after
    }
    const before = this.freeEnd.get(start)
    if (before !== undefined) {
      this.remove(before, start - before)
      from = before
      size += start - before
    }
    this.insert(from, size)
  }

  /** Says that the space reaches to `end` now. */
  extend(end: number): void {
    const more = Math.floor(end / ALIGNMENT) * ALIGNMENT - this.end
    if (more <= 0) return
    const start = this.end
    this.end += more
    this.used.set(start, more)
    this.allocatedBytes += more
    this.free(start)
  }

  /** The smallest block of the size's own class that fits, or any block of the next class that has one. */
  private find(size: number): number | undefined {
    const own = classOf(size)
    let best: number | undefined
    let bestSize = Infinity
    for (const start of this.classes[own] ?? []) {
      const room = this.freeAt.get(start) ?? 0
      if (room < size || room >= bestSize) continue
      best = start
      bestSize = room
      if (room === size) break
    }
    if (best !== undefined) return best
    for (let c = own + 1; c < this.classes.length; c++) {
      for (const start of this.classes[c] ?? []) return start
    }
    return undefined
  }

  private insert(start: number, size: number): void {
    this.freeAt.set(start, size)
    this.freeEnd.set(start + size, start)
    const c = classOf(size)
    ;(this.classes[c] ??= new Set()).add(start)
  }

  private remove(start: number, size: number): void {
    this.freeAt.delete(start)
    this.freeEnd.delete(start + size)
    this.classes[classOf(size)]?.delete(start)
  }
}
