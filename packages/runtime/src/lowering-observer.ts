import type { CodegenOptions } from '@petagrad/codegen'
import { dtypes, listenToRewrites, nodeText, print, printProgram, uop, type UOp } from '@petagrad/ir/graph'
import { passRecorder } from './compile-profile.js'
import { debugLevel, log } from './settings.js'

type OnPass = NonNullable<CodegenOptions['onPass']>

/** Lowers one kernel under whoever observes: debugging output from level 5 on, and a compile profile. With none it costs nothing. */
export function observeLowering<T>(kernel: UOp<'kernel'>, lower: (options: CodegenOptions) => T): T {
  const level = debugLevel()
  const observers: OnPass[] = []
  const recorder = passRecorder()
  if (recorder !== undefined) observers.push(recorder)
  if (level >= 5) {
    log(`${kernel.arg.name}: kernel\n${print(kernel)}`)
    observers.push((pass, result) => log(`${kernel.arg.name}: after ${pass}\n${resultText(result)}`))
  }
  if (observers.length === 0) return lower({})
  const onPass: OnPass = (pass, result) => observers.forEach(observe => observe(pass, result))
  return withRewritesShown(() => lower({ onPass }))
}

/** Runs `work`; at debug level 6 every rule that fires meanwhile is shown by its name. */
export function withRewritesShown<T>(work: () => T): T {
  if (debugLevel() < 6) return work()
  const stop = listenToRewrites({
    rewrote: (pass, rule, before, after) => log(`${pass}: ${rule}: ${nodeText(before)} -> ${nodeText(after)}`),
  })
  try {
    return work()
  } finally {
    stop()
  }
}

/** A pass gives a graph, several roots, or a linear program; a program lists every node it uses. */
function resultText(result: UOp | readonly UOp[]): string {
  if (!isList(result)) return print(result)
  const listed = new Set(result)
  const isProgram = result.every(u => u.src.every(s => listed.has(s)))
  return isProgram ? printProgram(result) : print(uop('sink', dtypes.void, result))
}

const isList = (x: UOp | readonly UOp[]): x is readonly UOp[] => Array.isArray(x)
