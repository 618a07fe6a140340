import { decodeValues, dtypes, interpretAll, print, uop, verify, type UOp } from '@petagrad/ir'
import { difference, exact, type Tolerance } from './comparison.js'
import type { BufferBytes, ConformanceTarget } from './target.js'

/** What a target does differently from the interpreter on the roots of a graph, in words, or nothing. */
export async function graphDifference(target: ConformanceTarget, roots: readonly UOp[], buffers: BufferBytes, tolerance: Tolerance = exact): Promise<string | undefined> {
  const sink = uop('sink', dtypes.void, roots)
  verify(sink, 'tensor')
  const theirs = new Map([...buffers].map(([buffer, bytes]) => [buffer, bytes.slice()]))
  const ours = new Map([...buffers].map(([buffer, bytes]) => [buffer, bytes.slice()]))
  const expected = interpretAll(roots, { buffers: ours })
  const results = await target.execute(sink, theirs)
  for (const [i, { dtype, values }] of expected.entries()) {
    if (roots[i].op === 'assign') continue // its result is the buffer, which is looked at below
    const found = difference(dtype, values, decodeValues(dtype, results[i]), tolerance)
    if (found !== undefined) return roots.length === 1 ? found : `root ${i} (${roots[i].op}): ${found}`
  }
  for (const [buffer, bytes] of ours) {
    const found = difference(buffer.dtype, decodeValues(buffer.dtype, bytes), decodeValues(buffer.dtype, theirs.get(buffer) ?? bytes), tolerance)
    if (found !== undefined) return `the buffer: ${found}`
  }
  return undefined
}

/** Throws what the target does differently, with the graph's text. */
export async function checkGraph(target: ConformanceTarget, roots: readonly UOp[], buffers: BufferBytes, tolerance: Tolerance = exact): Promise<void> {
  const found = await graphDifference(target, roots, buffers, tolerance)
  if (found !== undefined) throw new Error(`${target.name}: ${found}\n${print(uop('sink', dtypes.void, roots))}`)
}
