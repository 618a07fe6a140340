import { dtypes, isData, isFloat, isInteger, isPointer, vector, type DType } from '../dtype.js'
import { openRanges } from '../ranges.js'
import { is, type UOp } from '../uop.js'
import { argumentForms, argumentProblem } from './argument.js'

/** The stage that a graph has reached: tensors, loops, or an ordered list. */
export type Level = 'tensor' | 'kernel' | 'program'

/** One law about a node. `finds` says in words how the node breaks it, or nothing. Sources have been checked before. */
export interface Check {
  readonly name: string
  finds(u: UOp, level: Level): string | undefined
}

export const check = (name: string, finds: Check['finds']): Check => ({ name, finds })
/** A law that holds or does not. */
export const law = (name: string, sentence: string, holds: (u: UOp, level: Level) => boolean): Check =>
  check(name, (u, level) => (holds(u, level) ? undefined : sentence))

export const argument = check('argument', u => argumentProblem(argumentForms[u.op], u.arg, u.dtype))

export const arity = (least: number, most = least): Check => check('arity', u =>
  u.src.length >= least && u.src.length <= most ? undefined : `it has ${u.src.length} sources and takes ${least === most ? least : `${least} to ${most}`}`)

// ---- dtypes

const isValue = (d: DType): boolean => isData(d) || d.kind === 'index'
const named = (what: string, d: DType): string => `${what} is ${d.name}`

export const valueResult = check('value-result', u => (!isPointer(u.dtype) && isValue(u.dtype) ? undefined : named('the result', u.dtype)))
export const valueSources = check('value-sources', u => {
  const other = u.src.find(s => isPointer(s.dtype) || !isValue(s.dtype))
  return other && named('a source', other.dtype)
})
export const dataResult = check('data-result', u => (isData(u.dtype) ? undefined : named('the result', u.dtype)))
export const voidResult = check('void-result', u => (u.dtype === dtypes.void ? undefined : named('the result', u.dtype)))
export const i32Result = check('i32-result', u => (u.dtype === dtypes.i32 ? undefined : named('the result', u.dtype)))
export const indexResult = check('index-result', (u, level) => {
  const allowed = level === 'program' ? isMachineIndex(u.dtype) : u.dtype === dtypes.index
  return allowed ? undefined : named('the result', u.dtype)
})
/** After codegen an index has a machine type. */
export const isMachineIndex = (d: DType): boolean => d === dtypes.i32 || d === dtypes.i64
export const scalarBeforeProgram = law('scalar', 'vectors exist in programs only', (u, level) => level === 'program' || u.dtype.lanes === 1)
export const machineTypes = law('machine-types', 'index has no machine type', (u, level) => level !== 'program' || u.dtype.scalar.kind !== 'index')

export const sameAsResult = (first = 0, last = Infinity): Check => check('same-dtype', u => {
  const other = u.src.slice(first, last).find(s => s.dtype !== u.dtype)
  return other && `a source is ${other.dtype.name} and the result ${u.dtype.name}`
})
export const sourcesAgree = check('same-dtype', u =>
  u.src.every(s => s.dtype === u.src[0].dtype) ? undefined : `the sources are ${u.src.map(s => s.dtype.name).join(' and ')}`)
export const boolResult = check('bool-result', u => (u.dtype === vector(dtypes.bool, u.src[0].dtype.lanes) ? undefined : named('the result', u.dtype)))
export const floatOnly = check('float-only', u => (isFloat(u.dtype) ? undefined : named('the result', u.dtype)))
export const notBool = check('not-bool', u => (u.dtype.kind !== 'bool' ? undefined : named('the result', u.dtype)))
export const integerOnly = check('integer-only', u => (isInteger(u.dtype) ? undefined : named('the result', u.dtype)))
export const notFloat = check('not-float', u => (!isFloat(u.dtype) ? undefined : named('the result', u.dtype)))
export const boolCondition = check('bool-condition', u =>
  u.src[0].dtype === vector(dtypes.bool, u.dtype.lanes) ? undefined : named('the condition', u.src[0].dtype))
export const lanesKept = check('lanes', u =>
  u.dtype.lanes === u.src[0].dtype.lanes ? undefined : `${u.src[0].dtype.lanes} lanes become ${u.dtype.lanes}`)
export const bitsKept = check('bits', u =>
  isData(u.dtype) && isData(u.src[0].dtype) && u.dtype.bits === u.src[0].dtype.bits ? undefined : `${u.src[0].dtype.name} and ${u.dtype.name} differ in width`)
export const reducible = check('reducible', u => {
  const alu = is(u, 'reduce') || is(u, 'scan') ? u.arg : is(u, 'reduce_axis') || is(u, 'scan_axis') || is(u, 'scatter') ? u.arg.alu : 'max'
  return alu === 'max' || u.dtype.kind !== 'bool' ? undefined : `${alu} does not exist on bool`
})

// ---- vectors

export const vectorizeLanes = check('lanes', u =>
  u.dtype === vector(u.src[0].dtype, u.src.length) && u.src.every(s => s.dtype === u.dtype.scalar) && u.src.length > 1 ? undefined
    : `${u.src.map(s => s.dtype.name).join(', ')} do not make ${u.dtype.name}`)
