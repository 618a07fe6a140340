import { binaryOps, isComparison, movementOps, unaryOps, type BinaryOp, type Op, type UnaryOp } from '../op.js'
import * as c from './checks.js'
import type { Check, Level } from './checks.js'
import * as s from './shapes.js'

/** Where an op may stand, and the laws about it in the order in which they are tried. */
export interface OpRule {
  readonly levels: readonly Level[]
  readonly checks: readonly Check[]
}

const everywhere: readonly Level[] = ['tensor', 'kernel', 'program']
const lowered: readonly Level[] = ['kernel', 'program']
const tensorOnly: readonly Level[] = ['tensor']
const kernelOnly: readonly Level[] = ['kernel']
const programOnly: readonly Level[] = ['program']

const rule = (levels: readonly Level[], sources: Check, ...checks: readonly Check[]): OpRule =>
  ({ levels, checks: [sources, c.argument, ...checks] })
const alu = (sources: number, ...checks: readonly Check[]): OpRule =>
  rule(everywhere, c.arity(sources), c.scalarBeforeProgram, c.machineTypes, c.valueResult, c.valueSources, ...checks, s.shapesAgree)

/** What ops ask of their dtype. Bits, shifts and floored division are for integers, bits for bool too; functions are for floats. */
function aluDType(op: UnaryOp | BinaryOp): readonly Check[] {
  switch (op) {
    case 'and': case 'or': case 'xor': return [c.notFloat]
    case 'shl': case 'shr': case 'floordiv': case 'floormod': return [c.integerOnly]
    case 'reciprocal': case 'exp2': case 'log2': case 'sin': case 'sqrt': return [c.floatOnly]
    case 'max': return []
    default: return [c.notBool]
  }
}

const view = (...checks: readonly Check[]): OpRule => rule(tensorOnly, c.arity(1), c.sameAsResult(), ...checks)

const binaryRule = (op: BinaryOp): OpRule =>
  (isComparison(op) ? alu(2, c.sourcesAgree, c.boolResult) : alu(2, c.sameAsResult(), ...aluDType(op)))

/** One entry for each name. */
const table = <O extends Op>(ops: readonly O[], make: (op: O) => OpRule): Readonly<Record<O, OpRule>> =>
  Object.fromEntries(ops.map(op => [op, make(op)])) as Record<O, OpRule> // fromEntries forgets which names it was given

export const opRules: Readonly<Record<Op, OpRule>> = {
  const: rule(everywhere, c.arity(0), c.scalarBeforeProgram, c.machineTypes, c.valueResult),
  variable: rule(everywhere, c.arity(0), c.integerOnly, c.boundsOrder),
  ...table(unaryOps, op => alu(1, c.sameAsResult(), ...aluDType(op))),
  ...table(binaryOps, binaryRule),
  where: alu(3, c.boolCondition, c.sameAsResult(1)),
  mulacc: alu(3, c.sameAsResult(), c.notBool),
  cast: alu(1, c.lanesKept),
  bitcast: alu(1, c.lanesKept, c.bitsKept),

  buffer: rule(tensorOnly, c.arity(0), c.dataResult, c.scalarBeforeProgram),
  iota: rule(tensorOnly, c.arity(0), c.valueResult, c.scalarBeforeProgram, c.notBool),
  ...table(movementOps, () => view(s.movementShape)),
  contiguous: view(), copy: view(), detach: view(),
  assign: rule(tensorOnly, c.arity(2), c.sameAsResult(), s.shapesAgree, s.assignable),
  reduce_axis: view(c.reducible, s.reducedAxes),
  scan_axis: rule(tensorOnly, c.arity(1, 3), c.sameAsResult(0, 1), c.reducible, s.scannable),
  scatter: rule(tensorOnly, c.arity(2), c.sameAsResult(0, 1), c.reducible, s.shapesAgree, s.scatterable),
  place: rule(tensorOnly, c.arity(2), c.sameAsResult(0, 1), s.shapesAgree, s.scatterable),
  sort: view(s.sortable), argsort: rule(tensorOnly, c.arity(1), c.i32Result, s.sortable),
  gather: rule(tensorOnly, c.arity(2), c.sameAsResult(0, 1), s.gatherable),
  sink: rule(tensorOnly, c.arity(1, Infinity), c.voidResult, c.valueSources),

  param: rule(lowered, c.arity(0), c.pointerSpace('global')),
  scratch: rule(lowered, c.arity(0), c.pointerSpace('private', 'shared')),
  index: rule(lowered, c.arity(2), c.pointsInto, c.sameAsResult(0, 1), c.offsetType),
  load: rule(lowered, c.arity(1, 3), c.addressed, c.scalarBeforeProgram, c.loadedType, c.gatedLoad, c.gateType),
  store: rule(lowered, c.arity(2, 3), c.voidResult, c.addressed, c.storedType, c.gateType, c.axesApart),
  range: rule(lowered, c.arity(1), c.indexResult, c.extentType),
  after: rule(lowered, c.arity(1, Infinity), c.sameAsResult(0, 1)),
  end: { levels: lowered, checks: [c.argument, c.voidResult, endSources()] },
  reduce: rule(kernelOnly, c.arity(2, Infinity), c.valueResult, c.sameAsResult(0, 1), c.closesRanges, c.reducible, c.axesApart),
  scan: rule(kernelOnly, c.arity(2, Infinity), c.valueResult, c.sameAsResult(0, 1), c.closesRanges, c.reducible, c.axesApart),
  kernel: rule(kernelOnly, c.arity(1, Infinity), c.voidResult, c.sourcesAre('kernel-roots', ['store', 'end'])),

  register: rule(programOnly, c.arity(0), c.dataResult),
  vectorize: rule(programOnly, c.arity(2, Infinity), c.valueResult, c.vectorizeLanes),
  extract: rule(programOnly, c.arity(1), c.valueResult, c.extractLanes),
  dot: rule(programOnly, c.arity(3), c.integerOnly, c.dotLanes),
  if: rule(programOnly, c.arity(1), c.voidResult, c.boolScalar),
  endif: rule(programOnly, c.arity(1), c.voidResult, c.sourcesAre('closes-if', ['if'])),
  barrier: rule(programOnly, c.arity(0), c.voidResult),
  special: rule(programOnly, c.arity(1), c.indexResult, c.extentType, c.launchName),
  custom: rule(lowered, c.arity(0, Infinity)),
}

/** In a program `end` closes one range; in a kernel it does a store over any number of them. */
function endSources(): Check {
  const one = c.arity(1), several = c.arity(1, Infinity)
  const range = c.sourcesAre('closes-range', ['range'])
  return c.check('end', (u, level) => {
    if (level === 'program') return one.finds(u, level) ?? range.finds(u, level)
    return several.finds(u, level) ?? c.closesRanges.finds(u, level) ?? (u.src[0].op === 'store' || u.src[0].op === 'end' ? undefined : `${u.src[0].op} is no store`)
  })
}
