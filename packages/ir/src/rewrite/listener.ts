import type { UOp } from '../uop.js'

/** What one named rewrite did. */
export interface RewriteReport {
  readonly pass: string
  readonly milliseconds: number
  /** Distinct nodes under the roots, before and after. */
  readonly nodesBefore: number
  readonly nodesAfter: number
  /** How often each rule fired. */
  readonly hits: ReadonlyMap<string, number>
}

/** Hears rewrites: what PETAGRAD_DEBUG=6 and compile profiles print. Counting and timing happen only while one listens. */
export interface RewriteListener {
  /** One node was replaced. `before` has rewritten sources; `after` may be rewritten again. */
  rewrote?(pass: string, rule: string, before: UOp, after: UOp): void
  finished?(report: RewriteReport): void
}

const attached = new Set<RewriteListener>()

/** Makes every rewrite report to `listener`, until the function that this returns is called. */
export function listenToRewrites(listener: RewriteListener): () => void {
  attached.add(listener)
  return () => void attached.delete(listener)
}

/** Everyone who hears a rewrite: those attached, and its own. */
export function listenersOf(own: RewriteListener | undefined): RewriteListener[] {
  return own === undefined ? [...attached] : [...attached, own]
}
