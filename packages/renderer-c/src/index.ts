import { renderCFamily, type Renderer } from '@petagrad/renderer'
import { cCapabilities } from './capabilities.js'
import { cDialect } from './dialect.js'
import type { CTarget } from './target.js'

export { cCapabilities } from './capabilities.js'
export { machineModel, type CompilerFamily, type CTarget, type Feature, type Isa } from './target.js'

/**
 * Renders C11 for gcc or clang. One task of a kernel is one call of
 * `void NAME(void *const *params, const long long *variables, long long task, char *scratch)`: pointers by slot,
 * symbolic integers in the program's order, the task's number, and `scratchBytes` of memory aligned to 64 that belong
 * to the calling thread. Exact semantics need `-fwrapv -ffp-contract=off`; the text needs no header. Blank lines
 * separate declarations, and equal ones of several kernels may be merged into one file.
 *
 * Errors: UNSUPPORTED for an op that `capabilities` does not declare.
 */
export function createCRenderer(target: CTarget): Renderer {
  const dialect = cDialect(target)
  return {
    name: 'c',
    capabilities: cCapabilities(target),
    render: program => renderCFamily(program, dialect, `kernel_${program.name}`),
  }
}
