import { castCases, elementWiseCases } from './cases/element-wise.js'
import { memoryCases } from './cases/memory.js'
import { movementCases } from './cases/movement.js'
import { randomCases } from './cases/random.js'
import { integerProductCases } from './cases/integer-products.js'
import { reductionCases } from './cases/reductions.js'
import { scanCases } from './cases/scans.js'
import { sortCases } from './cases/sorts.js'
import type { CaseTemplate } from './cases/template.js'
import type { ConformanceCase, ConformanceTarget } from './target.js'

export interface ConformanceOptions {
  /** Seed of the random graphs. */
  readonly seed: number
  /** How many random graphs; 100 when left out. */
  readonly randomGraphs?: number
}

/**
 * Everything that a target must do as the reference interpreter does, as named cases for any test framework. Results
 * are compared bit for bit, but for float sums and products (within n·ε), exp2, log2 and sin (2 ulps) and the sign of
 * zero where the IR leaves it open.
 */
export function conformanceCases(target: ConformanceTarget, options: ConformanceOptions): readonly ConformanceCase[] {
  const templates = [
    ...elementWiseCases(), ...castCases(), ...movementCases(), ...reductionCases(), ...integerProductCases(), ...scanCases(), ...sortCases(), ...memoryCases(),
    ...randomCases(options.seed, options.randomGraphs ?? 100),
  ]
  return templates.map(template => ({ name: template.name, skip: missing(target, template), run: () => template.run(target) }))
}

function missing(target: ConformanceTarget, template: CaseTemplate): string | undefined {
  const absent = template.dtypes.find(d => target.dtypes !== undefined && !target.dtypes.includes(d))
  if (absent !== undefined) return `${target.name} does not declare the dtype ${absent.name}`
  return template.kernel === true && target.executeKernel === undefined ? `${target.name} does not run bare kernels` : undefined
}