export const extractLanes = check('lanes', u => {
  if (!is(u, 'extract')) return undefined
  const from = u.src[0].dtype
  const outside = u.arg.find(lane => lane >= from.lanes)
  if (outside !== undefined) return `there is no lane ${outside} in ${from.name}`
  return u.arg.length > 0 && u.dtype === vector(from, u.arg.length) ? undefined : `${u.arg.length} lanes of ${from.name} do not make ${u.dtype.name}`
})
export const dotLanes = check('lanes', u => {
  const [a, b, sum] = u.src.map(s => s.dtype)
  if (sum !== u.dtype) return `the sum is ${sum.name} and the result ${u.dtype.name}`
  const other = [a, b].find(d => !isInteger(d) || isPointer(d) || d.kind === 'index')
  if (other !== undefined) return `${other.name} holds no integers`
  const terms = a.lanes / u.dtype.lanes
  return a.lanes === b.lanes && Number.isInteger(terms) && terms > 1 ? undefined : `${a.name} and ${b.name} are not several products for each lane of ${u.dtype.name}`
})

// ---- memory

const behindAfter = (u: UOp): UOp => {
  let target = u
  while (target.op === 'after' && target.src.length > 0) target = target.src[0]
  return target
}
/** Whether a load or store goes to a register. */
export const toRegister = (u: UOp): boolean => behindAfter(u.src[0]).op === 'register'

export const pointerSpace = (...spaces: readonly (string | undefined)[]): Check => check('space', u =>
  spaces.includes(u.dtype.space) && isData(u.dtype.scalar) ? undefined : named('the result', u.dtype))
export const pointsInto = check('pointer', (u, level) => {
  const [base] = u.src
  if (!isPointer(base.dtype)) return `${base.op} is no pointer`
  const origin = behindAfter(base).op
  return origin === 'param' || origin === 'scratch' || (origin === 'index' && level === 'program') ? undefined : `${origin} is no array`
})
export const offsetType = check('offset', (u, level) => {
  const { dtype } = u.src[1]
  return (level === 'program' ? isMachineIndex(dtype) : dtype === dtypes.index) ? undefined : named('the offset', dtype)
})
export const addressed = check('address', (u, level) => {
  const target = behindAfter(u.src[0])
  if (target.op === 'index') return undefined
  return target.op === 'register' && level === 'program' ? undefined : `${target.op} is no address`
})
export const loadedType = check('element', u => {
  const from = u.src[0].dtype
  return (toRegister(u) ? u.dtype === from : u.dtype.scalar === from.scalar && !isPointer(u.dtype)) ? undefined : `${u.dtype.name} is not what ${from.name} holds`
})
export const storedType = check('element', u => {
  const [to, value] = [u.src[0].dtype, u.src[1].dtype]
  return (toRegister(u) ? value === to : value.scalar === to.scalar && !isPointer(value)) ? undefined : `${value.name} is not what ${to.name} holds`
})
export const gateType = check('gate', u => {
  if (u.src.length < 3) return undefined
  if (toRegister(u)) return 'a register has no gate'
  const gate = u.src[2].dtype
  const lanes = u.op === 'load' ? u.dtype.lanes : u.src[1].dtype.lanes
  return gate.kind === 'bool' && !isPointer(gate) && (gate.lanes === 1 || gate.lanes === lanes) ? undefined : named('the gate', gate)
})
export const gatedLoad = check('alternative', u => {
  if (u.src.length === 2) return 'a gated load needs an alternative and a gate'
  return u.src.length < 3 || u.src[1].dtype === u.dtype ? undefined : named('the alternative', u.src[1].dtype)
})

// ---- loops

export const extentType = check('extent', (u, level) => {
  const { dtype } = u.src[0]
  return dtype === u.dtype && (level === 'program' ? isMachineIndex(dtype) : dtype === dtypes.index) ? undefined : named('the extent', dtype)
})
export const closesRanges = check('ranges', u => {
  const other = u.src.slice(1).find(s => s.op !== 'range')
  if (other !== undefined) return `${other.op} is no range`
  return new Set(u.src.slice(1)).size === u.src.length - 1 ? undefined : 'a range is named twice'
})
/** A range that two sources of one node stand in is one loop: its axis must tell it apart. */
export const axesApart = check('axes', u => {
  const axes = new Set<number>()
  for (const range of openRanges(u)) {
    if (!is(range, 'range')) continue
    if (axes.has(range.arg.axis)) return `two ranges have axis ${range.arg.axis}`
    axes.add(range.arg.axis)
  }
  return undefined
})
export const sourcesAre = (name: string, ops: readonly string[], from = 0): Check => check(name, u => {
  const other = u.src.slice(from).find(s => !ops.includes(s.op))
  return other && `a source is ${other.op}, not ${ops.join(' or ')}`
})
export const boolScalar = check('bool-condition', u => (u.src[0].dtype === dtypes.bool ? undefined : named('the condition', u.src[0].dtype)))
export const launchName = check('launch-name', u => (is(u, 'special') && /^(grid|block)[0-2]$/.test(u.arg.name) ? undefined : 'the name must be grid0 to grid2 or block0 to block2'))
export const boundsOrder = check('bounds', u => (is(u, 'variable') && u.arg.min <= u.arg.max ? undefined : 'the least value is above the greatest'))
