import { dtypes, type DType } from '../dtype.js'
import { integerRange } from '../interpreter/scalar.js'
import { axisKinds, type Op } from '../op.js'
import type { UOp } from '../uop.js'

/** The form of an argument, as data: what `ArgTypes` says in types. */
export type ArgumentForm =
  | 'none' | 'constant' | 'natural' | 'integer' | 'dimension' | 'text' | 'flag'
  | { readonly oneOf: readonly string[] }
  | { readonly listOf: ArgumentForm }
  | { readonly pairOf: ArgumentForm }
  | { readonly fields: Readonly<Record<string, ArgumentForm>> }

const reduceAlu: ArgumentForm = { oneOf: ['add', 'mul', 'max'] }
const naturals: ArgumentForm = { listOf: 'natural' }
const dimensions: ArgumentForm = { listOf: 'dimension' }
const dimensionPairs: ArgumentForm = { listOf: { pairOf: 'dimension' } }
const sized: ArgumentForm = { fields: { id: 'natural', size: 'natural' } }
const ordering: ArgumentForm = { fields: { axis: 'natural', descending: 'flag', count: 'natural' } }
const named: ArgumentForm = { fields: { name: 'text' } }

/** Every op, and the form of its argument. Fields stand in the order in which they are printed. */
export const argumentForms: Readonly<Record<Op, ArgumentForm>> = {
  const: 'constant',
  buffer: { fields: { id: 'natural', size: 'natural', device: 'text' } },
  iota: { fields: { size: 'dimension' } },
  variable: { fields: { name: 'text', min: 'integer', max: 'integer' } },
  param: { fields: { slot: 'natural', size: 'natural' } },
  scratch: sized,
  register: { fields: { id: 'natural' } },
  reshape: dimensions, permute: naturals, expand: dimensions, pad: dimensionPairs, shrink: dimensionPairs, flip: naturals,
  shear: { fields: { axis: 'natural', by: 'natural', factor: 'integer', offset: 'integer', size: 'dimension' } },
  contiguous: 'none', copy: { fields: { device: 'text' } }, detach: 'none', assign: 'none',
  reduce_axis: { fields: { alu: reduceAlu, axes: naturals } },
  scan_axis: { fields: { alu: reduceAlu, axis: 'natural', buckets: 'natural' } },
  scatter: { fields: { alu: reduceAlu, axis: 'natural', size: 'natural' } }, place: { fields: { axis: 'natural', size: 'natural' } },
  sort: ordering, argsort: ordering,
  gather: 'none', sink: 'none',
  range: { fields: { axis: 'natural', kind: { oneOf: axisKinds } } },
  index: 'none', load: 'none', store: 'none', reduce: reduceAlu, scan: reduceAlu, kernel: named,
  vectorize: 'none', extract: naturals, dot: 'none',
  end: 'none', if: 'none', endif: 'none', barrier: 'none', special: named, after: 'none', custom: named,
  neg: 'none', reciprocal: 'none', exp2: 'none', log2: 'none', sin: 'none', sqrt: 'none', trunc: 'none',
  add: 'none', sub: 'none', mul: 'none', div: 'none', mod: 'none', floordiv: 'none', floormod: 'none', max: 'none',
  shl: 'none', shr: 'none', and: 'none', or: 'none', xor: 'none', lt: 'none', eq: 'none', ne: 'none',
  where: 'none', mulacc: 'none', cast: 'none', bitcast: 'none',
}

export const isOp = (name: string): name is Op => Object.hasOwn(argumentForms, name)

/** Whether an argument part is a uop: a symbolic dimension. */
export const isUOp = (x: unknown): x is UOp => typeof x === 'object' && x !== null && 'op' in x && 'dtype' in x && 'src' in x

/** What is wrong with an argument of this form, or nothing. `dtype` is the node's. */
export function argumentProblem(form: ArgumentForm, arg: unknown, dtype: DType): string | undefined {
  if (typeof form === 'object') {
    if ('oneOf' in form) return typeof arg === 'string' && form.oneOf.includes(arg) ? undefined : `one of ${form.oneOf.join(', ')} is needed`
    if ('listOf' in form) return Array.isArray(arg) ? firstProblem(arg.map(x => argumentProblem(form.listOf, x, dtype))) : 'a list is needed'
    if ('pairOf' in form) {
      if (!Array.isArray(arg) || arg.length !== 2) return 'a pair is needed'
      return firstProblem(arg.map(x => argumentProblem(form.pairOf, x, dtype)))
    }
    return fieldsProblem(form.fields, arg, dtype)
  }
  switch (form) {
    case 'none': return arg === undefined ? undefined : 'it takes no argument'
    case 'constant': return constantProblem(arg, dtype)
    case 'natural': return Number.isSafeInteger(arg) && Number(arg) >= 0 ? undefined : 'an integer of at least 0 is needed'
    case 'integer': return Number.isSafeInteger(arg) ? undefined : 'an integer is needed'
    case 'flag': return typeof arg === 'boolean' ? undefined : 'true or false is needed'
    case 'text': return typeof arg === 'string' ? undefined : 'text is needed'
    case 'dimension':
      if (isUOp(arg)) return arg.dtype === dtypes.index ? undefined : `a dimension of dtype index is needed, not ${arg.dtype.name}`
      return Number.isSafeInteger(arg) && Number(arg) >= 0 ? undefined : 'a dimension of at least 0 is needed'
  }
}

const firstProblem = (problems: readonly (string | undefined)[]): string | undefined => problems.find(p => p !== undefined)

function fieldsProblem(fields: Readonly<Record<string, ArgumentForm>>, arg: unknown, dtype: DType): string | undefined {
  if (typeof arg !== 'object' || arg === null || Array.isArray(arg) || isUOp(arg)) return `the fields ${Object.keys(fields).join(', ')} are needed`
  const given = new Map<string, unknown>(Object.entries(arg))
  for (const name of given.keys()) if (!Object.hasOwn(fields, name)) return `there is no field ${name}`
  for (const [name, form] of Object.entries(fields)) {
    if (!given.has(name)) return `the field ${name} is missing`
    const problem = argumentProblem(form, given.get(name), dtype)
    if (problem !== undefined) return `${name}: ${problem}`
  }
  return undefined
}

/** Whether a constant is of the JavaScript type and in the range of its dtype. */
function constantProblem(value: unknown, dtype: DType): string | undefined {
  const d = dtype.scalar
  switch (d.kind) {
    case 'bool': return typeof value === 'boolean' ? undefined : 'true or false is needed'
    case 'float': return typeof value === 'number' ? undefined : 'a number is needed'
    case 'index': return Number.isSafeInteger(value) ? undefined : 'an integer is needed'
    case 'void': return 'void has no values'
    case 'int': case 'uint': {
      if (d.bits === 64 ? typeof value !== 'bigint' : !Number.isInteger(value)) return d.bits === 64 ? 'a bigint is needed' : 'an integer is needed'
      const [low, high] = integerRange(d)
      return Number.isNaN(value) || (value as number | bigint) < low || (value as number | bigint) > high // its type was looked at above
        ? `${String(value)} is outside of ${d.name}` : undefined
    }
  }
}
