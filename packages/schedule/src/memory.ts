/** When an intermediate is written and last read, as positions in the order of kernels. */
export interface Lifetime {
  readonly bytes: number
  readonly from: number
  readonly to: number
}

export const ALIGNMENT = 64
export const align = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT

/**
 * Offsets such that values alive at the same time do not overlap: largest first, each into the lowest gap that is free
 * for its whole life.
 */
export function planMemory(lives: readonly Lifetime[]): { readonly offsets: readonly number[]; readonly bytes: number } {
  const offsets: number[] = new Array<number>(lives.length).fill(0)
  /** By start. */
  const placed: { readonly start: number; readonly end: number; readonly from: number; readonly to: number }[] = []
  let total = 0
  const bySize = lives.map((_, i) => i).sort((a, b) => lives[b].bytes - lives[a].bytes || a - b)
  for (const i of bySize) {
    const { bytes, from, to } = lives[i]
    const size = align(Math.max(1, bytes))
    let start = 0
    for (const p of placed) {
      if (p.from > to || from > p.to) continue
      if (start + size <= p.start) break
      start = Math.max(start, p.end)
    }
    offsets[i] = start
    let at = placed.length
    while (at > 0 && placed[at - 1].start > start) at--
    placed.splice(at, 0, { start, end: start + size, from, to })
    total = Math.max(total, start + size)
  }
  return { offsets, bytes: total }
}
