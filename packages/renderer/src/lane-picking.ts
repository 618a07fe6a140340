import { is, type UOp } from '@petagrad/ir/graph'

/** A vector put together from lanes of at most two others. */
export interface LanePicking {
  readonly vectors: readonly UOp[]
  /** By lane of the result; lanes of the second vector are numbered after those of the first. */
  readonly lanes: readonly number[]
}

/** `vectorize` of single lanes of one or two vectors of the same type as the result: one shuffle on most targets. */
export function lanePicking(u: UOp): LanePicking | undefined {
  if (u.op !== 'vectorize') return undefined
  const vectors: UOp[] = []
  const lanes: number[] = []
  for (const s of u.src) {
    if (!is(s, 'extract') || s.src[0].dtype !== u.dtype) return undefined
    let at = vectors.indexOf(s.src[0])
    if (at < 0) at = vectors.push(s.src[0]) - 1
    if (at > 1) return undefined
    lanes.push(at * u.dtype.lanes + s.arg[0])
  }
  return { vectors, lanes }
}
