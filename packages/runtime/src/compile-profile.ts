import type { CodegenOptions } from '@petagrad/codegen'
import { toposort } from '@petagrad/ir'

/** Time and size of one named pass, over all kernels lowered while the profile was taken. */
export interface PassProfile {
  readonly name: string
  readonly runs: number
  readonly milliseconds: number
  /** Nodes that the pass left, summed over its runs. */
  readonly nodes: number
}

export interface CompileProfile {
  readonly kernels: number
  /** In the order in which the passes first ran. */
  readonly passes: readonly PassProfile[]
}

type Growing<T> = { -readonly [K in keyof T]: T[K] }

let collecting: { kernels: number; readonly passes: Map<string, Growing<PassProfile>> } | undefined

/** Runs `work` and says where codegen spent its time meanwhile. Kernels that come from a cache do not show. One at a time. */
export async function compileProfile(work: () => Promise<unknown>): Promise<CompileProfile> {
  const own = (collecting = { kernels: 0, passes: new Map<string, Growing<PassProfile>>() })
  try {
    await work()
  } finally {
    collecting = undefined
  }
  return { kernels: own.kernels, passes: [...own.passes.values()] }
}

/** Notes the passes of one kernel in the profile being taken; undefined while none is. */
export function passRecorder(): NonNullable<CodegenOptions['onPass']> | undefined {
  const into = collecting
  if (into === undefined) return undefined
  into.kernels++
  let since = performance.now()
  return (name, result) => {
    const now = performance.now()
    let pass = into.passes.get(name)
    if (pass === undefined) into.passes.set(name, (pass = { name, runs: 0, milliseconds: 0, nodes: 0 }))
    pass.runs++
    pass.milliseconds += now - since
    pass.nodes += toposort(result).length
    since = performance.now() // counting nodes is the observer's time
  }
}
