import { dataTypes, decodeValues, dtypes, interpretKernel, is, PetagradError, print, toposort, type UOp } from '@petagrad/ir'
import { graphDifference } from '../check-graph.js'
import { difference, exactButForZeros } from '../comparison.js'
import { randomGraph } from '../random-graph.js'
import { randomKernel } from '../random-kernel.js'
import { Random } from '../random.js'
import { shrink, smallerKernels, smallerTensorGraphs } from '../shrink.js'
import type { ConformanceTarget } from '../target.js'
import type { CaseTemplate } from './template.js'

/** Random graphs over all dtypes, as many over the commonest, and random kernels. A failure is shrunk and printed with its seed. */
export function randomCases(seed: number, count: number): CaseTemplate[] {
  const plain = [dtypes.f32, dtypes.i32, dtypes.bool]
  return Array.from({ length: count }, (_, i) => [graphCase(seed + i, dataTypes), graphCase(seed + count + i, plain), kernelCase(seed + 2 * count + i)]).flat()
}

function graphCase(seed: number, types: typeof dataTypes): CaseTemplate {
  const { sink, buffers } = randomGraph(new Random(seed), 4 + (seed % 9), types)
  return {
    name: `random graph ${seed} of ${types.length === dataTypes.length ? 'all' : 'common'} dtypes`,
    dtypes: [...new Set(toposort(sink).map(u => u.dtype))].filter(d => d.kind !== 'void' && d.kind !== 'index'),
    run: async target => {
      const found = (root: UOp): Promise<string | undefined> => outcome(() => graphDifference(target, root.src, buffers, exactButForZeros))
      const first = await found(sink)
      if (first === undefined) return
      const smallest = await shrink(sink, smallerTensorGraphs(buffers), async root => (await found(root)) !== undefined)
      throw new Error(`${target.name}, seed ${seed}: ${first}\nshrunk: ${await found(smallest)}\n${print(smallest)}`)
    },
  }
}

function kernelCase(seed: number): CaseTemplate {
  const { kernel, args } = randomKernel(new Random(seed))
  return {
    name: `random kernel ${seed}`,
    dtypes: [dtypes.f32, dtypes.i32, dtypes.bool],
    kernel: true,
    run: async target => {
      const found = (root: UOp): Promise<string | undefined> => outcome(() => kernelDifference(target, root, args))
      const first = await found(kernel)
      if (first === undefined) return
      const smallest = await shrink(kernel, smallerKernels, async root => (await found(root)) !== undefined)
      throw new Error(`${target.name}, seed ${seed}: ${first}\nshrunk: ${await found(smallest)}\n${print(smallest)}`)
    },
  }
}

async function kernelDifference(target: ConformanceTarget, kernel: UOp, args: readonly Uint8Array[]): Promise<string | undefined> {
  if (!is(kernel, 'kernel')) return undefined
  const [ours, theirs] = [args.map(bytes => bytes.slice()), args.map(bytes => bytes.slice())]
  try {
    interpretKernel(kernel, ours)
  } catch (error) {
    if (error instanceof PetagradError) return undefined // a shrunk address may lie outside: no kernel that anybody would make
    throw error
  }
  await target.executeKernel?.(kernel, theirs)
  const dtype = toposort(kernel).find(u => is(u, 'param') && u.arg.slot === 0)?.dtype.scalar ?? dtypes.f32
  return difference(dtype, decodeValues(dtype, ours[0]), decodeValues(dtype, theirs[0]), exactButForZeros)
}

/** An exception is a failure like a difference, and shrinks like one. */
async function outcome(run: () => Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await run()
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  }
}
