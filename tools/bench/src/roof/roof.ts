import type { Work } from '../case.js'

/** Bytes per second over a working set of so many bytes; copies count what is read and what is written. */
export interface Bandwidth {
  readonly bytes: number
  readonly read: number
  readonly copy: number
  readonly triad: number
}

/** What a number of threads can do at most, measured on this machine in this run. */
export interface Roof {
  readonly threads: number
  /** Multiply-accumulates of f32, as two operations each, a second. */
  readonly flops: number
  /** The same for bytes into 32-bit sums, where the processor has an instruction for it. */
  readonly integerOps?: number
  /** By working set, ascending: caches are faster than memory. */
  readonly bandwidths: readonly Bandwidth[]
}

/**
 * Seconds that the work takes at the roof: arithmetic and memory overlap, so the longer of the two. Undefined where the
 * roof of its arithmetic is not known.
 */
export function secondsAtRoof(work: Work, arithmetic: 'f32' | 'i8', roof: Roof): number | undefined {
  const peak = arithmetic === 'f32' ? roof.flops : roof.integerOps
  if (peak === undefined) return undefined
  return Math.max(work.flops / peak, memorySeconds(work, roof))
}

/** What is read and written in equal parts moves as fast as a copy, the rest as a read. */
function memorySeconds({ reads, writes }: Work, { bandwidths }: Roof): number {
  const { read, copy } = bandwidthFor(reads + writes, bandwidths)
  return (2 * Math.min(reads, writes)) / copy + Math.max(0, reads - writes) / read
}

/** The better of two measurements of the same threads, number by number. */
export function higherRoof(a: Roof, b: Roof): Roof {
  return {
    ...a,
    flops: Math.max(a.flops, b.flops),
    ...(a.integerOps === undefined || b.integerOps === undefined ? {} : { integerOps: Math.max(a.integerOps, b.integerOps) }),
    bandwidths: a.bandwidths.map((x, i) => {
      const y = b.bandwidths[i]
      return { bytes: x.bytes, read: Math.max(x.read, y.read), copy: Math.max(x.copy, y.copy), triad: Math.max(x.triad, y.triad) }
    }),
  }
}

/** Bandwidths for a working set: between two that were measured on the logarithm of the size, beyond them as the nearest. */
export function bandwidthFor(bytes: number, bandwidths: readonly Bandwidth[]): Omit<Bandwidth, 'bytes'> {
  const above = bandwidths.findIndex(b => b.bytes >= bytes)
  if (above === 0) return bandwidths[0]
  if (above < 0) return bandwidths[bandwidths.length - 1]
  const [low, high] = [bandwidths[above - 1], bandwidths[above]]
  const t = Math.log(bytes / low.bytes) / Math.log(high.bytes / low.bytes)
  const between = (a: number, b: number): number => a + (b - a) * t
  return { read: between(low.read, high.read), copy: between(low.copy, high.copy), triad: between(low.triad, high.triad) }
}
