import type { RootResult, Slot } from '@petagrad/schedule'
import type { CompiledKernel } from './kernel-compiler.js'

/** A scheduled graph whose kernels are loaded; it serves every graph of the structure. */
export interface ReadyPlan {
  /** In order; `args[slot]` is what the kernel's `param` slot means. */
  readonly calls: readonly { readonly args: readonly Slot[] }[]
  /** By call. */
  readonly kernels: readonly CompiledKernel[]
  readonly roots: readonly RootResult[]
  readonly arenaBytes: number
}
